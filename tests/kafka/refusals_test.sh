#!/bin/bash
# What is refused on a real broker: a wrong password and a missing topic; and that `check` says so when all is well,
# publishes nothing, and makes no topic.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../stream/refusals.sh"
tests="both_refuse_a_wrong_password both_name_a_missing_topic check_says_when_all_is_well check_names_missing_rights"
has_models || { for name in $tests; do echo "skip $name: no models are compiled in yet"; done; exit 0; }
# shellcheck disable=SC2086  # a list of names is meant
start_broker $tests
cache=$kafka/../../.cache/kafka
topics="articles.raw articles.enriched articles.deadletter"
sasl_address=$(cat "$dir/sasl_address")
sasl="COPYDESK_BROKERS=$sasl_address COPYDESK_KAFKA_USERNAME=newsroom \
COPYDESK_KAFKA_PROPERTIES=security.protocol=sasl_plaintext,sasl.mechanisms=PLAIN"

# shellcheck disable=SC2086
both refuses_a_wrong_password $exit_broker 'Authentication failed' $sasl COPYDESK_KAFKA_PASSWORD=wrong

# shellcheck disable=SC2086
"$kafka/broker.sh" topics "$dir" 2 $topics
both names_a_missing_topic $exit_broker 'articles\.status' COPYDESK_BROKERS="$broker"

# A broker that makes topics by itself must not make one because `check` asks for it.
sed -i 's/^auto.create.topics.enable=.*/auto.create.topics.enable=true/' "$dir/server.properties"
"$kafka/broker.sh" stop "$dir" && "$kafka/broker.sh" again "$dir"
refuses check_makes_no_topic $exit_broker 'articles\.status' env COPYDESK_BROKERS="$broker" "$program" check
refuses check_makes_no_topic_the_second_time $exit_broker 'articles\.status' env COPYDESK_BROKERS="$broker" \
    "$program" check

"$kafka/broker.sh" topics "$dir" 2 articles.status
# shellcheck disable=SC2086
if env $sasl COPYDESK_KAFKA_PASSWORD=press "$program" check >"$scratch/out" 2>"$scratch/err" &&
    [ ! -s "$scratch/err" ] && grep -q '^Everything is well' "$scratch/out"; then
    pass check_says_when_all_is_well
else
    fail check_says_when_all_is_well "$(cat "$scratch/err" "$scratch/out" | tail -n 15)"
fi
if grep -q press "$scratch/out"; then fail check_masks_the_password "it stands in the output"; else pass check_masks_the_password; fi

if ends=$(kcat -b "$broker" -Q -t articles.raw:0:-1 -t articles.enriched:0:-1 -t articles.deadletter:0:-1 \
    -t articles.status:0:-1 2>&1) && ! grep -vE 'offset 0$' <<<"$ends"; then
    pass check_publishes_nothing
else
    fail check_publishes_nothing "$ends"
fi
# A broker that checks rights: the user of the password listener has none, then may see the topics but not read them.
cat >>"$dir/server.properties" <<'PROPERTIES'
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
PROPERTIES
"$kafka/broker.sh" stop "$dir" && "$kafka/broker.sh" again "$dir"
# shellcheck disable=SC2086
refuses check_names_missing_rights $exit_broker 'topics.raw: .*authorization failed; give this user the rights' \
    env $sasl COPYDESK_KAFKA_PASSWORD=press "$program" check
java -cp "$cache/lib/*" org.apache.kafka.tools.AclCommand --bootstrap-server "$broker" --add --allow-principal User:newsroom \
    --operation Describe --topic '*' >"$dir/acl.log" 2>&1
# shellcheck disable=SC2086
refuses check_names_the_missing_right_to_read $exit_broker \
    'topics.raw: topic "articles.raw" cannot be read: .*authorization failed' \
    env $sasl COPYDESK_KAFKA_PASSWORD=press "$program" check
if grep -q 'kafka.group .*cannot be read: .*[Gg]roup authorization failed' "$scratch/out" &&
    grep -q 'worker.delivery .*no transaction can be opened' "$scratch/out"; then
    pass check_names_every_missing_right
else
    fail check_names_every_missing_right "$(tail -n 12 "$scratch/out")"
fi
rm -rf "$scratch"
exit $((failures > 0))
