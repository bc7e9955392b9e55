# Fuzzers: every tests/fuzz/NAME_fuzz.c becomes build/fuzz/NAME_fuzz (clang's libFuzzer with the address and undefined
# behaviour sanitizers), with its corpus in tests/fuzz/corpus/NAME. New findings go to build/fuzz/found/NAME.

FUZZ_SECONDS ?= 600
FUZZ_JOBS    ?= 2
FUZZ_BUILD   := build/fuzz
FUZZERS      := $(patsubst tests/fuzz/%.c,$(FUZZ_BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))

.PHONY: fuzz fuzzers fuzzers-here
fuzz: fuzzers                     ## each fuzzer for FUZZ_SECONDS (600), FUZZ_JOBS (2) at a time
	@deploy/packages.sh test
	@tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_JOBS) $(FUZZERS)

fuzzers: ## build the fuzzers
	@$(MAKE) --no-print-directory CC=clang BUILD=$(FUZZ_BUILD) SANITIZE=fuzzer-no-link,address,undefined CFLAGS="-O1 -g" fuzzers-here

fuzzers-here: $(FUZZERS)

$(FUZZ_BUILD)/%_fuzz: $(FUZZ_BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(subst fuzzer-no-link,fuzzer,$(LDFLAGS)) -o $@ $^ $(LDLIBS)
