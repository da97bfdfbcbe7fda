#!/usr/bin/env bash
# Fuzzes every parser on its stored corpus. FUZZ_SECONDS: for each target (default: 20 s shared by all).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export LSAN_OPTIONS="suppressions=tests/lsan.supp:print_suppressions=0"
# One try frees little: 16 MB of freed memory are enough to catch its use, and stay in the cache.
export ASAN_OPTIONS="quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
make -s "-j$(nproc)" SAN=address fuzz-build
targets=(tests/fuzz/fuzz_*.c)
seconds=${FUZZ_SECONDS:-$(((20 + ${#targets[@]} - 1) / ${#targets[@]}))}
passed=0 failed=0
for target in "${targets[@]}"; do
    name=$(basename "$target" .c)
    program=build/address/fuzz/$name
    found=build/fuzz/$name
    mkdir -p "$found/corpus" "$found/crashes"
    if "$program" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$found/crashes/" "$found/corpus" "tests/fuzz/corpus/$name" >"$found/log" 2>&1; then
        passed=$((passed + 1))
        echo "$name: $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log") inputs, nothing found"
    else
        failed=$((failed + 1))
        tail -n 40 "$found/log"
        echo "$name: failed; the input is in $found/crashes"
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
