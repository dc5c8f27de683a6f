#!/usr/bin/env bash
# Everything CI checks; installs what is missing first. Order: what fails fastest stands first.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

step "format"
cargo fmt --all --check

step "web UI: packages, lint, types, unit tests, bundle, sizes"
scripts/build-web.sh
(cd web && npm test --silent && npm run --silent check:size)

step "licences, bans, sources"
cargo fetch --quiet --locked
"$(scripts/setup-cargo-deny.sh)" --offline check --hide-inclusion-graph licenses bans sources

step "lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings

step "OTLP clients for the conformance tests"
export $(scripts/setup-otlp-clients.sh)

step "tests"
cargo test --workspace --quiet
