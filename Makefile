# drc, the Data Reliability Copilot. `make help` lists the targets.
#
# Two commands set everything up: `make all` and `make test`. Objects live in build/<variant>, mirror the source
# paths and carry their header dependencies; nothing is built in the source tree.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-builtin-rules

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
VARIANT := $(if $(SAN),$(SAN),release)
ifeq ($(findstring clang,$(CC)),clang)
VARIANT := $(VARIANT)-clang
endif
B := build/$(VARIANT)

PKGS := libwebsockets libcurl jansson sqlite3 librsvg-2.0 pangocairo fontconfig libpng libutf8proc libcrypto
# Headers of other people are system headers, so that our warnings speak of our code only.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS)))
PKG_LIBS = $(shell pkg-config --libs $(PKGS))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
CPPFLAGS_OWN := -D_GNU_SOURCE -Iinclude -Isrc
ifeq ($(SAN),)
OPT := -O2 -g -D_FORTIFY_SOURCE=2
SANFLAGS :=
else ifeq ($(SAN),address)
OPT := -O1 -g -fno-omit-frame-pointer
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined
else ifeq ($(SAN),thread)
OPT := -O1 -g -fno-omit-frame-pointer
SANFLAGS := -fsanitize=thread
else
$(error SAN is 'address', 'thread' or empty)
endif
CFLAGS_OWN = -std=c17 $(OPT) $(WARN) $(HARDEN) $(SANFLAGS) -ffile-prefix-map=$(CURDIR)=. $(CPPFLAGS_OWN)

SRC := $(sort $(shell find src -name '*.c'))
OBJ := $(SRC:%.c=$(B)/obj/%.o)
PAGE := $(sort $(shell find src/emulator/page -type f 2>/dev/null))
PAGE_OBJ := $(B)/obj/page_assets.o
LIB_OBJ := $(filter-out $(B)/obj/src/cli/main.o,$(OBJ)) $(PAGE_OBJ)

.PHONY: build
build: $(B)/drc

# One pkg-config call per build, not one per file; also rebuilds when the flags change.
$(B)/flags: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CFLAGS_OWN)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(B)/pkg.cflags: $(B)/flags
	@printf '%s' '$(PKG_CFLAGS)' > $@
$(B)/pkg.libs: $(B)/flags
	@printf '%s' '$(PKG_LIBS)' > $@

$(B)/obj/%.o: %.c $(B)/flags $(B)/pkg.cflags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS_OWN) @$(B)/pkg.cflags -MMD -MP -c $< -o $@

# The page is compiled into the binary: a table of (name, bytes) in page_assets.
$(B)/page_assets.S: $(PAGE) src/emulator/page_assets.sh
	@mkdir -p $(@D)
	@bash src/emulator/page_assets.sh $(PAGE) > $@
$(PAGE_OBJ): $(B)/page_assets.S $(PAGE)
	@mkdir -p $(@D)
	@$(CC) -c $< -o $@

$(B)/drc: $(OBJ) $(PAGE_OBJ) $(B)/pkg.libs
	@echo "  LINK  $@"
	@$(CC) $(SANFLAGS) $(LDHARDEN) $(OBJ) $(PAGE_OBJ) -o $@ @$(B)/pkg.libs -lm -pthread

UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
$(B)/unit/%: tests/unit/%.c $(LIB_OBJ) $(B)/pkg.libs
	@mkdir -p $(@D)
	@echo "  TEST  $<"
	@$(CC) $(CFLAGS_OWN) -Wno-missing-prototypes @$(B)/pkg.cflags -MMD -MP $< $(LIB_OBJ) $(LDHARDEN) -o $@ @$(B)/pkg.libs -lcmocka -lm -pthread

.PHONY: unit-build unit
unit-build: $(UNIT)
unit: unit-build
	@bash tests/unit/run.sh $(UNIT)

.PHONY: clean
clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
