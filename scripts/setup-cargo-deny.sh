#!/usr/bin/env bash
# cargo-deny, built once into the cache; prints its path.
set -euo pipefail
cache=${OMEGI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/omegi}
version=0.20.2
tool=$cache/tools/cargo-deny-$version
if [ ! -x "$tool/bin/cargo-deny" ]; then
  CARGO_TARGET_DIR=$cache/tools/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
    cargo install --quiet --locked --no-default-features --version "$version" --root "$tool" cargo-deny >&2
fi
echo "$tool/bin/cargo-deny"
