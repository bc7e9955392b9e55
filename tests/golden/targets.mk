# the sample articles are compiled into the program for `copydesk demo`
SAMPLES := $(sort $(wildcard tests/golden/articles/*))

$(BUILD)/samples.bundle: $(SAMPLES) tests/golden/bundle.sh
	@mkdir -p $(@D)
	@tests/golden/bundle.sh $(SAMPLES) >$@

$(BUILD)/worker/commands/samples.o: $(BUILD)/samples.bundle
$(BUILD)/worker/commands/samples.o: override CFLAGS += -DCD_SAMPLES_BUNDLE='"$(BUILD)/samples.bundle"'
