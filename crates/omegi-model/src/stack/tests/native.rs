//! Rust, C++ and Swift.
use super::*;

#[test]
fn rust_panics_new_and_old() {
    let text = "thread 'tokio-runtime-worker' (4711) panicked at src/cart.rs:4:5:\ncart 5 is full\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:645:5\n   1: shop::cart::Cart::add::{{closure}}\n             at ./src/cart.rs:4:5\n   2:     0x55d0c0ffee - <shop::Api as shop::Serve>::call::h0123456789abcdef\n             at ./src/api.rs:9:1\nnote: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.";
    assert_eq!(
        told(text),
        [
            "outermost panic: cart 5 is full | rust_begin_unwind(/rustc/abc/library/std/src/panicking.rs:645) < *shop::cart::Cart.add::{{closure}}(./src/cart.rs:4) < *<shop::Api as shop::Serve>.call(./src/api.rs:9)"
        ]
    );
    let old = "thread 'main' panicked at 'index out of bounds: the len is 3 but the index is 5', src/main.rs:4:5\nstack backtrace:\n   0: shop::main\n             at ./src/main.rs:4";
    assert_eq!(
        told(old),
        [
            "outermost panic: index out of bounds: the len is 3 but the index is 5 | *shop.main(./src/main.rs:4)"
        ]
    );
}

#[test]
fn anyhow_tells_its_causes_above_the_backtrace() {
    let text = "Error: could not load cart\n\nCaused by:\n    0: query failed\n    1: connection refused (os error 111)\n\nStack backtrace:\n   0: anyhow::error::<impl core::convert::From<E> for anyhow::Error>::from\n             at /root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/anyhow-1.0.80/src/error.rs:565:25\n   1: shop::load\n             at ./src/main.rs:7:9";
    assert_eq!(
        told(text),
        [
            "outermost : could not load cart | ",
            "cause of 0 : query failed | ",
            "cause of 1 : connection refused (os error 111) | anyhow::error::<impl core::convert::From<E> for anyhow::Error>.from(/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/anyhow-1.0.80/src/error.rs:565) < *shop.load(./src/main.rs:7)",
        ]
    );
}

#[test]
fn cpp_of_debuggers_sanitizers_and_libc() {
    let gdb = "terminate called after throwing an instance of 'shop::CartError'\n  what():  cart is full\n#0  0x00007ffff7a42428 in raise () from /lib/x86_64-linux-gnu/libc.so.6\n#1  0x0000000000400b6d in shop::Cart::add (this=0x7ffe, n=5) at /src/cart.cpp:12\n#2  main () at /src/main.cpp:3";
    assert_eq!(
        told(gdb),
        [
            "outermost shop::CartError: cart is full | raise(/lib/x86_64-linux-gnu/libc.so.6) < *shop::Cart.add(/src/cart.cpp:12) < *main(/src/main.cpp:3)"
        ]
    );
    let asan = "==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602\nREAD of size 4 at 0x602 thread T0\n    #0 0x4f1 in shop::Cart::add(std::vector<int, std::allocator<int> > const&) /src/cart.cpp:12:3\n    #1 0x4f2 in main /src/main.cpp:3:1\n    #2 0x7f in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x21b96)\nfreed by thread T0 here:\n    #0 0x4a in operator delete(void*) (/app/shop+0x4a)\n";
    assert_eq!(
        told(asan),
        [
            "outermost AddressSanitizer: heap-use-after-free: on address 0x602 | *shop::Cart.add(/src/cart.cpp:12) < *main(/src/main.cpp:3) < __libc_start_main(/lib/x86_64-linux-gnu/libc.so.6)"
        ]
    );
    let libc = "./shop(_ZN4shop4Cart3addEi+0x1d) [0x400b6d]\n./shop(main+0x9) [0x400b99]\n/lib/x86_64-linux-gnu/libc.so.6(__libc_start_main+0xf0) [0x7f]";
    assert_eq!(
        told(libc),
        [
            "outermost :  | *shop::Cart.add(./shop) < *main(./shop) < __libc_start_main(/lib/x86_64-linux-gnu/libc.so.6)"
        ]
    );
    let boost = " 0# shop::Cart::add(int) at /src/cart.cpp:12\n 1# main at /src/main.cpp:3\n 2# __libc_start_main in /lib/x86_64-linux-gnu/libc.so.6";
    assert_eq!(
        told(boost),
        [
            "outermost :  | *shop::Cart.add(/src/cart.cpp:12) < *main(/src/main.cpp:3) < __libc_start_main(/lib/x86_64-linux-gnu/libc.so.6)"
        ]
    );
}

#[test]
fn swift_on_apple_and_on_linux() {
    let apple = "Fatal error: Index out of range\n0   libswiftCore.dylib   0x00000001a0 _assertionFailure(_:_:file:line:flags:) + 308\n1   Shop   0x0000000100003f5c closure #1 in Cart.add(item:) + 28 (Cart.swift:12)\n2   Shop   0x0000000100003f90 main + 4";
    assert_eq!(
        told(apple),
        [
            "outermost Fatal error: Index out of range | libswiftCore.dylib._assertionFailure(_:_:file:line:flags:)(?) < *Shop.closure #1 in Cart.add(item:)(Cart.swift:12) < *Shop.main(?)"
        ]
    );
    let linux = "Shop/Cart.swift:12: Fatal error: Index out of range\n\nThread 0 \"shop\" crashed:\n\n0 [inlined] [system] Swift runtime failure: x in Array.subscript at /swift/stdlib/public/core/Array.swift:1:1\n1 [ra] 0x0000aaaad1 Cart.add(item:) + 28 in shop at /src/Cart.swift:12:3\n";
    let told = told(linux);
    assert!(
        told[0].starts_with("outermost Fatal error: Index out of range | "),
        "{told:?}"
    );
    assert!(
        told[0].ends_with("*shop.Cart.add(item:)(/src/Cart.swift:12)"),
        "{told:?}"
    );
}
