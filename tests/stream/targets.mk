# Tests of the stream on the embedded broker share what is in support/.

STREAM_TESTS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/stream/*.c))
STREAM_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/stream/support/*.c))

$(STREAM_TESTS): $(BUILD)/%: $(BUILD)/%.o $(STREAM_SUPPORT) $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
