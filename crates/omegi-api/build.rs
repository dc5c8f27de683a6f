//! The web UI is embedded: a new bundle must lead to a new build of this crate.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
