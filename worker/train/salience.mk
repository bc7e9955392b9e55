# how well salience agrees with people, and weights fitted to them
.PHONY: evaluate-salience
evaluate-salience: $(BUILD)/train/salience ## salience against human judgements (DATA/salience)
	@$(BUILD)/train/salience $(DATA)/salience/saliency-dataset.json
