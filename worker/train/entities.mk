# The tagger's model: lexicon, then the weights of both letter cases side by side, then all in one file. Every step
# leaves a file in $(BUILD)/entities, so that an interrupted run goes on where it stopped.

ENTITIES      := $(BUILD)/entities
ENTITY_EPOCHS ?= 7
ENTITIES_VERSION := 2026-11-24

# only what runs here, once, may use this machine's own instructions
$(BUILD)/worker/train/entity_training.o: override CFLAGS += -O3 -march=native -fno-signed-zeros -fassociative-math

# sums over rows run on whole vectors
$(BUILD)/worker/entities/weights.o $(BUILD)/worker/entities/scores.o $(BUILD)/worker/entities/lattice.o: override CFLAGS += -O3

.PHONY: models-entities evaluate-entities
models-entities: $(ENTITIES)/entities.model ## train the tagger (DATA=..., ENTITY_EPOCHS=7)
	cp $< worker/models/entities.model

$(ENTITIES)/lexicon: $(BUILD)/train/train_entities
	@mkdir -p $(ENTITIES)
	$(BUILD)/train/train_entities lexicon $(DATA) $@

$(ENTITIES)/%.weights: $(ENTITIES)/lexicon
	nice -n 19 $(BUILD)/train/train_entities weights $(DATA) $(ENTITIES)/lexicon $* $(ENTITY_EPOCHS) $@

$(ENTITIES)/entities.model: $(ENTITIES)/cased.weights $(ENTITIES)/caseless.weights
	$(BUILD)/train/train_entities join $(ENTITIES)/lexicon $^ $(ENTITIES_VERSION) $@

evaluate-entities: $(BUILD)/train/evaluate_entities ## score the tagger on the development sets (DATA=...)
	$(BUILD)/train/evaluate_entities worker/models/entities.model $(DATA)
