#!/usr/bin/env bash
# Speed and memory, each figure with its limit: `make bench`. Arguments: only these parts (start memory reports
# connections acks models estate; embed, which stands alone). Fails only where something could not be measured; a missed limit says OVER.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
code=0
if [ $# -eq 0 ] || [ "$1" = embed ]; then
    build/release/bench/bench_embed || code=1
fi
[ "$*" != embed ] || exit $code
[ $# -gt 0 ] || build/release/bench/bench_chart || code=1
tests/node_modules/.bin/node tests/bench/bench.mjs "$@" || code=1
exit $code
