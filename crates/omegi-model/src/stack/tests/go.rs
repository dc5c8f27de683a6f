use super::*;

#[test]
fn a_panic_belongs_to_its_running_goroutine() {
    let text = "panic: runtime error: index out of range [5] with length 3 [recovered]\n\tpanic: wrapped\n\ngoroutine 7 [chan receive]:\nmain.wait()\n\t/app/wait.go:1 +0x1\n\ngoroutine 34 [running]:\npanic({0x102?, 0x140?})\n\t/usr/local/go/src/runtime/panic.go:770 +0x124\ngithub.com/acme/shop/cart.(*Store[...]).Add(0x14000, {0x1, 0x2})\n\t/src/cart/store.go:42 +0x1c\nmain.main.func1()\n\t/src/main.go:9 +0x2\ncreated by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3285 +0x3f0\nexit status 2";
    assert_eq!(
        told(text),
        [
            "outermost panic: wrapped | ",
            "cause of 0 panic: runtime error: index out of range [5] with length 3 | panic(/usr/local/go/src/runtime/panic.go:770) < *github.com/acme/shop/cart.(*Store[...]).Add(/src/cart/store.go:42) < *main.main.func1(/src/main.go:9) < net/http.(*Server).Serve(/usr/local/go/src/net/http/server.go:3285)",
        ]
    );
    assert_eq!(innermost(&parse(text, None)), Some(1));
}

#[test]
fn a_recorded_stack_loses_the_recorder() {
    let text = "goroutine 1 [running]:\ngo.opentelemetry.io/otel/sdk/trace.recordStackTrace()\n\t/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.24.0/trace/span.go:476 +0x2\ngo.opentelemetry.io/otel/sdk/trace.(*recordingSpan).RecordError(0xc000, {0x1, 0x2}, {0x0, 0x0, 0x0})\n\t/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.24.0/trace/span.go:431 +0x1\nmain.checkout({0x1, 0x2})\n\t/app/main.go:12 +0x3\n";
    assert_eq!(
        told(text),
        ["outermost :  | *main.checkout(/app/main.go:12)"]
    );
}

#[test]
fn pkg_errors_tell_the_inner_error_first() {
    let text = "connection refused\nmain.dial\n\t/app/dial.go:10\nmain.main\n\t/app/main.go:20\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:250\ncould not load cart\nmain.load\n\t/app/load.go:15\n";
    assert_eq!(
        told(text),
        [
            "outermost : could not load cart | *main.load(/app/load.go:15)",
            "cause of 0 : connection refused | *main.dial(/app/dial.go:10) < *main.main(/app/main.go:20) < runtime.main(/usr/local/go/src/runtime/proc.go:250)",
        ]
    );
}
