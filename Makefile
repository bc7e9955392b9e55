# Copydesk. `make demo` and `make test` do everything on a fresh Debian machine; `make help` lists the rest.

VERSION  := 0.1.0
SANITIZE ?=
comma    := ,
BUILD    ?= build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))
PREFIX   ?= /usr/local
DATA     ?= ../shared/data
CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))

PACKAGES := rdkafka jansson libconfig
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu17 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -fno-math-errno -fno-trapping-math -fno-semantic-interposition -D_GNU_SOURCE -DCD_VERSION='"$(VERSION)"' -Iinclude -pthread
override LDFLAGS += -pthread
ifneq ($(SANITIZE),)
override CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
override LDFLAGS += -fsanitize=$(SANITIZE)
endif
LDLIBS    = $(shell pkg-config --libs $(PACKAGES)) -lgumbo -lm

ROOMS    := base model text article entities topics record stream
LIBRARY  := worker/copydesk.c $(foreach room,$(ROOMS),$(wildcard worker/$(room)/*.c))
PROGRAM  := worker/main.c $(wildcard worker/commands/*.c)
TRAINERS := $(patsubst worker/train/%_main.c,$(BUILD)/train/%,$(wildcard worker/train/*_main.c))
TRAINING := $(filter-out %_main.c,$(wildcard worker/train/*.c))
MODELS   := worker/models/entities.model worker/models/topics.model
UNIT     := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c tests/stream/*.c))
objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))

.PHONY: all
all: $(BUILD)/copydesk $(BUILD)/libcopydesk.a ## program and library

# ---- set-up: name or install what is missing -------------------------------------------------------------------
$(BUILD)/.packages: deploy/packages.sh
	@mkdir -p $(BUILD)
	@deploy/packages.sh build
	@touch $@

# ---- compile and link ------------------------------------------------------------------------------------------
$(BUILD)/%.o: %.c | $(BUILD)/.packages
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# the models are taken into the binary as they are
$(BUILD)/worker/model/embedded.o: $(MODELS)

$(BUILD)/libcopydesk.a: $(call objects,$(LIBRARY))
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/copydesk: $(call objects,$(PROGRAM)) $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/train/%: $(BUILD)/worker/train/%_main.o $(call objects,$(TRAINING)) $(BUILD)/libcopydesk.a
	@mkdir -p $(@D)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libcopydesk.a
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- what people call ------------------------------------------------------------------------------------------
include $(sort $(wildcard tests/*/targets.mk worker/train/*.mk deploy/targets.mk))

.PHONY: demo test unit lint models evaluate install clean help
demo: $(BUILD)/copydesk           ## the main job on the embedded broker, with our sample articles
	$(BUILD)/copydesk demo

unit: $(UNIT)                     ## unit and embedded-broker tests only (with SANITIZE=... under a sanitizer)
	@tests/run.sh $(UNIT)

test: all $(TRAINERS) $(UNIT)                 ## all tests: unit, golden, embedded broker, real Kafka, sanitizers, fuzz corpora
	@deploy/packages.sh test
	@BUILD=$(BUILD) MAKE=$(MAKE) tests/all.sh

lint:                             ## clang-format and clang-tidy
	@deploy/packages.sh lint
	@tests/lint.sh

models: models-entities models-topics       ## train the models from DATA (../shared/data, or yours in the same form)
evaluate: evaluate-entities evaluate-topics ## score the models on the development sets of DATA

install: all                      ## program, library, headers, configuration (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 $(BUILD)/copydesk $(DESTDIR)$(PREFIX)/bin/copydesk
	install -D -m 644 $(BUILD)/libcopydesk.a $(DESTDIR)$(PREFIX)/lib/libcopydesk.a
	install -d $(DESTDIR)$(PREFIX)/include/copydesk && install -m 644 include/copydesk/*.h $(DESTDIR)$(PREFIX)/include/copydesk/
	install -D -m 644 config/copydesk.cfg $(DESTDIR)$(PREFIX)/share/copydesk/copydesk.cfg
	install -m 644 config/record.schema.json $(DESTDIR)$(PREFIX)/share/copydesk/record.schema.json

clean:                            ## remove everything that was built
	rm -rf build

help:                             ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14
