#!/bin/bash
# What the worker costs, in one run on one machine with a real broker (`make bench`): the worker, the same loop with
# enrichment switched off, plain kcat copying, and `annotate` without Kafka; then the ratios that matter.
# ROUNDS (3): how often the corpus is fed. CORPUS: a JSON Lines file, plain or .zst.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/kafka/lib.sh
. tests/kafka/lib.sh
rounds=${ROUNDS:-3}
corpus=${CORPUS:-../shared/data/topics/npr_pbs_2024.jsonl.zst}
articles=$dir/articles.jsonl
values=$dir/values.jsonl

calc() { awk "BEGIN { printf \"%.${2:-0}f\", $1 }"; }
row() { printf '%-34s %12s %8s %18s %15s\n' "$@"; }

# Our own articles, repeated by number, when the corpus is not there.
own_articles() { python3 -c "
import json, sys, glob
lines = [line for name in sorted(glob.glob('tests/golden/articles/*.json*')) for line in open(name, errors='ignore') if line.startswith('{')]
for number in range(4000):
    article = json.loads(lines[number % len(lines)]); article['id'] = f'own-{number}'
    print(json.dumps(article, ensure_ascii=False))"; }

read_corpus() {
    case $corpus in
    *.zst) [ -f "$corpus" ] && zstdcat "$corpus" ;;
    *) [ -f "$corpus" ] && cat "$corpus" ;;
    esac || { echo "bench: $corpus is not there; our own samples instead" >&2; own_articles; }
}

# Processor time of a process so far, in seconds: unlike the clock it does not depend on what else the machine does.
cpu_seconds() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$1/stat"; }
peak_memory_mb() { awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# time_worker GROUP [OPTION...]: sets rate_articles, rate_mb, rate_cpu and peak_mb of one worker over the whole raw topic.
time_worker() {
    local group=$1 pid counted messages seconds
    shift
    check topics --partitions 6 "$group.enriched" "$group.dead" "$group.status"
    COPYDESK_BROKERS=$broker COPYDESK_GROUP=$group COPYDESK_WORKER_ID=$group COPYDESK_TOPIC_RAW=raw \
        COPYDESK_TOPIC_ENRICHED=$group.enriched COPYDESK_TOPIC_DEADLETTER=$group.dead \
        COPYDESK_TOPIC_STATUS=$group.status "$program" run "$@" >"$dir/$group.log" 2>&1 &
    pid=$!
    if ! counted=$(check drain --raw raw --group "$group" --wait 300); then
        fail "bench $group" "the worker did not finish: $(tail -n 1 "$dir/$group.log")"
        exit 1
    fi
    peak_mb=$(peak_memory_mb $pid)
    rate_cpu=$(calc "$raw_count / $(cpu_seconds $pid)")
    kill -TERM $pid && wait $pid
    read -r messages seconds <<<"$counted"
    rate_articles=$(calc "$messages / $seconds")
    rate_mb=$(calc "$messages / $seconds * $raw_bytes / $raw_count / 1e6" 1)
}

# Words a second of annotate, from its own --stats: "words/s 1, words/s per core 2, articles/s 3, peak memory 4 MB".
annotate_stats() { # THREADS
    "$program" annotate --threads "$1" --stats "$articles" 2>&1 >/dev/null | tr '\n' ' '
}
figure() { grep -oP "(?<=$1 )[0-9.]+" | head -n 1; }

start_broker bench
read_corpus >"$articles"
for _ in $(seq "$rounds"); do cat "$articles"; done >"$values"
raw_count=$(wc -l <"$values") raw_bytes=$(stat -c %s "$values")
check topics --partitions 6 raw copy
kcat -P -b "$broker" -t raw -l "$values" 2>"$dir/feed.log" || { fail bench "cannot feed: $(tail -n 1 "$dir/feed.log")"; exit 1; }

echo "corpus: $(basename "$corpus"), $(wc -l <"$articles") articles, fed $rounds times: $raw_count messages," \
    "$(calc "$raw_bytes / 1e6") MB; $(nproc) cores, broker on the same machine"
row "" "articles/s" "MB/s" "articles/CPU s" "peak memory MB"

time_worker worker
worker_rate=$rate_articles
row "worker (copydesk run)" "$rate_articles" "$rate_mb" "$rate_cpu" "$peak_mb"

time_worker copy_loop --copy
copy_rate=$rate_articles
row "its loop without enrichment" "$rate_articles" "$rate_mb" "$rate_cpu" "$peak_mb"

start=$(date +%s.%N)
kcat -C -b "$broker" -t raw -o beginning -e -q 2>/dev/null | kcat -P -b "$broker" -t copy 2>/dev/null
seconds=$(calc "$(date +%s.%N) - $start" 3)
kcat_rate=$(calc "$raw_count / $seconds")
row "kcat copying (no transactions)" "$kcat_rate" "$(calc "$raw_bytes / $seconds / 1e6" 1)" "-" "-"

one=$(annotate_stats 1) all=$(annotate_stats "$(nproc)")
words_per_core=$(figure "words/s per core" <<<"$one")
row "annotate, 1 thread" "$(figure articles/s <<<"$one")" "-" "-" "$(figure "peak memory" <<<"$one")"
row "annotate, $(nproc) threads" "$(figure articles/s <<<"$all")" "-" "-" "$(figure "peak memory" <<<"$all")"
echo
echo "annotate: $words_per_core words/s per core with 1 thread (target: 300000), $(figure " words/s" <<<"$all") words/s" \
    "with all cores"
echo "worker / its loop without enrichment: $(calc "$worker_rate / $copy_rate" 2) (target: 0.60)"
echo "worker / kcat copying: $(calc "$worker_rate / $kcat_rate" 2)"

if python=$(tests/bench/spacy_setup.sh 2>"$dir/spacy.log"); then
    spacy=$("$python" tests/bench/spacy_ner.py "$articles" 2>>"$dir/spacy.log" | figure spacy_words_per_second)
    [ -n "$spacy" ] && echo "spaCy en_core_web_sm, entities only, 1 thread: $spacy words/s per core; annotate does everything" \
        "$(calc "$words_per_core / $spacy" 1) times as fast"
else
    echo "spaCy: $(tail -n 1 "$dir/spacy.log")"
fi
