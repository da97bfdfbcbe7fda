#!/usr/bin/env bash
# Shows that each rule of rules.sh can fail: a small clean tree passes all rules, then one change at a time must be
# found by its rule, on the line that it names. A rule without such a change is a failure too.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck source=rules.sh
. "$here/rules.sh"
pages_min=0 # the small trees here have few
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null DRC_PROGRAM=./fake-drc
mkdir "$tmp/clean"
cd "$tmp/clean"

changed=()
put() { # put PATH: standard input becomes the file
    local text
    IFS= read -rd '' text || true
    case $1 in */*) [ -d "${1%/*}" ] || mkdir -p "${1%/*}" ;; esac
    printf '%s' "$text" >"$1"
    changed+=("$1")
}

page() { # page [WHAT [INSTEAD]]: a page of the corpus in which one line is another, or none
    sed "s|^$(printf '%s' "${1:-^$}").*|${2-}|" <<'MD'
---
title: Jobs
url: https://docs.databricks.com/aws/en/jobs/
section: jobs
date: 2026-11-26
asked: Why was my job slow?
---
What the page is about.

- One fact.
- Two facts.
- Three facts.
MD
}
runbook() {
    sed "s|^$(printf '%s' "${1:-^$}").*|${2-}|" <<'MD'
---
title: Out of memory
applies_to: jobs
signal: error OutOfMemoryError
signal: failed_attempts > 0
lane: optimise
---
1. Look.
2. Change.
3. Check.
MD
}

clean_tree() {
    put LICENSE <<<'MIT License'
    put README.md <<<'# A tree that breaks no rule'
    put .gitignore <<<'build/'
    put .env.example <<<'# WORKERS=12'
    put fake-drc <<<$'#!/bin/sh\necho "# WORKERS=12"'
    chmod +x fake-drc
    put Makefile <<<'CC := gcc'
    put src/packaging/deps.sh <<<$'#!/usr/bin/env bash\nset -eu\necho gcc'
    put include/drc/buf.h <<'C'
/* A buffer that grows. "In a string, strcpy(a, b) is text." */
#ifndef DRC_BUF_H
#define DRC_BUF_H

void drc_buf_first(void);

/* The second group says what it does. */
int drc_buf_second(int n);

#endif
C
    put include/drc/chart.h <<<$'/* A chart. */\n#ifndef DRC_CHART_H\n#define DRC_CHART_H\n#endif'
    put src/base/conf.c <<'C'
#include <stdlib.h>

#include "drc/buf.h"

/* malloc() and time() in a comment are words. */
const char *drc_conf_get(void)
{
    return getenv("strtok(x)");
}
C
    put src/core/chart.c <<<$'#include "drc/buf.h"\n#include "drc/chart.h"\n\nint drc_chart_runtime(int a);'
    put src/io/db.c <<<'#include <sqlite3.h>'
    put src/emulator/state.c <<<'#include "drc/buf.h"'
    put src/cli/cmd.c <<<'#include "drc/chart.h"'
    put src/README.md <<'MD'
`drc_conf_get()` reads a setting.
| `base/conf.c` | settings |
| `cli/cmd.c` | a command |
| `core/chart.c` | charts |
| `emulator/state.c` | state |
| `io/db.c` | SQLite |
| `packaging/deps.sh` | packages |
MD
    put tests/unit/test_chart.c <<<'int tests;'
    page | put corpus/databricks/a.md
    runbook | put corpus/runbooks/a.md
    put tests/evals/retrieval/questions.tsv <<<$'# a\nq1\ttune\tsymptom\twhy was my cluster slow?\tjobs'
    git init -q --template= .
    git add -A
    cp -a . "$tmp/tree"
    cd "$tmp/tree"
    changed=()
}

tried='' passed=0 failed=0
miss() { failed=$((failed + 1)); echo "selftest: $1"; }

# broken RULE EXPECTED: the tree as it stands now must give a line that starts with EXPECTED; then it is clean again.
broken() {
    local found
    tried="$tried $1 "
    [ "$1" != committed_files ] || git add -A -f
    found=$("rule_$1" 2>&1) || miss "$1 ended with an error"
    case $'\n'$found in
    *$'\n'"$2"*) passed=$((passed + 1)) ;;
    *) miss "$1 did not say '$2' but '$found'" ;;
    esac
    rm -f "${changed[@]}"
    changed=()
    cp -a "$tmp/clean/." .
}
lines() { for ((i = 0; i < $1; i++)); do echo "$2"; done; }

clean_tree
rules=$(sed -n 's/^rule_\([a-z_]*\)().*/\1/p' "$here/rules.sh")
for rule in $rules; do
    found=$("rule_$rule" 2>&1) || miss "$rule ended with an error in the clean tree"
    [ -z "$found" ] || miss "$rule in the clean tree: $found"
done

put src/base/map.c <<<'#include "drc/chart.h"'
broken floors 'src/base/map.c:1: floor base may not see core'
put src/core/font.c <<<$'\n#include <sqlite3.h>'
broken floors 'src/core/font.c:2: <sqlite3.h> has one door'
put src/emulator/api.c <<<'#include "drc/chart.h"'
broken floors 'src/emulator/api.c:1: the emulator may not see core'
put src/app/serve.c <<<'#include "drc/emulator.h"'
broken floors 'src/app/serve.c:1: only cli starts the emulator'
put src/app/serve.c <<<'#include "core/chart_parts.h"'
broken floors 'src/app/serve.c:1: "core/chart_parts.h" is private to src/core'
put src/app/serve.c <<<'#include "drc/no_such_header.h"'
broken floors 'src/app/serve.c:1: "drc/no_such_header.h" has no floor'
put src/attic/old.c <<<'int x;'
broken floors 'src/attic/old.c:1: not in a floor'
put include/drc/no_such_header.h <<<'/* Text. */'
broken floors 'include/drc/no_such_header.h:1: this header has no floor'

put src/core/table.c <<<'json_t *rows;'
broken json_in_core 'src/core/table.c:1:'
put include/drc/chart.h <<<'#include "drc/jsonx.h"'
broken json_in_core 'include/drc/chart.h:1:'

put src/base/map.c <<<$'\nint a = /* why */ strcpy (b, c);'
broken banned_calls 'src/base/map.c:2: strcpy() is banned'
put src/app/serve.c <<<'void f(void) { assert(1); }'
broken banned_calls 'src/app/serve.c:1: assert() is banned'
put src/core/table.c <<<'void *f(void) { return malloc(1); }'
broken banned_calls 'src/core/table.c:1: malloc() here: use the arena'
put src/app/serve.c <<<'long f(void) { return time(0); }'
broken banned_calls 'src/app/serve.c:1: time(): time comes from'
put src/core/table.c <<<'long f(void) { return drc_clock_ms(); }'
broken banned_calls 'src/core/table.c:1: drc_clock_ms: core reads no clock'
put src/io/db.c <<<'char *f(void) { return getenv("HOME"); }'
broken banned_calls 'src/io/db.c:1: getenv(): settings come from'

lines $((file_lines_max + 1)) 'int x;' | put src/io/db.c
broken file_size "src/io/db.c:1: $((file_lines_max + 1)) lines"
lines $((file_lines_max + 1)) 'let x' | put src/emulator/page/app.js
broken file_size "src/emulator/page/app.js:1: $((file_lines_max + 1)) lines"
put src/base/utils.c <<<'int x;'
broken file_size 'src/base/utils.c:1: a file is named by its meaning'

{ printf 'static int long_one(int a)\n{\n'; lines $((function_lines_max - 2)) '    a++;'; echo '}'; } | put src/io/db.c
broken function_size "src/io/db.c:1: long_one() has $((function_lines_max + 1)) lines"

printf 'int %0100d;\n' 0 | put src/io/db.c
broken columns 'src/io/db.c:1: 105 columns'
printf 'int a;\n\tint b;\n' | put src/io/db.c
broken columns 'src/io/db.c:2: a tab'
printf 'int a; \n' | put src/io/db.c
broken columns 'src/io/db.c:1: blanks at the end'

put docs.md <<<'see /home/someone/tree'
broken machine_paths 'docs.md:1:'
put tests/package-lock.json <<<'{}'
put src/packaging/get.sh <<<$'set -eu\ncurl https://registry.npmjs.org/x'
broken machine_paths 'src/packaging/get.sh:2:'

put src/io/db.c <<<'/* TODO: later */'
broken unfinished_words 'src/io/db.c:1:'
put sql/a.sql <<<'-- Not implemented.'
broken unfinished_words 'sql/a.sql:1:'

put docs.md <<<$'\nAs issue 12 says.'
broken organisation_words 'docs.md:2:'

put include/drc/buf.h <<<$'#ifndef DRC_BUF_H\n#define DRC_BUF_H\n#endif'
broken header_comments 'include/drc/buf.h:1: a header starts with'
put include/drc/buf.h <<<$'/* Text. */\n#ifndef DRC_BUF_H\n\nvoid drc_buf_a(void);\n\nvoid drc_buf_b(void);'
broken header_comments 'include/drc/buf.h:6: functions without a comment'
put include/drc/buf.h <<<'/* Text. */'
broken header_comments 'include/drc/buf.h:1: no include guard'

put tests/x.sh <<<'echo hello'
broken shell_scripts "tests/x.sh:1: no 'set -eu'"
put .ci/run <<<$'set -eu\nif true; then'
broken shell_scripts '.ci/run:'

put .env.example <<<'# WORKERS=1'
broken env_example '.env.example:1: differs'
rm .env.example
broken env_example '.env.example:1: is missing'
rm fake-drc
broken env_example '.env.example:1: build first'

put Makefile <<<'CC := clang'
broken packages_used 'src/packaging/deps.sh:1: gcc is not used'
put src/packaging/deps.sh <<<$'set -eu\necho gcc no-such-package'
broken packages_used 'src/packaging/deps.sh:1: nobody has said where no-such-package is used'

put LICENSE <<<'All mine'
broken own_work_only 'LICENSE:1: the MIT licence'
put src/io/db.c <<<'/* Copyright (c) 2001 Somebody */'
broken own_work_only 'src/io/db.c:1:'
put src/emulator/page/lib.min.js <<<'x'
broken own_work_only 'src/emulator/page/lib.min.js:1: third-party'

put build/drc.o <<<'x'
broken committed_files 'build/drc.o:1: must not be committed'
put data/facts.db <<<'x'
broken committed_files 'data/facts.db:1: must not be committed'
head -c $((tracked_bytes_max + 1)) /dev/zero >picture.png
broken committed_files "picture.png:1: $((tracked_bytes_max + 1)) bytes"
put src/base/map.c <<<'int map;'
broken source_tour 'src/README.md:1: base/map.c has no line'
put src/README.md <<<'`drc_conf_gone()` is not there.'
broken source_tour 'src/README.md:1: drc_conf_gone() does not exist'

for key in title url section date asked; do
    put corpus/databricks/a.md < <(page "$key:" "" | sed '/^$/d')
    broken corpus_pages "corpus/databricks/a.md:1: no $key"
done
put corpus/databricks/a.md < <(page url: 'url: https://docs.databricks.com.example/jobs/')
broken corpus_pages 'corpus/databricks/a.md:1: url is not https on an official site'
put corpus/databricks/a.md < <(page url: 'url: http://docs.databricks.com/jobs/')
broken corpus_pages 'corpus/databricks/a.md:1: url is not https on an official site'
put corpus/databricks/a.md < <(page date: 'date: May 2026')
broken corpus_pages 'corpus/databricks/a.md:1: date is not'
put corpus/databricks/a.md < <(page section: 'author: me')
broken corpus_pages 'corpus/databricks/a.md:4: unknown key author'
put corpus/databricks/a.md < <(page section: 'title: Again')
broken corpus_pages 'corpus/databricks/a.md:4: title stands twice'
put corpus/databricks/a.md < <(page section: 'jobs')
broken corpus_pages 'corpus/databricks/a.md:4: not a line `key: value`'
put corpus/databricks/b.md < <(page title: 'title: Other')
broken corpus_pages 'corpus/databricks/b.md:3: url is that of corpus/databricks/a.md too'
put corpus/databricks/b.md < <(page url: 'url: https://sre.google/')
broken corpus_pages 'corpus/databricks/b.md:2: title is that of corpus/databricks/a.md too'
put corpus/databricks/a.md < <(page '- Two' 'Two facts.')
broken corpus_pages 'corpus/databricks/a.md:1: 2 facts'
put corpus/databricks/a.md < <(page; lines $page_words_max word)
broken corpus_pages "corpus/databricks/a.md:1: $((page_words_max + 14)) words"
put corpus/databricks/a.md < <(page --- '***')
broken corpus_pages 'corpus/databricks/a.md:1: no front matter'
pages_min=2
put corpus/databricks/a.md < <(page)
broken corpus_count 'corpus/databricks:1: 1 pages; at least 2'
for key in title applies_to signal lane; do
    put corpus/runbooks/a.md < <(runbook "$key:" '')
    broken corpus_runbooks "corpus/runbooks/a.md:1: no $key"
done
put corpus/runbooks/a.md < <(runbook 3 'Check.')
broken corpus_runbooks 'corpus/runbooks/a.md:1: 2 steps'
put corpus/runbooks/a.md < <(runbook 'signal: error' 'signal: out of memory')
broken corpus_runbooks 'corpus/runbooks/a.md:4: not a signal: out of memory'

put tests/evals/retrieval/questions.tsv <<<$'# a\nq1\ttune\tsymptom\tso, why was MY job slow\tjobs'
broken eval_questions 'tests/evals/retrieval/questions.tsv:2: "why was my job" stands in corpus/databricks/a.md:6 too'
put tests/evals/retrieval/spot.tsv <<<$'s1\twas my job slow on spot\tjobs'
broken eval_questions 'tests/evals/retrieval/spot.tsv:1: "was my job slow" stands in'

for rule in $rules; do
    case $tried in *" $rule "*) ;; *) miss "$rule: no tree in which it fails" ;; esac
done
echo "selftest: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
