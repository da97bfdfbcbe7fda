#!/usr/bin/env bash
# Speed and memory, each figure with its limit: `make bench`. Arguments: only these parts (start memory reports
# connections acks models chips prompts slowmodels digest estate; embed, search, graph and ground, which stand alone). Fails only where
# something could not be measured; a missed limit says OVER.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
code=0
for part in embed search graph ground; do
    if [ $# -eq 0 ] || [ "$1" = $part ]; then
        facts=
        [ $part != graph ] || facts=data/usage_rag_data.db
        "build/release/bench/bench_$part" ${facts:+"$facts"} || code=1
    fi
    [ "$*" != $part ] || exit $code
done
[ $# -gt 0 ] || build/release/bench/bench_chart || code=1
tests/node_modules/.bin/node tests/bench/bench.mjs "$@" || code=1
exit $code
