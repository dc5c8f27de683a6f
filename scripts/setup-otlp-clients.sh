#!/usr/bin/env bash
# Installs the OpenTelemetry SDKs that the receiver is tested against: a Python environment in the
# cache folder, and Node modules beside it. Prints the two variables that the test reads.
set -euo pipefail

cache=${OMEGI_CACHE:-$HOME/.cache/omegi}/otlp-clients
source=$(cd "$(dirname "$0")/../crates/omegi-receiver/tests/clients" && pwd)
mkdir -p "$cache/node"

stamp() { cat "$@" | sha256sum | cut -d' ' -f1; }

wanted=$(stamp "$source/requirements.txt")
if [ "$(cat "$cache/venv.stamp" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$cache/venv"
  python3 -m venv "$cache/venv" >&2
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$source/requirements.txt" >&2
  echo "$wanted" > "$cache/venv.stamp"
fi

wanted=$(stamp "$source/package.json" "$source/package-lock.json")
if [ "$(cat "$cache/node.stamp" 2>/dev/null)" != "$wanted" ]; then
  cp "$source/package.json" "$source/package-lock.json" "$cache/node/"
  (cd "$cache/node" && npm ci --no-audit --no-fund --silent >&2)
  echo "$wanted" > "$cache/node.stamp"
fi

echo "OMEGI_CLIENTS_VENV=$cache/venv"
echo "OMEGI_CLIENTS_NODE=$cache/node"
