.PHONY: config
config: $(BUILD)/copydesk         ## write config/copydesk.cfg anew, after a change to the table of settings
	$(BUILD)/copydesk check --print-reference >config/copydesk.cfg
