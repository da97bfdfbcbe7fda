# The rules of run.sh, which sources this file. Each prints one line per violation, `path:line: what`; nothing = fine.
# They run in the root of the tree that is checked. Needs only bash, perl (Debian's perl-base) and coreutils.

file_lines_max=700
function_lines_max=90
columns_max=100
tracked_bytes_max=600000
page_words_max=400
page_hosts='docs.databricks.com docs.aws.amazon.com aws.amazon.com www.finops.org finops.org sre.google spark.apache.org docs.delta.io'
pages_min=90

c_files() { find src include -name '*.[ch]' 2>/dev/null | sort; }
all_c_files() { find src include tests -name '*.[ch]' -not -path '*/node_modules/*' 2>/dev/null | sort; }

# Text that we wrote: no build output, no packages, no goldens made by program.
text_files() {
    find . -type d \( -name .git -o -name node_modules -o -name build -o -path ./data \) -prune -o -type f -print |
        grep -vE '\.(png|ico|db|jpg)$|package-lock\.json$' | sed 's|^\./||' | sort
}

rule_floors() {
    local files
    files=$(c_files)
    [ -n "$files" ] || return 0
    # shellcheck disable=SC2086 # paths without blanks
    perl - "$here/floors.txt" $files <<'PERL'
my %rank = (base => 0, io => 1, core => 2, clients => 3, app => 4, cli => 5);
my (%floor, @door);
open my $t, '<', shift or die;
while (<$t>) {
    if (/^door: (\S+) (.*)/) { push @door, [$1, split ' ', $2] }
    elsif (/^([a-z]+): (.*)/) { my $f = $1; $floor{$_} = $f for split ' ', $2 }
}
for my $path (@ARGV) {
    my ($own) = $path =~ m{^src/([a-z]+)/};
    if ($path =~ m{^include/drc/(.*)\.h$}) {
        $own = $floor{$1};
        if (!defined $own) { print "$path:1: this header has no floor in tests/lint/floors.txt\n"; next }
    }
    if (!defined $own || !(exists $rank{$own} || $own eq 'emulator')) { print "$path:1: not in a floor\n"; next }
    open my $f, '<', $path or die;
    while (<$f>) {
        next unless /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
        my ($kind, $what) = ($1, $2);
        if ($kind eq '<') {
            for my $d (@door) {
                my ($header, @where) = @$d;
                next unless index($what, $header) == 0;
                print "$path:$.: <$what> has one door: @where\n" unless grep { index($path, $_) == 0 } @where;
            }
            next;
        }
        my $theirs;
        if ($what =~ m{^drc/(.*)\.h$}) { $theirs = $floor{$1} // 'unknown' }
        elsif ($what =~ m{^([a-z]+)/} && (exists $rank{$1} || $1 eq 'emulator')) {
            $theirs = $1;
            print "$path:$.: \"$what\" is private to src/$theirs\n" if $theirs ne $own;
            next;
        } else { next }    # beside the file: same folder
        if ($theirs eq 'unknown') { print "$path:$.: \"$what\" has no floor in tests/lint/floors.txt\n" }
        elsif ($own eq 'emulator') {
            print "$path:$.: the emulator may not see $theirs (\"$what\")\n" unless $theirs =~ /^(base|io|emulator)$/;
        } elsif ($theirs eq 'emulator') { print "$path:$.: only cli starts the emulator\n" if $own ne 'cli' }
        elsif ($rank{$theirs} > $rank{$own}) { print "$path:$.: floor $own may not see $theirs (\"$what\")\n" }
    }
}
PERL
}

# json_t is for the borders: base/jsonx, clients, emulator, app and cli; core works on structs.
rule_json_in_core() {
    [ ! -d src/core ] || grep -nE 'json_t|jsonx\.h|jansson\.h' -r src/core || true
    local name
    for name in $(sed -n 's/^core: //p' "$here/floors.txt"); do
        [ ! -f "include/drc/$name.h" ] || grep -nHE 'json_t|jsonx\.h' "include/drc/$name.h" || true
    done
}

# Words in comments and inside strings do not count.
rule_banned_calls() {
    c_files | xargs -r perl -0777 -ne '
        s{("(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27)|(/\*.*?\*/|//[^\n]*)}
            {defined $1 ? q("") : do { (my $c = $2) =~ s/[^\n]//g; $c }}gsex;
        my ($path, $n) = ($ARGV, 0);
        for my $line (split /\n/) {
            $n++;
            my $say = sub { print "$path:$n: $_[0]\n" };
            while ($line =~ /(?<![\w.>])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atoll|
                    atof|system|popen|setlocale|alloca|rand|srand|random|localtime|gmtime|ctime|asctime|tmpnam|mktemp|
                    assert)\s*\(/gx) {
                $say->("$1() is banned");
            }
            $say->("$1() here: use the arena")
                if $path =~ m{^src/(core|cli)/} && $line =~ /\b(malloc|calloc|realloc|strdup|strndup|asprintf)\s*\(/;
            $say->("$1(): time comes from drc/clock.h")
                if $path !~ m{^src/(base/clock\.c|io/)} && $line =~ /(?<![\w.>])(clock_gettime|gettimeofday|time)\s*\(/;
            $say->("$1: core reads no clock") if $path =~ m{^src/core/} && $line =~ /\b(drc_clock_\w+)\s*\(/;
            $say->("$1(): settings come from drc/conf.h")
                if $path !~ m{^src/base/(conf|fault)\.c} && $line =~ /\b(getenv|secure_getenv)\s*\(/;
        }'
}

rule_file_size() {
    { all_c_files; text_files | grep -E '\.(js|mjs|css|sh)$' || true; } | xargs -r awk -v max="$file_lines_max" '
        FNR == max + 1 { over[FILENAME] = 1 }
        { lines[FILENAME] = FNR }
        END { for (path in over) print path ":1: " lines[path] " lines; at most " max }'
    all_c_files | sed -nE 's#^(.*/(utils?|helpers|misc)\.c)$#\1:1: a file is named by its meaning#p'
}

# A function starts at a line in column 0 that is not a closing brace and ends at the `}` in column 0.
rule_function_size() {
    all_c_files | xargs -r awk -v max="$function_lines_max" '
        FNR == 1 { head = 0; open = 0 }
        /^[A-Za-z_].*\)?/ && !/;[ \t]*$/ { head = FNR; name = $0 }
        /^\{/ { open = FNR; start = head > 0 ? head : FNR }
        /^\}/ { if (open > 0 && FNR - start + 1 > max) {
                    sub(/\(.*/, "", name); n = split(name, w, /[ *]/)
                    print FILENAME ":" start ": " w[n] "() has " FNR - start + 1 " lines; at most " max }
                open = 0 }'
}

# A string that says one thing may stand on one line, however long.
rule_columns() {
    all_c_files | LC_ALL=C xargs -r awk -v max="$columns_max" '
        { text = $0; gsub(/[\200-\277]/, "", text); gsub(/"([^"\\]|\\.)*"/, "\"\"", text); at = FILENAME ":" FNR ": "
          if (length(text) > max) print at length(text) " columns; at most " max
          if (text ~ /\t/) print at "a tab"
          if (text ~ /[ \t]$/) print at "blanks at the end" }'
}

# found PATTERN-OPTIONS...: lines of the files named on standard input, as path:line:text; none is fine.
found() {
    LC_ALL=C xargs -r grep -nH "$@" || test $? -eq 123
}
not_lint() { grep -v '^tests/lint/' || true; }

rule_machine_paths() {
    text_files | not_lint | found -E '(^|[^A-Za-z0-9_.~<{}])/(work|root|home|Users|mnt|tmp/[a-z])(/|\b)'
    text_files | not_lint |
        found -iE 'deb\.debian\.org|snapshot\.debian|registry\.npmjs|registry\.yarnpkg|artifactory|artifact-registry'
}

rule_unfinished_words() {
    local paths
    paths=$(text_files | grep -E '^(src|include|sql|prompts|charts|Makefile|README|\.ci)' || true)
    found -E '\b(TODO|FIXME|XXX|HACK|WIP)\b' <<<"$paths"
    found -iE '\b(stub|stubbed|not implemented|unimplemented|placeholder for now|lorem ipsum)\b' <<<"$paths"
}

# Who works how on this tree is nobody's business here.
rule_organisation_words() {
    text_files | not_lint |
        found -E '\b(Claude|ChatGPT|Copilot-authored|AI assistant|Co-authored-by)\b|\b([Ii]ssue|ticket) #?[0-9]+\b'
}

# In a public header every group of prototypes (lines between blank lines) says what it does; the file starts with a comment.
rule_header_comments() {
    [ -d include ] || return 0
    find include -name '*.h' | sort | xargs -r perl -0777 -ne '
        my $path = $ARGV; my @lines = split /(?<=\n)/; my ($start, $text) = (0, "");
        print "$path:1: a header starts with the comment that is its contract\n" unless $lines[0] =~ m{^/\*};
        print "$path:1: no include guard DRC_..._H\n" unless /^#ifndef DRC_[A-Z0-9_]+_H$/m;
        my $file_comment = 1;    # the first group after it may rest on it
        for my $i (0 .. @lines) {
            my $line = $i < @lines ? $lines[$i] : "\n";
            if ($line =~ /\S/) { $start ||= $i + 1; $text .= $line; next }
            if ($text =~ /^[a-z][\w ,*]*\bdrc_\w+\(/m) {
                print "$path:$start: functions without a comment\n" unless $text =~ m{/\*} || $file_comment;
                $file_comment = 0;
            }
            ($start, $text) = (0, "");
        }'
}

rule_shell_scripts() {
    local path
    for path in $(text_files | grep -E '\.sh$|^\.ci/run$' || true); do
        case $path in tests/lint/rules.sh) continue ;; esac
        [[ $'\n'$(<"$path") == *$'\nset -eu'* ]] || echo "$path:1: no 'set -eu'"
        bash -n "$path" 2>&1 | sed "s|^[^:]*: line \([0-9]*\)|$path:\1|" || true
    done
}

rule_env_example() {
    local drc=${DRC_PROGRAM:-build/release/drc}
    [ -f src/base/conf.c ] || return 0
    [ -f .env.example ] || { echo ".env.example:1: is missing"; return 0; }
    [ -x "$drc" ] || { echo ".env.example:1: build first: $drc makes the text to compare with"; return 0; }
    DRC_NO_DOTENV=1 "$drc" doctor --env-example | cmp -s - .env.example ||
        echo ".env.example:1: differs from \`drc doctor --env-example\`"
}

# Every package that set-up installs must show its use; the right side is a pattern somewhere in the build or the code.
rule_packages_used() {
    [ -f src/packaging/deps.sh ] || return 0
    local name pattern where
    for name in $(bash src/packaging/deps.sh list); do
        where="Makefile src include tests"
        case $name in
        gcc) pattern='CC := gcc' ;;
        libc6-dev) pattern='#include <stdio.h>' ;;
        pkg-config) pattern='pkg-config --cflags' ;;
        libwebsockets-dev) pattern='#include <libwebsockets.h>' ;;
        libcurl4-openssl-dev) pattern='#include <curl/' ;;
        libjansson-dev) pattern='#include <jansson.h>' ;;
        libsqlite3-dev) pattern='#include <sqlite3.h>' ;;
        libutf8proc-dev) pattern='#include <utf8proc.h>' ;;
        librsvg2-dev) pattern='#include <librsvg/' ;;
        libpango1.0-dev) pattern='#include <pango/' ;;
        libfontconfig-dev) pattern='#include <fontconfig/' ;;
        libpng-dev) pattern='#include <png.h>' ;;
        libxml2-dev) pattern='#include <libxml/' ;;
        libssl-dev) pattern='#include <openssl/' ;;
        g++) pattern='CXX := g++' ;;
        libfaiss-dev) pattern='#include <faiss/' ;;
        libopenblas-serial-dev) pattern='-lopenblas' ;;
        ca-certificates) pattern='libcurl' ;;
        fonts-inter) pattern='Inter' where=charts ;;
        fonts-dejavu-core) pattern='DejaVu Sans' where=charts ;;
        libcmocka-dev) pattern='#include <cmocka.h>' ;;
        clang-14 | libclang-rt-14-dev) pattern='clang-14' ;;
        lld-14) pattern='lld' ;;
        chromium) pattern='chromium' ;;
        tzdata) pattern='usr/share/zoneinfo' ;;
        python3) pattern='python3 tests/' ;;
        *) echo "src/packaging/deps.sh:1: nobody has said where $name is used (tests/lint/rules.sh)"; continue ;;
        esac
        # shellcheck disable=SC2086
        grep -rqsF --exclude-dir=node_modules --exclude=rules.sh --exclude=deps.sh -e "$pattern" $where ||
            echo "src/packaging/deps.sh:1: $name is not used ($pattern)"
    done
}

rule_own_work_only() {
    [ -f LICENSE ] && head -n 1 LICENSE | grep -q '^MIT License$' || echo "LICENSE:1: the MIT licence belongs here"
    text_files | not_lint | grep -vx LICENSE |
        found -iE 'copyright (\(c\)|©|[0-9]{4})|SPDX-License|all rights reserved|licensed under the' || true
    find . -type d \( -name .git -o -name node_modules -o -name build -o -path ./data \) -prune -o \
        \( -iname 'COPYING*' -o -iname 'NOTICE*' -o -iname '*.min.js' -o -name vendor -o -name third_party \) -print |
        sed 's|^\./||; s|$|:1: third-party work in the tree|'
}

# The tour lists every file, and every function() that it names exists.
rule_source_tour() {
    local tour=src/README.md path name
    [ -d src ] || return 0
    [ -f "$tour" ] || { echo "$tour:1: is missing"; return 0; }
    (cd src && find . -type f ! -path ./README.md) | sed 's|^\./||' | sort | while read -r path; do
        grep -qF "| \`$path\` |" "$tour" || echo "$tour:1: $path has no line in the list of files"
    done
    sed -n 's/^| `\([a-z_]*\/[^`]*\.[^`]*\)` |.*/\1/p' "$tour" | while read -r path; do
        [ -f "src/$path" ] || echo "$tour:1: $path is listed and not there"
    done
    grep -oE '`[a-z_0-9]+\(\)`' "$tour" | tr -d '`()' | sort -u | while read -r name; do
        grep -rqE "\b$name\(" src include --include='*.[ch]' || echo "$tour:1: $name() does not exist"
    done
}

# What is committed: no build output, nothing large, no data file.
rule_committed_files() {
    [ -e .git ] && git rev-parse --is-inside-work-tree >/dev/null 2>&1 || return 0
    git ls-files -z | perl -0ne '
        BEGIN { $max = '"$tracked_bytes_max"' }
        chomp;
        print "$_:1: must not be committed\n" if m{^build/|/node_modules/|\.(o|db|pid)$|^\.env$};
        my $bytes = -s $_ // 0;
        print "$_:1: $bytes bytes; at most $max\n" if $bytes > $max;'
}

# A page of the documentation corpus: one official page in few words, with questions that lead to it and facts to quote.
rule_corpus_pages() {
    [ -d corpus/databricks ] || return 0
    find corpus/databricks -name '*.md' | sort | xargs -r perl -e '
        my %official = map { $_ => 1 } split " ", "'"$page_hosts"'";
        my %max = (title => 1, url => 1, section => 1, date => 1, asked => 9);
        my (%owner, $path);
        sub say_at { print "$path:$_[0]: $_[1]\n" }
        for (@ARGV) {
            $path = $_;
            open my $f, "<", $path or die;
            my (%seen, %value, $facts, $words, $in, $first) = ();
            ($facts, $words) = (0, 0);
            while (<$f>) {
                chomp;
                if ($. == 1) { $in = $_ eq "---"; say_at(1, "no front matter") if !$in; next if $in }
                if ($in && $_ eq "---") { $in = 0; next }
                if (!$in) { $words += () = /\S+/g; $facts++ if /^- \S/; next }
                my ($key, $text) = /^([a-z]+): (\S.*)$/ or say_at($., "not a line `key: value`"), next;
                $max{$key} or say_at($., "unknown key $key"), next;
                say_at($., "$key stands twice") if ++$seen{$key} > $max{$key};
                $value{$key} = $text;
                next if $key ne "title" && $key ne "url";
                say_at($., "$key is that of $owner{$key}{$text} too") if $owner{$key}{$text};
                $owner{$key}{$text} = $path;
            }
            say_at(1, "front matter without an end") if $in;
            for my $key (sort keys %max) { say_at(1, "no $key") unless $seen{$key} }
            my ($host) = ($value{url} // "") =~ m{^https://([^/]+)/\S*$};
            say_at(1, "url is not https on an official site") unless $host && $official{$host};
            say_at(1, "date is not YYYY-MM-DD") unless ($value{date} // "") =~ /^20\d\d-[01]\d-[0-3]\d$/;
            say_at(1, "$facts facts; at least 3 lines `- fact`") if $facts < 3;
            say_at(1, "$words words; at most '"$page_words_max"'") if $words > '"$page_words_max"';
        }'
}

rule_corpus_count() {
    [ -d corpus/databricks ] || return 0
    local count
    count=$(find corpus/databricks -name '*.md' | wc -l)
    [ "$count" -ge "$pages_min" ] || echo "corpus/databricks:1: $count pages; at least $pages_min"
}

# A runbook says when it applies, by which words of an error it is found, and what to do in order.
rule_corpus_runbooks() {
    [ -d corpus/runbooks ] || return 0
    find corpus/runbooks -name '*.md' | sort | xargs -r perl -e '
        for my $path (@ARGV) {
            open my $f, "<", $path or die;
            my (%seen, $steps, $in);
            $steps = 0;
            while (<$f>) {
                if (/^---$/ && ($. == 1 || $in)) { $in = $. == 1; next }
                if (!$in) { $steps++ if /^\d+\. \S/; next }
                my ($key, $text) = /^([a-z_]+): (\S.*)$/ or next;
                $seen{$key}++;
                print "$path:$.: not a signal: $text\n"
                    if $key eq "signal" && $text !~ /^(?:edge|error) \S|^[a-z_0-9]+(?: (?:unknown|(?:>|<|<=) \S+))?$/;
            }
            for my $key (qw(title applies_to signal lane)) { print "$path:1: no $key\n" unless $seen{$key} }
            print "$path:1: $steps steps; at least 3 lines `1. step`\n" if $steps < 3;
        }'
}

# A test question that repeats an `asked` line measures the author's memory and not the search.
rule_eval_questions() {
    [ -d tests/evals/retrieval ] || return 0
    perl -e '
        sub runs { # every four consecutive words of a text
            my $text = lc $_[0];
            $text =~ s/[^\p{L}\p{N}\s]//g;
            my @w = split " ", $text;
            map { join " ", @w[$_ .. $_ + 3] } 0 .. $#w - 3;
        }
        my %asked;
        for my $path (grep { /\.md$/ } @ARGV) {
            open my $f, "<:utf8", $path or die;
            while (<$f>) { next unless /^asked: (.*)/; $asked{$_} //= "$path:$." for runs($1) }
        }
        for my $path (grep { /\.tsv$/ } @ARGV) {
            open my $f, "<:utf8", $path or die;
            while (<$f>) {
                next if /^#/;
                chomp;
                my @cell = split /\t/;
                my $question = $cell[$path =~ /spot\.tsv$/ ? 1 : 3] // "";
                for my $run (runs($question)) {
                    print "$path:$.: \"$run\" stands in $asked{$run} too\n" and last if $asked{$run};
                }
            }
        }' $(find corpus -name '*.md' 2>/dev/null | sort) $(find tests/evals/retrieval -name '*.tsv' | sort)
}
