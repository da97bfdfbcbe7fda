#!/usr/bin/env bash
# Runs test suites and prints a line for each: named ones one after the other, all of them by three workers.
# Usage: run.sh [suite ...] | --long FOLDER
#
# Suites are the functions suite_* below; without names: all that `make test` runs (not `seeds`). Every suite prints
# "name: N passed, N failed"; the last line sums them up. Output of what failed stands above; everything
# else is in build/test/<suite>.log. `--long FOLDER` runs tests/FOLDER/run.sh alone, with its output on the terminal.
set -eu -o pipefail
cd "$(dirname "$0")/.."
export DRC_NO_DOTENV=1 # a developer's .env is not for tests
jobs=-j$(nproc)
node=$PWD/tests/node_modules/.bin/node
logs=build/test
suite_seconds_max=900 # of one suite of Node tests
mkdir -p "$logs"
export DRC_TEST_FACTS=$PWD/$logs/facts.db # built by the first test that asks for it, shared by all of them
export DRC_TEST_INDEX=$PWD/$logs/index # the search indexes likewise; kept where corpus and model have not changed
rm -f "$logs"/facts* "$logs"/*.sum # also the estates of other seeds

if [ "${1:-}" = --long ]; then
    exec bash "tests/$2/run.sh"
fi

# Node's own runner, one file at a time: the tests start servers and measure time.
node_tests() { # node_tests LABEL FILE...
    local label=$1 code=0 tap=$logs/$1.tap passed failed
    shift
    if [ ! -e "$1" ]; then
        echo "$label: 0 passed, 0 failed"
        return
    fi
    # Into a file, not a pipe: a process that a test has left behind must not keep us waiting.
    timeout --kill-after=10 "$suite_seconds_max" "$node" --disable-warning=ExperimentalWarning --test \
        --test-concurrency=1 --test-reporter=tap "$@" >"$tap" 2>&1 || code=$?
    cat "$tap"
    passed=$(sed -n 's/^# pass //p' "$tap")
    failed=$(sed -n 's/^# fail //p' "$tap")
    [ "$code" -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
    [ "$code" -ne 124 ] || echo "$label: stopped after $suite_seconds_max s"
    echo "$label: ${passed:-0} passed, ${failed:-1} failed"
    [ "$code" -eq 0 ]
}

programs() { # programs VARIANT < NAMES
    sed "s|.*/\(.*\)\.c$|build/$1/unit/\1|"
}
suite_lint() { make -s "$jobs" build && bash tests/lint/run.sh; }
suite_unit() { make -s "$jobs" unit-build && bash tests/unit/run.sh $(printf '%s\n' tests/unit/test_*.c | programs release); }
suite_golden() { node_tests golden tests/golden/*.test.mjs; }
suite_seeds() { make -s "$jobs" build && DRC_SEEDS=all node_tests seeds tests/golden/{answers,graph}.test.mjs; }
suite_cli() { node_tests cli tests/cli/*.test.mjs; }
suite_flow() { node_tests flow tests/flow/*.test.mjs; }
suite_conformance() { node_tests conformance tests/conformance/*.test.mjs; }
suite_e2e() { node_tests e2e tests/e2e/*.test.mjs; }
# Building estates takes most of the unit tests' time, nearly all of it inside SQLite, which no sanitizer sees: once is enough.
suite_asan() { # clang builds this one: its warnings are errors too
    local tests
    tests=$(printf '%s\n' tests/unit/test_*.c | grep -vE '/test_(build|estate)\.c' | programs address)
    make -s "$jobs" SAN=address build $tests && bash tests/unit/run.sh $tests
}
suite_tsan() { # the tests in which threads run
    local tests
    tests=$(grep -lE 'pthread_create|drc_index_build' tests/unit/test_*.c | programs thread)
    make -s "$jobs" SAN=thread build $tests && bash tests/unit/run.sh $tests
}
# Flow tests with a sanitized program: those that are marked for it, and not the files of kills, time-outs and whole weeks.
sanitized_flow() { # sanitized_flow VARIANT REGEX_OF_FILES_LEFT_OUT
    DRC_BINARY=$PWD/build/$1/drc DRC_SLOW=1 \
        ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0" \
        UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/tests/tsan.supp" \
        node_tests "flow-$1" $(printf '%s\n' tests/flow/*.test.mjs | grep -vE "/($2)\.test")
}
suite_flow_asan() { make -s "$jobs" SAN=address build && sanitized_flow address 'digest-run|fallback|kill|life|providers|replay'; }
suite_flow_tsan() { make -s "$jobs" SAN=thread build && sanitized_flow thread 'digest-run|fallback|kill|providers|replay'; }
suite_torture() { make -s "$jobs" build && DRC_TORTURE_SECONDS=20 bash tests/torture/run.sh; }
suite_fuzz() { bash tests/fuzz/run.sh; }

started=$SECONDS
run_suite() {
    local name=$1 code=0 begin=$SECONDS line log p=0 f=0
    log=$logs/$name.log
    "suite_${name//-/_}" >"$log" 2>&1 </dev/null || code=$?
    line=$(grep -E '^[a-z0-9-]+: [0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || test $? -eq 1)
    [ -z "$line" ] || read -r p f < <(sed 's/^[a-z0-9-]*: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/' <<<"$line")
    [ "$code" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    echo "$p $f" >"$logs/$name.sum"
    [ "$f" -eq 0 ] || printf -- '---- %s\n%s\n----\n' "$log" "$(tail -n 60 "$log")"
    echo "$name: $p passed, $f failed, $((SECONDS - begin)) s"
}

# Workers take the next line of the queue, whose suites share a build, until it is empty.
work() {
    local line
    while line=$(flock "$logs/queue.lock" bash -c 'head -n 1 "$0"; sed -i 1d "$0"' "$logs/queue") && [ -n "$line" ]; do
        run_suites $line
    done
}
run_suites() {
    local suite
    for suite in "$@"; do
        run_suite "$suite"
    done
}

if [ $# -gt 0 ]; then
    suites=("$@")
    run_suites "$@"
else
    # The longest first; tests that wait for timers and sockets beside those that compute. Three workers for two cores: of
    # `flow` and `conformance` most is waiting.
    queue=("asan flow-asan fuzz" flow "tsan flow-tsan" golden e2e cli unit conformance torture lint)
    suites=(${queue[*]})
    printf '%s\n' "${queue[@]}" >"$logs/queue"
    make -s "$jobs" build unit-build
    build/release/drc db build --out "$DRC_TEST_FACTS" >/dev/null
    build/release/drc docs build --corpus corpus --out "$DRC_TEST_INDEX" >/dev/null
    work &
    work &
    work
    wait
fi
passed=0 failed=0
for suite in "${suites[@]}"; do
    if read -r p f 2>/dev/null <"$logs/$suite.sum"; then
        passed=$((passed + p)) failed=$((failed + f))
    else
        failed=$((failed + 1)) # it was cut short
    fi
done
echo "tests took $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
