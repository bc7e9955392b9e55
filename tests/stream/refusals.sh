# Sourced by the tests of what the program refuses: a wrong settings file, a broker that is not there, ...: one clear
# line on standard error and the documented exit status (worker/commands/commands.h), from every command that starts.
# shellcheck shell=bash
: "${BUILD:=build}"
program=$BUILD/copydesk
exit_config=3 exit_broker=4 exit_io=6
scratch=$(mktemp -d)
failures=0

pass() { echo "ok $1"; }
fail() { # NAME REASON
    echo "not ok $1: $2"
    failures=$((failures + 1))
}

has_command() { "$program" "$1" --help >/dev/null 2>&1; }
has_models() { ! "$program" --version | grep -q 'model: '; }

# refuses NAME STATUS PATTERN COMMAND...: one line on standard error that matches, that status, within 15 s
refuses() {
    local name=$1 expected=$2 pattern=$3 status lines
    shift 3
    timeout -k 1 15 env COPYDESK_LOG_LEVEL=error COPYDESK_KAFKA_STARTUP_TIMEOUT_MS=1500 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    lines=$(wc -l <"$scratch/err")
    if [ "$status" -ne "$expected" ]; then
        fail "$name" "exit status $status, not $expected: $(head -c 300 "$scratch/err")"
    elif [ "$lines" -ne 1 ]; then
        fail "$name" "$lines lines on standard error: $(head -c 300 "$scratch/err")"
    elif ! grep -qE "$pattern" "$scratch/err"; then
        fail "$name" "does not match '$pattern': $(cat "$scratch/err")"
    else
        pass "$name"
    fi
}

# both NAME STATUS PATTERN VARIABLE=VALUE...: the same from `check` and from `run`
both() {
    local verb name=$1 expected=$2 pattern=$3
    shift 3
    for verb in check run; do
        if has_command "$verb"; then
            refuses "${verb}_$name" "$expected" "$pattern" env "$@" "$program" "$verb"
        else
            echo "skip ${verb}_$name: there is no command $verb yet"
        fi
    done
}
