# Two commands on a fresh machine: `make run` and `make test`. Each sets up what is missing.
SHELL := /bin/bash
CACHE := $(or $(OMEGI_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/omegi)
# One Cargo target folder for all clones of this repository: dependencies are built once.
export CARGO_TARGET_DIR ?= $(CACHE)/target
export OMEGI_CACHE := $(CACHE)

.PHONY: help run test release bench soak web openapi

help:
	@sed -n 's/^## //p' Makefile

## make run          builds what is missing and starts Omegi with its demo shop
run: web
	cargo run --quiet --package omegi -- serve --demo

## make test         everything CI checks
test:
	scripts/test.sh

## make release      target/release/omegi, one file with the web UI inside
release: web
	cargo build --release --package omegi
	mkdir -p target/release
	@[ "$$(realpath $(CARGO_TARGET_DIR)/release/omegi)" = "$$(realpath -m target/release/omegi)" ] \
	  || cp -f $(CARGO_TARGET_DIR)/release/omegi target/release/omegi

## make bench        the benchmark harness at full size
bench: release
	cargo run --release --package omegi-benches -- run --omegi target/release/omegi

## make soak         cases too large or long for CI, at full size
soak: release
	cargo run --release --package omegi-benches -- soak --omegi target/release/omegi

web: web/dist/index.html

web/dist/index.html: web/package-lock.json web/index.html $(shell find web/src web/public -type f 2>/dev/null) $(wildcard web/*.ts web/*.js web/*.mjs web/*.json)
	scripts/build-web.sh

## make openapi      writes schemas/openapi/omegi.v1.json anew from the code
openapi:
	OMEGI_UPDATE_OPENAPI=1 cargo test --quiet --package omegi-api openapi
