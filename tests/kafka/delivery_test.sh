#!/bin/bash
# Exactly once on a real broker, whatever happens to workers and broker: 20,000 articles over 6 partitions each time,
# one in fifty poison, read back with isolation.level=read_committed and counted by the checker.
# ARTICLES=N makes the rounds longer or shorter.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/kafka/lib.sh
. tests/kafka/lib.sh
# shellcheck source=tests/kafka/workers.sh
. tests/kafka/workers.sh

rate=1000 # articles a second, so that those of a round arrive over 20 s
bad_exits=""

one_worker() {
    use_topics one_worker || return
    produce
    start_worker a
    judge one_worker_delivers_each_article_once_in_order || return
    if grep -qE ' [1-9][0-9]* dead letters, .* 0 altered' "$dir/one_worker.verify.log"; then
        pass poison_goes_to_the_dead_letters_once_byte_for_byte
    else
        fail poison_goes_to_the_dead_letters_once_byte_for_byte "$(tail -n 1 "$dir/one_worker.verify.log")"
    fi
}

# Kill the three in turn, one every 4 s, as long as articles arrive; each comes back at once under its name.
killed_workers() {
    local name producer
    use_topics killed_workers || return
    for name in a b c; do start_worker $name; done
    produce --rate $rate &
    producer=$!
    while kill -0 $producer 2>/dev/null; do
        for name in a b c; do
            sleep 4
            kill -0 $producer 2>/dev/null || break
            kill_worker $name
            start_worker $name
        done
    done
    judge killing_a_worker_every_4_s_loses_and_doubles_nothing
}

# Between one and four workers, one more or one less every 2 s, so that partitions move all along.
changing_workers() {
    local step producer
    use_topics changing_workers || return
    start_worker a
    produce --rate $rate &
    producer=$!
    while kill -0 $producer 2>/dev/null; do
        for step in +b +c -a +d -b +a -c -d; do
            sleep 2
            kill -0 $producer 2>/dev/null || break
            case $step in
            +*) start_worker "${step#+}" ;;
            -*) stop_worker "${step#-}" ;;
            esac
        done
    done
    judge adding_and_removing_workers_loses_and_doubles_nothing
}

# The broker goes in the middle of the work, again and again: once it is stopped, once it is killed. A transaction that
# it does not know any more is fatal to its producer, so a worker may end with status 5, to be started anew.
broker_restarts() {
    local how producer fatal_allowed=yes
    use_topics broker_restarts || return
    start_worker a
    start_worker b
    produce --rate $rate &
    producer=$!
    while kill -0 $producer 2>/dev/null; do
        for how in stop kill; do
            sleep 5
            kill -0 $producer 2>/dev/null || break
            "$kafka/broker.sh" $how "$dir"
            sleep 1
            "$kafka/broker.sh" again "$dir"
            revive_workers
        done
    done
    judge stopping_and_killing_the_broker_loses_and_doubles_nothing
}

tests=(one_worker_delivers_each_article_once_in_order poison_goes_to_the_dead_letters_once_byte_for_byte
    killing_a_worker_every_4_s_loses_and_doubles_nothing adding_and_removing_workers_loses_and_doubles_nothing
    stopping_and_killing_the_broker_loses_and_doubles_nothing)
start_broker "${tests[@]}"
for round in ${ROUNDS:-one_worker killed_workers changing_workers broker_restarts}; do
    bad_exits=""
    $round
done
