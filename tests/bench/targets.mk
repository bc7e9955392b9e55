.PHONY: bench
bench: all $(BUILD)/tests/kafka/checker ## speed and memory beside the same loop without enrichment, and beside kcat
	@deploy/packages.sh test
	@BUILD=$(BUILD) tests/bench/bench.sh
