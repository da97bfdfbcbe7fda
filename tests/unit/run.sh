#!/usr/bin/env bash
# Runs the given cmocka programs, prints their failures and one closing line; exit 1 if any failed.
set -eu -o pipefail
export LSAN_OPTIONS="suppressions=tests/lsan.supp:print_suppressions=0" TSAN_OPTIONS="halt_on_error=1 suppressions=tests/tsan.supp"
count() { grep -c "$1" <<<"$out" || test $? -eq 1; }
passed=0 failed=0
for program in "$@"; do
    code=0
    out=$(timeout 400 "$program" 2>&1) || code=$?
    passed=$((passed + $(count '^\[       OK \]')))
    [ "$code" -ne 0 ] || continue
    bad=$(count '^\[  FAILED  \] [a-z]')
    failed=$((failed + (bad > 0 ? bad : 1)))
    printf -- '--- %s (exit %d)\n' "$program" "$code"
    grep -v '^\[ RUN\|^\[       OK' <<<"$out" | head -80 || test $? -eq 1
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
