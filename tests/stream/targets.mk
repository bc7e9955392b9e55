# Tests of the stream on the embedded broker share what is in support/.

STREAM_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/stream/support/*.c))

$(BUILD)/tests/stream/%: $(BUILD)/tests/stream/%.o $(STREAM_SUPPORT) $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
