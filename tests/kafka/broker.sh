#!/bin/bash
# A real Apache Kafka of one node (KRaft mode) on loopback, for tests and for trying things out. No Docker: the jars
# come from Maven Central once (pom.xml, 54 MB into .cache/kafka), a broker answers after 2 to 4 s.
#
#     broker.sh check              say what is missing (exit 1), fetch the jars when they are not there yet
#     broker.sh start DIR [OWNER]  start one with its data, log and settings in DIR; print its address. It ends by
#                                  itself soon after the process OWNER (default: none) has ended
#     broker.sh again DIR          start it again after stop or kill: same data, same ports
#     broker.sh stop DIR           ask it to end and wait for that (kill -9 after 20 s)
#     broker.sh kill DIR           kill -9
#     broker.sh topics DIR PARTITIONS NAME...
#     broker.sh remove DIR         stop it and remove DIR
#
# DIR/broker.log is the log of the process that runs now, DIR/broker.before.log that of the ones before it.
#
# DIR/address and DIR/sasl_address hold the addresses: the first needs no password; the second is SASL_PLAINTEXT with
# the mechanism PLAIN, user "newsroom", password "press". Nothing listens beyond 127.0.0.1.
# KAFKA_PORT fixes the first port; the next two above it are taken as well.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/.cache/kafka
start_timeout_s=60

die() {
    echo "broker.sh: $*" >&2
    exit 1
}

# ---- jars --------------------------------------------------------------------------------------------------------
fetch_jars() {
    command -v java >/dev/null || die "java is missing (deploy/packages.sh test installs it)"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if ! cmp -s "$here/pom.xml" "$cache/pom.xml"; then
        command -v mvn >/dev/null || die "Maven is missing (deploy/packages.sh test installs it)"
        rm -rf "${cache:?}/lib"
        mvn -B -q -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$cache/lib" \
            >"$cache/fetch.log" 2>&1 || die "the Kafka jars cannot be fetched from Maven Central; see $cache/fetch.log"
        cp "$here/pom.xml" "$cache/pom.xml"
    fi
    exec 9>&-
}

kafka_java() { java -cp "$cache/lib/*" "$@"; }

# ---- ports -------------------------------------------------------------------------------------------------------
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Three neighbouring ports below the range from which the system takes ports for clients.
choose_port() {
    local port try
    if [ -n "${KAFKA_PORT:-}" ]; then
        echo "$KAFKA_PORT"
        return
    fi
    for try in $(seq 50); do
        port=$((10000 + (RANDOM * 7 + try) % 20000))
        port_is_free $port && port_is_free $((port + 1)) && port_is_free $((port + 2)) && echo $port && return
    done
    die "no free port found"
}

# ---- one broker --------------------------------------------------------------------------------------------------
write_properties() { # DIR PORT
    local dir=$1 port=$2 controller=$(($2 + 1)) sasl=$(($2 + 2))
    cat >"$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller
listeners=PLAIN://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller,SASL://127.0.0.1:$sasl
advertised.listeners=PLAIN://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller,SASL://127.0.0.1:$sasl
listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
user_newsroom="press";
log.dirs=$dir/data
num.partitions=6
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
message.max.bytes=8388608
PROPERTIES
}

# Start the Java process and wait until it says that it is up, or ends. 0: up; 1: it ended or took too long.
launch() { # DIR
    local dir=$1 deadline=$((SECONDS + start_timeout_s)) pid
    cat "$dir/broker.log" >>"$dir/broker.before.log" 2>/dev/null
    : >"$dir/broker.log"
    (
        cd "$dir" || exit 1
        exec 9>&-
        exec setsid java -Xms256m -Xmx1g -XX:+UseSerialGC \
            -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true \
            -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS \
            -Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info \
            -cp "$cache/lib/*" kafka.Kafka server.properties </dev/null >>"$dir/broker.log" 2>&1
    ) &
    pid=$!
    echo $pid >"$dir/pid"
    while [ $SECONDS -lt $deadline ]; do
        grep -q 'Kafka Server started' "$dir/broker.log" && return 0
        kill -0 $pid 2>/dev/null || return 1
        sleep 0.1
    done
    kill -9 $pid 2>/dev/null
    return 1
}

start() { # DIR [OWNER]
    local dir=$1 owner=${2:-} port try
    fetch_jars
    for try in 1 2 3; do
        port=$(choose_port) || exit 1
        rm -rf "$dir/data"
        write_properties "$dir" "$port"
        kafka_java kafka.tools.StorageTool format --standalone -t "$(tr -d - </proc/sys/kernel/random/uuid | head -c 22)" \
            -c "$dir/server.properties" >"$dir/format.log" 2>&1 || die "format failed: $(tail -n 3 "$dir/format.log")"
        if launch "$dir"; then
            echo "127.0.0.1:$((port + 2))" >"$dir/sasl_address"
            echo "127.0.0.1:$port" | tee "$dir/address"
            [ -n "$owner" ] && end_with_owner "$dir" "$owner"
            return 0
        fi
        # somebody took the port in the meantime: choose again, unless it was fixed
        if [ -n "${KAFKA_PORT:-}" ] || ! grep -q 'Address already in use' "$dir/broker.log"; then
            break
        fi
    done
    die "the broker did not start; see $dir/broker.log: $(grep -m 1 -E 'ERROR|Exception' "$dir/broker.log")"
}

end_with_owner() { # DIR OWNER
    # shellcheck disable=SC2016  # the inner shell expands them
    setsid bash -c 'tail --pid="$2" -f /dev/null; "$0" kill "$1"' "$here/broker.sh" "$1" "$2" \
        </dev/null >/dev/null 2>&1 &
}

# The process in DIR/pid, when it is still that broker.
running_pid() { # DIR
    local pid
    pid=$(cat "$1/pid" 2>/dev/null) || return 1
    grep -q kafka.Kafka "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

end_process() { # DIR SIGNAL
    local pid deadline=$((SECONDS + 20))
    pid=$(running_pid "$1") || return 0
    kill "-$2" "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do
        [ $SECONDS -lt $deadline ] || kill -9 "$pid" 2>/dev/null
        sleep 0.1
    done
}

again() { # DIR
    launch "$1" || die "the broker did not start again; see $1/broker.log"
}

create_topics() { # DIR PARTITIONS NAME...
    local dir=$1 partitions=$2 name
    shift 2
    for name in "$@"; do
        kafka_java org.apache.kafka.tools.TopicCommand --bootstrap-server "$(cat "$dir/address")" --create \
            --topic "$name" --partitions "$partitions" --replication-factor 1 >"$dir/topics.log" 2>&1 ||
            die "topic $name: $(grep -m 1 -iE 'error|exception' "$dir/topics.log")"
    done
}

usage() {
    sed -n '5,13s/^# \{0,1\}//p' "$here/broker.sh" >&2
    exit 2
}

verb=${1:-}
[ "$verb" = check ] || [ $# -ge 2 ] || usage
if [ "$verb" = start ]; then
    mkdir -p "$2" || die "cannot make $2"
fi
if [ "$verb" != check ]; then
    [ -d "$2" ] || exit 0 # removed: nothing to stop
    dir=$(cd "$2" && pwd)
fi
case $verb in
check) fetch_jars ;;
start) start "$dir" "${3:-}" ;;
again) again "$dir" ;;
stop) end_process "$dir" TERM ;;
kill) end_process "$dir" KILL ;;
topics) [ $# -ge 4 ] || usage; create_topics "$dir" "${@:3}" ;;
remove) end_process "$dir" TERM; rm -rf "$dir" ;;
*) usage ;;
esac
