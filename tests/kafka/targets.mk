# The real broker: Apache Kafka from Maven Central, and what the tests check it with.

.PHONY: kafka
kafka: all                        ## a real Kafka broker on 127.0.0.1:9092 with our topics, to try the worker by hand
	@deploy/packages.sh test
	@BUILD=$(BUILD) tests/kafka/by_hand.sh

$(BUILD)/tests/kafka/checker: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/kafka/*.c)) $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

test: $(BUILD)/tests/kafka/checker

.PHONY: endurance
endurance: all $(BUILD)/tests/kafka/checker ## the delivery tests for longer: ARTICLES=200000 each (about an hour)
	@deploy/packages.sh test
	@BUILD=$(BUILD) ARTICLES=$${ARTICLES:-200000} tests/run.sh tests/kafka/delivery_test.sh
