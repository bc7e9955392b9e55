#!/bin/bash
# A broker with our four topics in the foreground, for trying the worker by hand (`make kafka`). Ctrl-C ends it.
set -u
here=$(dirname "$0")
dir=${BUILD:-build}/kafka/by_hand
program=${BUILD:-build}/copydesk
export KAFKA_PORT=${KAFKA_PORT:-9092}

rm -rf "$dir"
address=$("$here/broker.sh" start "$dir" $$) || exit 1
trap '"$here/broker.sh" remove "$dir"' EXIT
trap 'exit 0' INT TERM
"$here/broker.sh" topics "$dir" 6 articles.raw articles.enriched articles.deadletter articles.status || exit 1
cat <<TEXT
Kafka answers at $address; articles.raw, .enriched, .deadletter and .status have 6 partitions. In other terminals:

    COPYDESK_BROKERS=$address $program run
    COPYDESK_BROKERS=$address $program feed articles.raw YOUR_ARTICLES.jsonl
    kcat -C -b $address -t articles.enriched -X isolation.level=read_committed

Ctrl-C ends the broker and removes its data ($dir).
TEXT
tail --pid="$(cat "$dir/pid")" -f /dev/null &
wait $!
echo "the broker has ended; its log was:" >&2
tail -n 5 "$dir/broker.log" >&2
exit 1
