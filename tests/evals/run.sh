#!/usr/bin/env bash
# The search and the routing against their labelled questions: `make eval`. `--misses`: what the joined search did not put
# first, of the half that may be used for tuning.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
out=build/evals
model=data/models/minilm-l6-v2.q8
drc=build/release/drc
mkdir -p "$out"
[ -f "$model" ] || { echo "evals: $model is not there; run: $drc docs model" >&2; exit 1; }
$drc docs build --corpus corpus --out "$out"
tests/node_modules/.bin/node tests/evals/retrieval.mjs "$out" "$@"
