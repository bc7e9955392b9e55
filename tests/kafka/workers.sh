# Sourced after lib.sh: real workers on the broker, started, stopped and killed by name.
# shellcheck shell=bash disable=SC2154
declare -A worker_pid=() # name -> process
articles=${ARTICLES:-20000}
plan=(--count "$articles" --poison 20 --tombstones 2)

# use_topics SCENARIO: topics and group of its own for a scenario; workers started from now on use them.
use_topics() {
    scenario=$1
    names=(--group "$scenario" --raw "$scenario.raw" --enriched "$scenario.enriched" --deadletter "$scenario.dead")
    check topics --partitions 6 "$scenario.raw" "$scenario.enriched" "$scenario.dead" "$scenario.status" || return
    export COPYDESK_BROKERS=$broker COPYDESK_GROUP=$scenario COPYDESK_TOPIC_RAW=$scenario.raw \
        COPYDESK_TOPIC_ENRICHED=$scenario.enriched COPYDESK_TOPIC_DEADLETTER=$scenario.dead \
        COPYDESK_TOPIC_STATUS=$scenario.status
}

start_worker() { # NAME
    COPYDESK_WORKER_ID=$scenario-$1 "$program" run --config "$kafka/workers.cfg" </dev/null \
        >>"$dir/$scenario.worker-$1.log" 2>&1 &
    worker_pid[$1]=$!
}

kill_worker() { # NAME: as the kernel would, without a word
    kill -9 "${worker_pid[$1]}" 2>/dev/null
    wait "${worker_pid[$1]}" 2>/dev/null
    unset "worker_pid[$1]"
}

# Ask it to end; it must finish its batch and leave with status 0.
stop_worker() { # NAME
    local status
    kill -TERM "${worker_pid[$1]}" 2>/dev/null
    wait "${worker_pid[$1]}" 2>/dev/null
    status=$?
    unset "worker_pid[$1]"
    [ $status -eq 0 ] || bad_exits="$bad_exits worker $1 ended with status $status;"
}

stop_all_workers() {
    local name
    for name in "${!worker_pid[@]}"; do stop_worker "$name"; done
}

produce() { check produce "${plan[@]}" "${names[@]}" "$@" >>"$dir/$scenario.produce.log" 2>&1; }

# Do what a supervisor does: start a worker anew that ended with status 5 (a fatal Kafka error), when the round allows
# for that; any other end is a fault. False when no worker lives any more.
revive_workers() {
    local name status alive=1
    for name in "${!worker_pid[@]}"; do
        if kill -0 "${worker_pid[$name]}" 2>/dev/null; then
            alive=0
            continue
        fi
        wait "${worker_pid[$name]}" 2>/dev/null
        status=$?
        unset "worker_pid[$name]"
        if [ $status -eq 5 ] && [ "${fatal_allowed:-no}" = yes ]; then
            start_worker "$name"
            alive=0
        else
            bad_exits="$bad_exits worker $name ended with status $status;"
        fi
    done
    return $alive
}

# Wait until the group has committed everything; not longer than that, nor when no worker lives any more.
await_workers() {
    local deadline=$((SECONDS + 120 + articles / 100))
    while revive_workers && [ "$(check remaining "${names[@]}" 2>/dev/null)" != 0 ] && [ $SECONDS -lt $deadline ]; do
        sleep 0.3
    done
}

# judge TEST: all that went in must have come out, and every worker that was asked to end must have ended well.
judge() {
    local log=$dir/$scenario.verify.log
    await_workers
    if ! check verify --wait 1 "${plan[@]}" "${names[@]}" >"$log" 2>&1; then
        stop_all_workers
        fail "$1" "$(tail -n 1 "$log") ($log)"
        return 1
    fi
    stop_all_workers
    if [ -n "$bad_exits" ]; then
        fail "$1" "$bad_exits see $dir/$scenario.worker-*.log"
        return 1
    fi
    pass "$1"
}
