//! Stack traces of 2 to 4 KB in the shapes of four languages: own frames between a framework's.

use super::faults::{Fault, Thrown};
use super::services;

/// What the shop's own methods are called, innermost first.
const STEPS: [&str; 7] = [
    "apply", "verify", "resolve", "prepare", "dispatch", "process", "accept",
];

/// Java, every other time inside another exception.
pub(super) fn java(fault: &Fault, message: &str) -> Thrown {
    let package = format!("com.shop.{}", package(fault));
    let innermost = format!("{package}.{}{}Exception", fault.subject, fault.end);
    let mut cause = format!("{innermost}: {message}\n");
    for (step, depth) in STEPS.iter().zip(0..) {
        let class = format!(
            "{}{}{}",
            fault.subject,
            fault.end,
            JAVA_CLASSES[depth % JAVA_CLASSES.len()]
        );
        let line = 31 + depth * 17;
        cause += &format!(
            "\tat {package}.{class}.{step}{}({class}.java:{line})\n",
            fault.subject
        );
    }
    let framework: String = JAVA_FRAMEWORK
        .iter()
        .map(|frame| format!("\tat {frame}\n"))
        .collect();
    if !fault.wrapped {
        let stack = format!("{cause}{framework}");
        return Thrown {
            kind: innermost.clone(),
            message: message.to_owned(),
            stack,
            innermost,
        };
    }
    let kind = format!("{package}.{}FailedException", fault.subject);
    let outer = format!("{} failed", fault.subject.to_lowercase());
    let entry = format!(
        "\tat {package}.{}Endpoint.handle({}Endpoint.java:58)\n",
        fault.subject, fault.subject
    );
    let hidden = JAVA_FRAMEWORK.len();
    let stack =
        format!("{kind}: {outer}\n{entry}{framework}Caused by: {cause}\t... {hidden} more\n");
    Thrown {
        kind,
        message: outer,
        stack,
        innermost,
    }
}

/// Python: the innermost call stands last.
pub(super) fn python(fault: &Fault, message: &str) -> Thrown {
    let package = package(fault);
    let (subject, kind) = (
        fault.subject.to_lowercase(),
        format!("shop.{package}.errors.{}{}", fault.subject, fault.end),
    );
    let mut stack = "Traceback (most recent call last):\n".to_owned();
    for (file, line, function, source) in PYTHON_FRAMEWORK {
        stack += &format!(
            "  File \"/usr/local/lib/python3.12/site-packages/{file}\", line {line}, in {function}\n    {source}\n"
        );
    }
    for (depth, step) in STEPS.iter().enumerate().rev() {
        let (line, end) = (23 + depth * 19, fault.end.to_lowercase());
        stack += &format!(
            "  File \"/app/shop/{package}/{subject}_{end}.py\", line {line}, in {step}_{subject}\n"
        );
        stack += &format!(
            "    return self._{step}({subject}, deadline=deadline, attempt=attempt + 1)\n"
        );
    }
    stack += &format!("{kind}: {message}\n");
    Thrown {
        kind: kind.clone(),
        message: message.to_owned(),
        stack,
        innermost: kind,
    }
}

/// JavaScript as V8 writes it.
pub(super) fn javascript(fault: &Fault, message: &str) -> Thrown {
    let package = package(fault);
    let kind = format!("{}{}Error", fault.subject, fault.end);
    let file = format!(
        "/srv/shop/{package}/src/{}/{}",
        fault.subject.to_lowercase(),
        fault.end.to_lowercase()
    );
    let mut stack = format!("{kind}: {message}\n");
    for (step, depth) in STEPS.iter().zip(0..) {
        let (line, column) = (14 + depth * 23, 9 + depth % 30);
        stack += &format!(
            "    at async {step}{}{} ({file}.js:{line}:{column})\n",
            fault.subject, fault.end
        );
    }
    for frame in JAVASCRIPT_FRAMEWORK {
        stack += &format!("    at {frame}\n");
    }
    Thrown {
        kind: kind.clone(),
        message: message.to_owned(),
        stack,
        innermost: kind,
    }
}

/// Go: the recorded stack begins with the SDK's frames and names no type.
pub(super) fn go(fault: &Fault, message: &str, random: &mut crate::random::Random) -> Thrown {
    let package = package(fault);
    let kind = format!(
        "*{}.{}{}Error",
        fault.subject.to_lowercase(),
        fault.subject,
        fault.end
    );
    let module = format!(
        "github.com/shop/{package}/internal/{}",
        fault.subject.to_lowercase()
    );
    let mut stack = format!("goroutine {} [running]:\n", random.below(90_000));
    let mut frame = |function: &str, file: &str, line: usize| {
        let (argument, at) = (0xc0_0000_0000 + random.below(1 << 30), random.below(4096));
        stack += &format!("{function}(0x{argument:x}, 0x{at:x})\n\t{file}:{line} +0x{at:x}\n");
    };
    frame(
        "runtime/debug.Stack",
        "/usr/local/go/src/runtime/debug/stack.go",
        26,
    );
    frame(
        "go.opentelemetry.io/otel/sdk/trace.recordStackTrace",
        "/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.38.0/trace/span.go",
        545,
    );
    for (step, depth) in STEPS.iter().zip(0..) {
        let function = format!("{module}.(*{}{}).{step}", fault.subject, fault.end);
        frame(
            &function,
            &format!(
                "/src/{package}/internal/{}/{}.go",
                fault.subject.to_lowercase(),
                fault.end.to_lowercase()
            ),
            40 + depth * 21,
        );
    }
    for (function, file, line) in GO_FRAMEWORK {
        frame(function, file, line);
    }
    Thrown {
        kind: kind.clone(),
        message: message.to_owned(),
        stack,
        innermost: kind,
    }
}

fn package(fault: &Fault) -> String {
    services::name(fault.service).replace('-', "")
}

const JAVA_CLASSES: [&str; 4] = ["Repository", "Policy", "Service", "Controller"];

const JAVA_FRAMEWORK: [&str; 17] = [
    "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)",
    "java.base/java.lang.reflect.Method.invoke(Method.java:580)",
    "org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:255)",
    "org.springframework.web.method.support.InvocableHandlerMethod.invokeForRequest(InvocableHandlerMethod.java:188)",
    "org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter.invokeHandlerMethod(RequestMappingHandlerAdapter.java:926)",
    "org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)",
    "org.springframework.web.servlet.DispatcherServlet.doService(DispatcherServlet.java:979)",
    "org.springframework.web.servlet.FrameworkServlet.processRequest(FrameworkServlet.java:1014)",
    "jakarta.servlet.http.HttpServlet.service(HttpServlet.java:590)",
    "org.apache.catalina.core.ApplicationFilterChain.internalDoFilter(ApplicationFilterChain.java:195)",
    "org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:140)",
    "org.springframework.web.filter.OncePerRequestFilter.doFilter(OncePerRequestFilter.java:116)",
    "org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:167)",
    "org.apache.coyote.http11.Http11Processor.service(Http11Processor.java:397)",
    "org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1741)",
    "org.apache.tomcat.util.threads.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:659)",
    "java.base/java.lang.Thread.run(Thread.java:1583)",
];

const PYTHON_FRAMEWORK: [(&str, u32, &str, &str); 7] = [
    (
        "uvicorn/protocols/http/httptools_impl.py",
        409,
        "run_asgi",
        "result = await app(self.scope, self.receive, self.send)",
    ),
    (
        "starlette/applications.py",
        113,
        "__call__",
        "await self.middleware_stack(scope, receive, send)",
    ),
    (
        "starlette/middleware/errors.py",
        165,
        "__call__",
        "await self.app(scope, receive, _send)",
    ),
    (
        "starlette/_exception_handler.py",
        42,
        "wrapped_app",
        "await app(scope, receive, sender)",
    ),
    (
        "starlette/routing.py",
        73,
        "app",
        "response = await f(request)",
    ),
    (
        "fastapi/routing.py",
        302,
        "app",
        "raw_response = await run_endpoint_function(",
    ),
    (
        "fastapi/routing.py",
        213,
        "run_endpoint_function",
        "return await dependant.call(**values)",
    ),
];

const JAVASCRIPT_FRAMEWORK: [&str; 19] = [
    "/srv/shop/node_modules/@opentelemetry/instrumentation-express/build/src/instrumentation.js:168:37",
    "AsyncLocalStorage.run (node:internal/async_local_storage/async_hooks:91:14)",
    "AsyncLocalStorageContextManager.with (/srv/shop/node_modules/@opentelemetry/context-async-hooks/build/src/AsyncLocalStorageContextManager.js:33:40)",
    "ContextAPI.with (/srv/shop/node_modules/@opentelemetry/api/build/src/api/context.js:60:46)",
    "Layer.handleRequest (/srv/shop/node_modules/router/lib/layer.js:152:17)",
    "next (/srv/shop/node_modules/router/lib/route.js:157:13)",
    "Route.dispatch (/srv/shop/node_modules/router/lib/route.js:117:3)",
    "handle (/srv/shop/node_modules/router/index.js:435:11)",
    "Layer.handleRequest (/srv/shop/node_modules/router/lib/layer.js:152:17)",
    "/srv/shop/node_modules/router/index.js:295:15",
    "processParams (/srv/shop/node_modules/router/index.js:582:12)",
    "next (/srv/shop/node_modules/router/index.js:291:5)",
    "jsonParser (/srv/shop/node_modules/body-parser/lib/types/json.js:88:7)",
    "Function.handle (/srv/shop/node_modules/router/index.js:186:3)",
    "app.handle (/srv/shop/node_modules/express/lib/application.js:177:15)",
    "Server.app (/srv/shop/node_modules/express/lib/express.js:38:9)",
    "Server.emit (node:events:518:28)",
    "parserOnIncoming (node:_http_server:1150:12)",
    "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
];

const GO_FRAMEWORK: [(&str, &str, usize); 7] = [
    (
        "net/http.HandlerFunc.ServeHTTP",
        "/usr/local/go/src/net/http/server.go",
        2294,
    ),
    (
        "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp.(*middleware).serveHTTP",
        "/go/pkg/mod/go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp@v0.63.0/handler.go",
        176,
    ),
    (
        "github.com/go-chi/chi/v5.(*Mux).routeHTTP",
        "/go/pkg/mod/github.com/go-chi/chi/v5@v5.2.3/mux.go",
        478,
    ),
    (
        "github.com/go-chi/chi/v5.(*Mux).ServeHTTP",
        "/go/pkg/mod/github.com/go-chi/chi/v5@v5.2.3/mux.go",
        90,
    ),
    (
        "net/http.serverHandler.ServeHTTP",
        "/usr/local/go/src/net/http/server.go",
        3301,
    ),
    (
        "net/http.(*conn).serve",
        "/usr/local/go/src/net/http/server.go",
        2102,
    ),
    (
        "created by net/http.(*Server).Serve in goroutine 1",
        "/usr/local/go/src/net/http/server.go",
        3454,
    ),
];
