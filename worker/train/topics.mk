# The topic model: train it from DATA, score it on DATA's development sets.

.PHONY: models-topics evaluate-topics
models-topics: $(BUILD)/train/train_topics
	$< $(DATA) worker/train/topics_labels.jsonl.zst worker/models/topics.model

evaluate-topics: $(BUILD)/train/evaluate_topics
	$< $(DATA) worker/models/topics.model
