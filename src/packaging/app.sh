#!/usr/bin/env bash
# Starts and stops `drc serve --local` in the background. Usage: app.sh start|stop|status|reload
#
# start   waits until the page answers and the bot is connected, prints the address; finds a running one
# stop    ends the bot and its local Slack and waits for both
# reload  tells a running bot to load reports, prompts and data anew
# Files: data/drc.pid, data/drc.log (one start; the one before is drc.log.1). DRC_PROGRAM names another program.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
program=${DRC_PROGRAM:-build/release/drc}
pid_file=data/drc.pid
log=data/drc.log
start_wait_s=30
stop_wait_s=15

# Not a zombie either: where nobody collects orphans, those stay in the process table, without words.
words_of() { tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true; }
alive() { [ -n "$(words_of "$1" 2>/dev/null)" ]; }

# A number in a file is only ours if that process runs `drc serve`: pids are used again.
running_pid() {
    local pid
    [ -r "$pid_file" ] || return 1
    read -r pid <"$pid_file" || return 1
    [[ $pid =~ ^[0-9]+$ && $(words_of "$pid" 2>/dev/null) == *drc\ serve* ]] || return 1
    echo "$pid"
}

page_port() { sed -n 's|.* local_slack page=http://localhost:\([0-9]*\).*|\1|p' "$log" 2>/dev/null | tail -n 1; }
slack_pid() { sed -n 's|.* local_slack page=.* pid=\([0-9]*\).*|\1|p' "$log" 2>/dev/null | tail -n 1; }

page_answers() {
    local line=
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET / HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$1" >&3
    read -r -t 2 line <&3 || true
    exec 3>&-
    [[ $line == HTTP/1.?\ 200* ]]
}

ready() {
    local port
    port=$(page_port)
    [ -n "$port" ] && grep -q ' slack\.connected ' "$log" && page_answers "$port" 2>/dev/null
}

say_address() {
    echo "drc is $1 (log: $log; make stop ends it). Open this page:"
    echo "  http://localhost:$(page_port)"
}

start() {
    local pid waited
    mkdir -p data
    exec 9>data/drc.lock
    flock 9 # two starts at once: the second finds the first one's process
    if pid=$(running_pid); then
        say_address "already running"
        [ ! "$program" -nt "$pid_file" ] || echo "  (an older build of it: make stop app starts the new one)"
        return
    fi
    [ ! -e "$log" ] || mv -f "$log" "$log.1"
    # Readiness is read from lines of level info.
    if [ "${DRC_LOG_LEVEL:-}" != debug ] && ! grep -qs '^DRC_LOG_LEVEL=debug' .env; then
        export DRC_LOG_LEVEL=info
    fi
    setsid "$program" serve --local </dev/null >"$log" 2>&1 9>&- &
    pid=$!
    echo "$pid" >"$pid_file"
    for ((waited = 0; waited < start_wait_s * 20; waited++)); do
        if ready; then
            say_address "running"
            return
        fi
        alive "$pid" || break
        sleep 0.05
    done
    tail -n 12 "$log" >&2
    if alive "$pid"; then
        echo "drc did not get ready within $start_wait_s s; it is stopped again. The log is $log." >&2
        stop >/dev/null
    else
        rm -f "$pid_file"
        echo "drc ended at once: the lines above say why. \`$program doctor\` checks the settings." >&2
    fi
    return 1
}

gone() { # gone PID SECONDS
    local waited
    for ((waited = 0; waited < $2 * 20; waited++)); do
        alive "$1" || return 0
        sleep 0.05
    done
    return 1
}

stop() {
    local pid child
    if ! pid=$(running_pid); then
        rm -f "$pid_file"
        echo "drc is not running"
        return
    fi
    child=$(slack_pid)
    kill -TERM "$pid"
    gone "$pid" "$stop_wait_s" || kill -KILL "$pid" 2>/dev/null || true
    if [ -n "$child" ] && [[ $(words_of "$child" 2>/dev/null) == *drc\ emulator* ]]; then
        kill -TERM "$child" 2>/dev/null || true
        gone "$child" 5 || kill -KILL "$child" 2>/dev/null || true
    fi
    rm -f "$pid_file"
    echo "drc is stopped"
}

case ${1:-} in
start) start ;;
stop) stop ;;
status) if running_pid >/dev/null; then say_address running; else echo "drc is not running"; fi ;;
reload)
    if pid=$(running_pid); then
        kill -HUP "$pid"
        echo "drc loads the new data"
    fi
    ;;
*)
    echo "usage: app.sh start|stop|status|reload" >&2
    exit 2
    ;;
esac
