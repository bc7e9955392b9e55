# The tagger's model: word classes, lexicon, the weights of both letter cases (all documents, and all but a fourth), the
# second look, then all in one file. Every step leaves a file in $(BUILD)/entities, so that an interrupted run goes on
# where it stopped.

ENTITIES      := $(BUILD)/entities
ENTITY_EPOCHS ?= 7
ENTITIES_VERSION := 2026-12-01

# only what runs here, once, may use this machine's own instructions
$(BUILD)/worker/train/entity_training.o $(BUILD)/worker/train/entity_network.o $(BUILD)/worker/train/clusters_main.o $(BUILD)/worker/train/vectors_main.o: override CFLAGS += -O3 -march=native -fno-signed-zeros -fassociative-math

# sums over rows run on whole vectors
$(BUILD)/worker/entities/weights.o $(BUILD)/worker/entities/scores.o $(BUILD)/worker/entities/lattice.o $(BUILD)/worker/entities/tagger_network.o: override CFLAGS += -O3

.PHONY: models-entities evaluate-entities
models-entities: $(ENTITIES)/entities.model ## train the tagger (DATA=..., ENTITY_EPOCHS=7)
	cp $< worker/models/entities.model

# word classes from the raw news text of DATA; without such text there are none
NEWS_TEXT := $(wildcard $(addprefix $(DATA)/topics/,allsides.jsonl.zst npr_pbs_2024.jsonl.zst wikipedia_current_events.jsonl.zst))

$(ENTITIES)/news-%.tsv: $(BUILD)/train/clusters
	@mkdir -p $(ENTITIES)
	$(if $(NEWS_TEXT),nice -n 19 $(BUILD)/train/clusters $* 10 8 $@ $(NEWS_TEXT),touch $@)

# and vectors of 48 numbers for words that occur 16 times or more
$(ENTITIES)/vectors.tsv: $(BUILD)/train/vectors
	@mkdir -p $(ENTITIES)
	$(if $(NEWS_TEXT),nice -n 19 $(BUILD)/train/vectors 48 16 $@ $(NEWS_TEXT),touch $@)

NEWS_WORDS := $(ENTITIES)/news-1000.tsv $(ENTITIES)/news-200.tsv $(ENTITIES)/vectors.tsv

$(ENTITIES)/lexicon: $(BUILD)/train/train_entities $(NEWS_WORDS)
	$(BUILD)/train/train_entities lexicon $(DATA) $(NEWS_WORDS) $@

$(ENTITIES)/%.weights: $(ENTITIES)/lexicon
	nice -n 19 $(BUILD)/train/train_entities weights $(DATA) $(ENTITIES)/lexicon $* $(ENTITY_EPOCHS) $@

# What the second look learns from: taggers that have not seen the documents they read. As many as FOLDS in
# train_entities_main.c.
FOLD_MODELS := $(foreach fold,0 1 2 3,$(ENTITIES)/fold-$(fold).model)

$(ENTITIES)/none.look: $(BUILD)/train/train_entities
	@mkdir -p $(ENTITIES)
	$(BUILD)/train/train_entities no-look $@

$(ENTITIES)/fold-%.model: $(ENTITIES)/lexicon $(ENTITIES)/cased-%.weights $(ENTITIES)/caseless-%.weights $(ENTITIES)/none.look
	$(BUILD)/train/train_entities join $^ $(ENTITIES_VERSION) $@

$(ENTITIES)/entities.look: $(FOLD_MODELS)
	nice -n 19 $(BUILD)/train/train_entities look $(DATA) $@ $^

$(ENTITIES)/entities.model: $(ENTITIES)/lexicon $(ENTITIES)/cased.weights $(ENTITIES)/caseless.weights $(ENTITIES)/entities.look
	$(BUILD)/train/train_entities join $^ $(ENTITIES_VERSION) $@

.PRECIOUS: $(ENTITIES)/%.weights $(ENTITIES)/fold-%.model $(ENTITIES)/news-%.tsv

evaluate-entities: $(BUILD)/train/evaluate_entities $(BUILD)/train/evaluate_joining ## score the tagger and the joining on the development sets (DATA=...)
	$(BUILD)/train/evaluate_entities worker/models/entities.model $(DATA)
	$(BUILD)/train/evaluate_joining worker/models/entities.model $(DATA)
