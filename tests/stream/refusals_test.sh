#!/bin/bash
# What is refused without a broker: settings, properties, models, the log, and a broker that does not answer.
set -u
. "$(dirname "$0")/refusals.sh"
trap 'rm -rf "$scratch"' EXIT

config() { printf '%s\n' "$1" >"$scratch/copydesk.cfg"; }
from_file=COPYDESK_CONFIG=$scratch/copydesk.cfg
at='copydesk\.cfg'

config $'log = {\n  level = "info"\n  format = ;\n};'
both names_the_line_of_a_malformed_configuration $exit_config "^copydesk: .*$at:3: syntax error$" "$from_file"

config $'batch = {\n  count_max = 3000000000;\n};'
both refuses_a_number_out_of_range $exit_config \
    "$at:2: batch.count_max = 3000000000: must be between 1 and 100000 articles$" "$from_file"

config 'batch = { count_maks = 5; };'
both names_the_nearest_setting $exit_config \
    "$at:1: batch.count_maks: there is no such setting; did you mean batch.count_max\?$" "$from_file"

both refuses_a_missing_configuration $exit_config 'nowhere.cfg: cannot be opened: No such file' \
    COPYDESK_CONFIG=/nowhere.cfg

both names_a_wrong_variable $exit_config '^copydesk: COPYDESK_LOG_FORMAT: log.format = "xml": must be auto, human or json$' \
    COPYDESK_LOG_FORMAT=xml

: >"$scratch/empty_password"
both refuses_an_empty_password_file $exit_config 'kafka.password_file: .*holds no password$' \
    COPYDESK_KAFKA_USERNAME=u COPYDESK_KAFKA_PASSWORD_FILE="$scratch/empty_password"

both finds_a_full_disk_for_the_log $exit_io '/dev/full.*No space left on device' COPYDESK_LOG_FILE=/dev/full

size=$(stat -c %s worker/models/entities.model)
head -c $((size / 2)) worker/models/entities.model >"$scratch/cut.model"
both refuses_a_truncated_model $exit_config 'cut\.model.*(cut off|is empty)' COPYDESK_MODELS_ENTITIES="$scratch/cut.model"

if has_models; then
    both gives_the_reason_for_an_unknown_property $exit_config 'No such configuration property: "liger.ms"' \
        COPYDESK_KAFKA_PROPERTIES=liger.ms=5 COPYDESK_BROKERS=127.0.0.1:1
    both gives_the_reason_for_an_ill_typed_property $exit_config 'kafka.properties.*Invalid value' \
        COPYDESK_KAFKA_PROPERTIES=socket.timeout.ms=soon COPYDESK_BROKERS=127.0.0.1:1
    both gives_up_on_an_unreachable_broker_in_time $exit_broker '127.0.0.1:1.*Connection refused' COPYDESK_BROKERS=127.0.0.1:1
else
    for name in gives_the_reason_for_an_unknown_property gives_up_on_an_unreachable_broker_in_time; do
        echo "skip $name: no models are compiled in yet"
    done
fi

refuses usage_of_an_unknown_option_is_status_2 2 'no-such-option' "$program" check --no-such-option
[ $failures -eq 0 ]
