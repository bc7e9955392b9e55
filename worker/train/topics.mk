# The topic model: train it from DATA, score it on DATA's development sets.

# only what runs here, once, may use this machine's own instructions
$(BUILD)/worker/train/topics_learner.o: override CFLAGS += -O3 -march=native -ffast-math

# sums over rows run on whole vectors
$(BUILD)/worker/topics/network.o: override CFLAGS += -O3 -fno-signed-zeros -fassociative-math

.PHONY: models-topics evaluate-topics
models-topics: $(BUILD)/train/train_topics
	$< $(DATA) worker/train/topics_labels.jsonl.zst worker/models/topics.model

evaluate-topics: $(BUILD)/train/evaluate_topics
	$< $(DATA) worker/models/topics.model
