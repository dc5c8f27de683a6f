//! The language rules: names of packages, modules and folders that are never a project's own code.
//!
//! Lists hold whole leading segments and are sorted, so a look-up is a few binary searches.

mod lists;
mod managed;
mod native;
mod script;

use crate::stack::{Frame, Language};

pub(super) fn is_app(language: Language, frame: &Frame) -> bool {
    let file = frame.file.as_deref().unwrap_or_default();
    match language {
        Language::Java => managed::java(&frame.module, file),
        Language::Python => script::python(file),
        Language::JavaScript => script::javascript(&frame.function, file),
        Language::Go => native::go(&frame.module, file),
        Language::DotNet => {
            !frame.module.is_empty() && !listed(lists::DOTNET, &frame.module, ".", 3)
        }
        Language::Ruby => managed::ruby(file),
        Language::Php => managed::php(file),
        Language::Rust => native::rust(&frame.module, &frame.function, file),
        Language::Cpp => native::cpp(&frame.module, &frame.function, file),
        Language::Erlang | Language::Elixir => managed::beam(&frame.module, file),
        Language::Dart => managed::dart(file),
        Language::Swift => native::swift(&frame.module, &frame.function, file),
    }
}

/// Whether one of the first `segments` leading parts of `name`, cut at `separator`, is listed.
fn listed(list: &[&str], name: &str, separator: &str, segments: usize) -> bool {
    let mut end = 0;
    for _ in 0..segments {
        let rest = &name[end..];
        let Some(at) = rest.find(separator) else {
            return list.binary_search(&name).is_ok();
        };
        if list.binary_search(&&name[..end + at]).is_ok() {
            return true;
        }
        end += at + separator.len();
    }
    false
}

/// Whether a text holds one of a few short parts. For texts of a line's length this beats a
/// searcher, which is costly to build for each part.
fn holds_any(text: &str, parts: &[&str]) -> bool {
    let bytes = text.as_bytes();
    parts.iter().any(|part| {
        let part = part.as_bytes();
        let Some(first) = part.first() else {
            return false;
        };
        memchr::memchr_iter(*first, bytes).any(|at| bytes[at..].starts_with(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_so_that_the_search_finds_them() {
        for list in [
            lists::JAVA,
            lists::DOTNET,
            lists::GO_STD,
            lists::GO_LIBRARIES,
            lists::RUST,
            lists::BEAM,
            lists::DART,
            lists::SWIFT,
        ] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
    }

    #[test]
    fn own_code_and_libraries_are_told_apart() {
        for (language, module, file, own) in [
            (Language::Java, "com.acme.shop.Cart", "Cart.java", true),
            (
                Language::Java,
                "com.acme.shop.Cart$$SpringCGLIB$$0",
                "<generated>",
                false,
            ),
            (
                Language::Java,
                "org.springframework.aop.Proxy",
                "Proxy.java",
                false,
            ),
            (Language::Java, "javaxtra.Own", "Own.java", true),
            (Language::Python, "", "/app/shop/cart.py", true),
            (
                Language::Python,
                "",
                "/usr/lib/python3.12/json/__init__.py",
                false,
            ),
            (
                Language::Python,
                "",
                "/app/.venv/lib/python3.12/site-packages/django/x.py",
                false,
            ),
            (
                Language::Python,
                "",
                "C:\\Python310\\lib\\asyncio\\base.py",
                false,
            ),
            (Language::Python, "", "<frozen importlib._bootstrap>", false),
            (Language::JavaScript, "", "/app/src/cart.js", true),
            (
                Language::JavaScript,
                "",
                "/app/node_modules/express/lib/router.js",
                false,
            ),
            (
                Language::JavaScript,
                "",
                "node:internal/process/task_queues",
                false,
            ),
            (
                Language::JavaScript,
                "",
                "https://shop.example/assets/index-Ab12.js",
                true,
            ),
            (Language::Go, "main", "/app/main.go", true),
            (
                Language::Go,
                "github.com/acme/shop/cart",
                "/src/cart/cart.go",
                true,
            ),
            (
                Language::Go,
                "net/http",
                "/usr/local/go/src/net/http/server.go",
                false,
            ),
            (
                Language::Go,
                "github.com/acme/lib",
                "/go/pkg/mod/github.com/acme/lib@v1.0.0/a.go",
                false,
            ),
            (
                Language::Go,
                "",
                "/usr/local/go/src/runtime/panic.go",
                false,
            ),
            (Language::DotNet, "Shop.Cart", "", true),
            (Language::DotNet, "Microsoft.AspNetCore.Mvc.X", "", false),
            (Language::Ruby, "", "app/models/cart.rb", true),
            (Language::Ruby, "", "activerecord (7.0.4) lib/x.rb", false),
            (
                Language::Ruby,
                "",
                "/usr/local/bundle/gems/pg-1.5/lib/pg.rb",
                false,
            ),
            (Language::Ruby, "", "<internal:kernel>", false),
            (Language::Php, "App.Cart", "/app/src/Cart.php", true),
            (
                Language::Php,
                "Illuminate.X",
                "/app/vendor/laravel/x.php",
                false,
            ),
            (Language::Rust, "shop::cart", "./src/cart.rs", true),
            (
                Language::Rust,
                "<shop::Cart as core::fmt::Display>",
                "",
                true,
            ),
            (
                Language::Rust,
                "<alloc::boxed::Box<F,A> as core::ops::FnOnce>",
                "",
                false,
            ),
            (Language::Rust, "tokio::runtime", "", false),
            (Language::Cpp, "shop::Cart", "/src/cart.cpp", true),
            (
                Language::Cpp,
                "std::vector<int>",
                "/usr/include/c++/12/vector",
                false,
            ),
            (
                Language::Elixir,
                "Shop.Cart",
                "(shop 0.1.0) lib/shop/cart.ex",
                true,
            ),
            (
                Language::Elixir,
                "Enum",
                "(elixir 1.15.0) lib/enum.ex",
                false,
            ),
            (Language::Erlang, "gen_server", "gen_server.erl", false),
            (Language::Dart, "", "package:shop/cart.dart", true),
            (
                Language::Dart,
                "",
                "package:flutter/src/widgets/framework.dart",
                false,
            ),
            (Language::Swift, "Shop", "", true),
            (Language::Swift, "libswiftCore.dylib", "", false),
        ] {
            let frame = Frame {
                module: module.into(),
                file: Some(file.into()),
                ..Frame::default()
            };
            assert_eq!(is_app(language, &frame), own, "{language} {module} {file}");
        }
    }
}
