# Sourced by the tests on the real broker: one broker for the script, gone when the script ends; its logs are kept
# when a test failed. Sets: kafka (this folder), dir (broker, logs), broker (its address), checker, program.
# shellcheck shell=bash disable=SC2034
kafka=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BUILD:=build}"
checker=$BUILD/tests/kafka/checker
program=${PROGRAM:-$BUILD/copydesk}
dir=$BUILD/kafka/$(basename "$0" .sh).$$
failures=0

pass() { echo "ok $1"; }
fail() { # NAME REASON
    echo "not ok $1: $2"
    failures=$((failures + 1))
}

# start_broker TEST...: with a broker, go on; without, skip these tests and end.
start_broker() {
    local missing test
    if ! missing=$("$kafka/broker.sh" check 2>&1); then
        for test in "$@"; do echo "skip $test: ${missing#broker.sh: }"; done
        exit 0
    fi
    mkdir -p "$dir"
    trap end_tests EXIT
    trap 'exit 1' INT TERM
    if ! broker=$("$kafka/broker.sh" start "$dir" $$); then
        fail start_broker "the Kafka broker does not start, see $dir"
        exit 1
    fi
}

end_tests() {
    local job
    for job in $(jobs -p); do kill -9 "$job" 2>/dev/null; done
    if [ "$failures" -eq 0 ]; then
        "$kafka/broker.sh" remove "$dir"
    else
        "$kafka/broker.sh" stop "$dir"
        rm -rf "$dir/data"
        echo "logs are kept in $dir"
    fi
    [ "$failures" -eq 0 ] || exit 1
}

check() { "$checker" "$1" --broker "$broker" "${@:2}"; }
