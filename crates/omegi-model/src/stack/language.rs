//! The languages whose stack texts we read.

use std::fmt;

/// A language, or a family of languages with one form of stack text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Java, Kotlin, Scala, Groovy, Clojure.
    Java,
    /// Python.
    Python,
    /// JavaScript and TypeScript, in Node and in browsers.
    JavaScript,
    /// Go.
    Go,
    /// C#, F#, Visual Basic.
    DotNet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Rust.
    Rust,
    /// C and C++.
    Cpp,
    /// Erlang.
    Erlang,
    /// Elixir.
    Elixir,
    /// Dart and Flutter.
    Dart,
    /// Swift and Objective-C.
    Swift,
}

impl Language {
    /// Reads the resource attribute `telemetry.sdk.language`; `None` for one we do not know.
    #[must_use]
    pub fn from_sdk(name: &str) -> Option<Self> {
        Some(match name {
            "java" | "kotlin" | "scala" | "groovy" | "clojure" | "android" => Self::Java,
            "python" => Self::Python,
            "nodejs" | "webjs" | "javascript" | "typescript" => Self::JavaScript,
            "go" => Self::Go,
            "dotnet" | "csharp" => Self::DotNet,
            "ruby" => Self::Ruby,
            "php" => Self::Php,
            "rust" => Self::Rust,
            "cpp" | "c" | "c++" => Self::Cpp,
            "erlang" => Self::Erlang,
            "elixir" => Self::Elixir,
            "dart" | "flutter" => Self::Dart,
            "swift" | "objc" => Self::Swift,
            _ => return None,
        })
    }

    /// Its name in grouping parts and JSON, lowercase.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Go => "go",
            Self::DotNet => "dotnet",
            Self::Ruby => "ruby",
            Self::Php => "php",
            Self::Rust => "rust",
            Self::Cpp => "cpp",
            Self::Erlang => "erlang",
            Self::Elixir => "elixir",
            Self::Dart => "dart",
            Self::Swift => "swift",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
