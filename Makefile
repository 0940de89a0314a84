# libgim: build, check, install. GNU make; `make help` lists the targets. SPDX-License-Identifier: BSD-3-Clause
#
## make                  build/libgim.so.*, build/libgim.a and build/gim
## make deps             installs what the build, the checks and the demo need (Debian, by apt)
## make deps-bindings   R, Julia and what else the bindings are tested with; Rust's cargo is taken as it is
## make wheel           build/python/gim-*.whl, with the library inside
## make demo             fits the light tunnel, predicts what it never saw, draws it: build/demo
## make demo-combinations   the same box: combinations of settings, by gim ifm
## make check            every test but the slow ones; closes with "N passed, N failed"
## make check-GROUP      one group of them: unit suite property alloc golden cli style abi docs install
##                      bindings, or one language: python rust r julia; what is not installed is skipped
## make check-valgrind   the unit and allocation tests under valgrind, all of them
## make check-sanitize   the unit, suite and allocation tests under the address and undefined-behaviour sanitizers
## make check-tsan       the unit and suite tests under clang's thread sanitizer; `make deps-tsan` installs it
## make run/NAME         one test: run/test_rng, run/double/test_mech, run/asan/..., run/valgrind/..., run/style/layers
## make install          PREFIX=/usr/local DESTDIR= BINDIR= LIBDIR= LIBEXECDIR= INCLUDEDIR=
## make uninstall        takes the same settings
## make check-pipelines  the workflows of examples/pipelines, by Snakemake and miniwdl from PyPI
## make site             the documents and the API reference as HTML, in build/site; `make deps-site` installs the tools
## make deb              Debian packages in build/deb; `make deps-deb` installs the tools, check-deb tries the packages
## make bench fuzz       timings; random inputs
## make check-scanpy     gim prepare beside scanpy, step by step; `make bench-prepare` times both; `make check-sciplex3`
## make experiments      how good it is, beside baselines and peers: small ones, or experiment-NAME for a whole one
## make format lint      reformats the sources with clang-format; looks for mistakes with gcc's analyser
## make dist clean       build/libgim-VERSION.tar.gz; removes build/
#
# Settings, on the command line or in the environment: CC CXX CFLAGS CPPFLAGS LDFLAGS WERROR V
#   make CFLAGS='-O0 -g' WERROR=     V=1 shows whole commands

VERSION := $(shell sed -n 's/^\#define GIM_VERSION_STRING "\(.*\)"/\1/p' include/gim/gim_version.h)
# Raised by hand when, and only when, the ABI breaks: docs/abi.md.
SOVERSION := 0

# As many jobs as processors, unless the command line says otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: all
all:

# ---- what has to be installed first --------------------------------------------------------------------------------

# Debian packages, one list a purpose.
DEPS_BUILD := gcc libc6-dev make pkg-config libgsl-dev libopenblas-dev libjansson-dev zlib1g-dev libpopt-dev libhdf5-dev
DEPS_CHECK := g++ binutils check valgrind clang-format mandoc cmake python3-numpy python3-setuptools python3-wheel
DEPS_DEMO  := python3 gnuplot-nox graphviz
DEPS_DEB   := debhelper dpkg-dev debootstrap lintian
DEPS_SITE  := doxygen python3-sphinx python3-breathe python3-myst-parser furo mandoc
DEPS_TSAN  := clang-14 libomp-14-dev libclang-rt-14-dev
DEPS_BINDINGS := r-base-core python3-pandas python3-scipy

# Root needs no help, others sudo.
SUDO := $(if $(filter-out 0,$(shell id -u)),$(or $(shell command -v sudo),false))
APT   = $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120

# Asks nothing, and does nothing where all is there. Fetches the index of packages where there is none or it is too old.
.PHONY: deps deps-tsan deps-deb deps-site deps-bindings
deps:      PACKAGES = $(DEPS_BUILD) $(DEPS_CHECK) $(DEPS_DEMO)
deps-tsan: PACKAGES = $(DEPS_TSAN)
deps-site: PACKAGES = $(DEPS_SITE)
deps-deb:  PACKAGES = $(DEPS_BUILD) $(DEPS_DEB)
deps-bindings: PACKAGES = $(DEPS_BINDINGS)
deps-bindings: julia
deps deps-tsan deps-deb deps-site deps-bindings:
	@missing=; for package in $(PACKAGES); do \
	    case `dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null` in \
	        installed) ;; *) missing="$$missing $$package" ;; esac; \
	done; \
	test -n "$$missing" || exit 0; \
	echo "installing:$$missing"; \
	fresh=; ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || { $(APT) update && fresh=1; }; \
	$(APT) install --no-install-recommends $$missing </dev/null && exit; \
	test -z "$$fresh" && $(APT) update && $(APT) install --no-install-recommends $$missing </dev/null && exit; \
	echo "cannot install:$$missing (Debian's names); it takes apt-get, and root or sudo" >&2; exit 1

# Debian 12 has no Julia, Debian 11 has.
.PHONY: julia
julia:
	@command -v julia >/dev/null || SUDO='$(SUDO)' sh bindings/julia/install.sh

# `make deps check`: install, then start make anew for the other goals, so that it sees what was installed.
FIRST := $(filter deps deps-%,$(MAKECMDGOALS))
THEN  := $(filter-out $(FIRST),$(MAKECMDGOALS))
ifneq (,$(and $(FIRST),$(THEN)))

.PHONY: $(THEN) then
$(THEN): then
	@:
then: $(FIRST)
	@$(MAKE) $(THEN)

else # ... all the rest of this file

# ---- compiler and flags --------------------------------------------------------------------------------------------

CFLAGS  ?= -O3 -g
WERROR  ?= -Werror
INSTALL ?= install

# The same rules make the other builds, in other folders: build/double with DEFS=-DGIM_DOUBLE, build/asan, ...
BUILD := build
DEFS  :=

# gsl.pc would link GSL's own CBLAS, ten times slower than OpenBLAS, which would then be used without a word.
PKG      := pkg-config --define-variable=GSL_CBLAS_LIB=-lopenblas
LIB_PKGS := gsl openblas jansson zlib
LIB_INC  := $(shell $(PKG) --cflags $(LIB_PKGS) 2>/dev/null)
LIB_LIBS := $(shell $(PKG) --libs $(LIB_PKGS) 2>/dev/null) -lm -lpthread
GIM_PKGS := jansson zlib popt
GIM_INC  := $(shell $(PKG) --cflags $(GIM_PKGS) 2>/dev/null)
GIM_LIBS := $(shell $(PKG) --libs $(GIM_PKGS) 2>/dev/null)
# gim-h5ad alone sees HDF5, in a process of its own; without libhdf5 all else is there.
H5AD_INC := $(shell $(PKG) --cflags hdf5 2>/dev/null)
H5AD_LIBS := $(shell $(PKG) --libs hdf5 jansson 2>/dev/null)
H5AD     := $(if $(H5AD_LIBS),gim-h5ad)
TEST_INC  = $(shell $(PKG) --cflags check 2>/dev/null)
TEST_LIBS = $(shell $(PKG) --libs check 2>/dev/null)

WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
             -Wmissing-prototypes
LIB_FLAGS := -fopenmp-simd -fno-math-errno -fno-trapping-math -fPIC -fvisibility=hidden -DNDEBUG
# The same bytes wherever the sources lie.
COMPILE    = $(CC) -std=gnu11 -ffile-prefix-map=$(CURDIR)=. $(CFLAGS) $(CPPFLAGS)

# The library sees its own headers, the command only the public one, the tests both.
$(BUILD)/obj/lib/%.o:  FLAGS = $(LIB_FLAGS) $(WARNINGS) $(WERROR) -Ilib -Iinclude $(LIB_INC)
$(BUILD)/obj/src/%.o:  FLAGS = $(WARNINGS) $(WERROR) -Iinclude $(GIM_INC)
$(BUILD)/obj/src/h5ad/%.o: FLAGS = $(WARNINGS) $(WERROR) -Isrc $(H5AD_INC) $(GIM_INC)
$(BUILD)/obj/test/%.o: FLAGS = -Wall -Wextra -Wshadow $(WERROR) -Itest -Ilib -Iinclude $(LIB_INC) $(TEST_INC)

# V=1 shows the commands themselves.
V ?= 0
say = $(if $(filter 0,$(V)),@printf '  %-6s %s\n' $(1) $@ &&)

# ---- the library and the command -----------------------------------------------------------------------------------

include lib/sources.mk
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
GIM_SRC := $(sort $(wildcard src/*.c))
GIM_OBJ := $(GIM_SRC:%.c=$(BUILD)/obj/%.o)
H5AD_SRC := $(sort $(wildcard src/h5ad/*.c)) src/stream.c src/scatter.c src/names.c src/memory.c
H5AD_OBJ := $(H5AD_SRC:%.c=$(BUILD)/obj/%.o)

STATIC := libgim.a
LINK   := libgim.so
SONAME := $(LINK).$(SOVERSION)
SHARED := $(LINK).$(VERSION)

all: $(addprefix $(BUILD)/,$(SHARED) $(SONAME) $(LINK) $(STATIC) $(if $(GIM_OBJ),gim) $(H5AD) test/golden)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(BUILD)/found
	@mkdir -p $(@D)
	$(call say,CC) $(COMPILE) $(FLAGS) $(DEFS) -MMD -MP -c -o $@ $<

$(BUILD)/$(STATIC): $(LIB_OBJ) $(BUILD)/sources
	$(call say,AR) rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/$(SHARED): $(LIB_OBJ) $(BUILD)/sources lib/gim.map
	$(call say,LINK) $(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME),--version-script,lib/gim.map,-z,defs,--as-needed \
	    $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIB_LIBS)

$(BUILD)/$(SONAME): $(BUILD)/$(SHARED)
	@ln -sf $(<F) $@

$(BUILD)/$(LINK): $(BUILD)/$(SONAME)
	@ln -sf $(<F) $@

# With the static library inside, so that it runs from anywhere, or the shared one, for a package; it uses nothing but
# gim.h all the same.
GIM_LINKS   ?= static
GIM_LIBRARY := $(BUILD)/$(if $(filter shared,$(GIM_LINKS)),$(SHARED),$(STATIC))
$(BUILD)/gim: $(GIM_OBJ) $(GIM_LIBRARY) $(BUILD)/sources
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(GIM_OBJ) $(GIM_LIBRARY) -Wl,--as-needed $(GIM_LIBS) $(LIB_LIBS)

$(BUILD)/gim-h5ad: $(H5AD_OBJ) $(BUILD)/sources
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(H5AD_OBJ) $(H5AD_LIBS)

# Two notes that are written anew only when what they say changes: the flags, on which every object depends, and the
# lists of sources, on which what is linked from them does.
$(BUILD)/flags:   NOTE = $(COMPILE) $(LIB_FLAGS) $(WARNINGS) $(WERROR) $(DEFS) $(LIB_INC) $(GIM_INC)
$(BUILD)/sources: NOTE = $(SHARED) $(SONAME) $(GIM_LIBRARY) $(LDFLAGS) $(LIB_LIBS) $(GIM_LIBS) $(H5AD_LIBS) $(LIB_SRC) \
                         $(GIM_SRC) $(H5AD_SRC)
$(BUILD)/flags $(BUILD)/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(NOTE)' | cmp -s - $@ || echo '$(NOTE)' > $@

# A plain word, once, in place of a page of errors about missing headers.
$(BUILD)/found:
	@pkg-config --exists $(sort $(LIB_PKGS) $(GIM_PKGS)) 2>/dev/null || { \
	    echo "libgim needs pkg-config and $(sort $(LIB_PKGS) $(GIM_PKGS)); 'make deps' installs them" >&2; exit 1; }
	@mkdir -p $(@D) && touch $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
.SECONDARY:
.PHONY: FORCE
FORCE:

# ---- test programs -------------------------------------------------------------------------------------------------

# Each test/GROUP/test_*.c is one Check program, with the static library in it, where it reaches internal functions too.
programs  = $(basename $(notdir $(sort $(wildcard test/$(1)/test_*.c))))
UNIT     := $(call programs,unit)
SUITE    := $(call programs,suite)
PROPERTY := $(call programs,property)
ALLOC    := $(call programs,alloc)
GOLDEN   := $(if $(wildcard test/golden/golden.c),golden)
PROGRAMS := $(UNIT) $(SUITE) $(PROPERTY) $(ALLOC) $(GOLDEN)
FUZZ     := $(patsubst test/fuzz/%.c,%,$(sort $(wildcard test/fuzz/fuzz_*.c)))
BENCH    := $(patsubst test/bench/%.c,%,$(sort $(wildcard test/bench/*.c)))
ifneq ($(words $(PROGRAMS)),$(words $(sort $(PROGRAMS))))
$(error two tests have one name: $(PROGRAMS))
endif

# Which of them run in the other builds (in double those of the numbers, not of the API and its files), and under
# valgrind. That is slow: `make check` leaves it at the unit tests of
# the lower layers, which fit nothing.
IN_DOUBLE      := $(filter-out test_api_% test_file test_io test_safetensors,$(UNIT)) $(SUITE) $(GOLDEN)
IN_ASAN        := $(UNIT) $(SUITE) $(ALLOC)
IN_TSAN        := $(UNIT) $(SUITE)
IN_VALGRIND    := $(UNIT) $(ALLOC)
LOWER          := $(notdir $(basename $(wildcard lib/base/*.c lib/math/*.c lib/model/*.c lib/judge/*.c))) data options
QUICK_VALGRIND := $(filter $(LOWER:%=test_%),$(UNIT))

TEST_OBJ  := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard test/testing.c))
LINK_TEST  = $(call say,LINK) mkdir -p $(@D) && $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(LIB_LIBS)

$(BUILD)/test/golden: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard test/golden/*.c)) $(BUILD)/$(STATIC)
	$(LINK_TEST)
$(BUILD)/test/%: $(BUILD)/obj/test/unit/%.o $(TEST_OBJ) $(BUILD)/$(STATIC)
	$(LINK_TEST)
$(BUILD)/test/%: $(BUILD)/obj/test/suite/%.o $(TEST_OBJ) $(BUILD)/$(STATIC)
	$(LINK_TEST)
$(BUILD)/test/%: $(BUILD)/obj/test/property/%.o $(TEST_OBJ) $(BUILD)/$(STATIC)
	$(LINK_TEST)
$(BUILD)/test/%: $(BUILD)/obj/test/alloc/%.o $(TEST_OBJ) $(BUILD)/$(STATIC)
	$(LINK_TEST)
# Readers of the command are fed too.
$(BUILD)/fuzz/%: $(BUILD)/obj/test/fuzz/%.o $(TEST_OBJ) $(filter-out %/gim.o,$(GIM_OBJ)) $(BUILD)/$(STATIC)
	$(LINK_TEST) $(GIM_LIBS)
$(BUILD)/bench/%: $(BUILD)/obj/test/bench/%.o $(BUILD)/$(STATIC)
	$(LINK_TEST) $(GIM_LIBS)

# The other builds: these same rules, once more, in another folder. gcc's OpenMP hides its barriers from the thread
# sanitizer, which then sees races where there are none; clang's shows them.
.PHONY: double asan tsan
double:
	@$(MAKE) BUILD=build/double DEFS=-DGIM_DOUBLE $(IN_DOUBLE:%=build/double/test/%)
asan:
	@$(MAKE) BUILD=build/asan WERROR= DEFS='-DGIM_NO_CLONES -UNDEBUG' \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	    $(IN_ASAN:%=build/asan/test/%) $(FUZZ:%=build/asan/fuzz/%) build/asan/gim $(H5AD:%=build/asan/%)
tsan:
	@$(MAKE) BUILD=build/tsan WERROR= CC=clang-14 CFLAGS='-O1 -g -fsanitize=thread' $(IN_TSAN:%=build/tsan/test/%)
ifeq ($(BUILD),build)
build/double/%: double ;
build/asan/%: asan ;
build/tsan/%: tsan ;
endif

# ---- running them --------------------------------------------------------------------------------------------------

# A test is a target run/NAME. test/run.sh runs it in this folder, prints what it said and notes how it ended, but does
# not fail, so that all are run; the summary does. OPENBLAS_NUM_THREADS is left alone: no number may depend on it.
LOGS := $(BUILD)/log
RUN   = CK_DEFAULT_TIMEOUT=120 sh test/run.sh $(LOGS)

WITH_ASAN     := ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
WITH_TSAN     := CK_FORK=no TSAN_OPTIONS=ignore_noninstrumented_modules=1
WITH_VALGRIND := CK_FORK=no OMP_WAIT_POLICY=passive
VALGRIND      := valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
                 --errors-for-leak-kinds=definite,indirect

# Scripts get the folder of the build, those of the command the command.
scripts = $(patsubst test/%.sh,%,$(sort $(wildcard test/$(1)/*.sh)))
SCRIPTS := $(call scripts,style) $(call scripts,abi) $(call scripts,install) $(call scripts,docs)
CLI     := $(call scripts,cli)
BINDINGS := $(filter-out bindings/tools,$(call scripts,bindings))

%/golden: ARGUMENTS = test/golden/golden.json
$(PROGRAMS:%=run/%): run/%: $(BUILD)/test/%
	@$(RUN) $* $< $(ARGUMENTS)
$(IN_DOUBLE:%=run/double/%): run/double/%: double
	@$(RUN) double/$* build/double/test/$* $(ARGUMENTS)
$(IN_ASAN:%=run/asan/%): run/asan/%: asan
	@$(WITH_ASAN) $(RUN) asan/$* build/asan/test/$*
$(IN_TSAN:%=run/tsan/%): run/tsan/%: tsan
	@$(WITH_TSAN) $(RUN) tsan/$* build/tsan/test/$*
$(IN_VALGRIND:%=run/valgrind/%): run/valgrind/%: $(BUILD)/test/%
	@$(WITH_VALGRIND) $(RUN) valgrind/$* $(VALGRIND) $<
$(SCRIPTS:%=run/%) $(BINDINGS:%=run/%): run/%: all
	@MAKE='$(MAKE)' CC='$(CC)' CXX='$(CXX)' $(RUN) $* sh test/$*.sh $(BUILD)
$(CLI:%=run/%): run/%: all
	@$(RUN) $* sh test/$*.sh $(BUILD)/gim
$(CLI:%=run/asan/%): run/asan/%: asan
	@$(WITH_ASAN) $(RUN) asan/$* sh test/$*.sh build/asan/gim

check-unit:     $(UNIT:%=run/%) $(patsubst %,run/double/%,$(filter $(UNIT),$(IN_DOUBLE)))
check-suite:    $(SUITE:%=run/%) $(SUITE:%=run/double/%)
check-property: $(PROPERTY:%=run/%)
check-alloc:    $(ALLOC:%=run/%)
check-golden:   $(GOLDEN:%=run/%) $(GOLDEN:%=run/double/%)
check-cli:      $(CLI:%=run/%)
check-style:    $(filter run/style/%,$(SCRIPTS:%=run/%))
check-abi:      $(filter run/abi/%,$(SCRIPTS:%=run/%))
check-docs:     $(filter run/docs/%,$(SCRIPTS:%=run/%))
check-install:  $(filter run/install/%,$(SCRIPTS:%=run/%))
check-bindings: $(BINDINGS:%=run/%)
check-python check-rust check-r check-julia: check-%: run/bindings/%
check-sanitize: $(patsubst %,run/asan/%,$(IN_ASAN) $(CLI))
check-tsan:     $(IN_TSAN:%=run/tsan/%)
check-valgrind: $(IN_VALGRIND:%=run/valgrind/%)

check: $(patsubst %,run/%,$(PROGRAMS) $(CLI) $(SCRIPTS) $(BINDINGS)) $(IN_DOUBLE:%=run/double/%)
check: $(patsubst %,run/asan/%,$(IN_ASAN) $(CLI)) $(QUICK_VALGRIND:%=run/valgrind/%)

GROUPS := unit suite property alloc golden cli style abi docs install sanitize tsan valgrind
GROUPS += bindings python rust r julia
.PHONY: check $(GROUPS:%=check-%)
check $(GROUPS:%=check-%):
	@sh test/run.sh --summary $(LOGS) $(patsubst run/%,%,$(filter run/%,$^))

# The Python package with the library inside.
.PHONY: wheel
wheel: all
	@sh bindings/python/wheel.sh $(BUILD) $(BUILD)/python

# ---- demo, timings, random inputs ----------------------------------------------------------------------------------

.PHONY: demo demo-combinations bench peers fuzz
demo: all
	@sh examples/light_tunnel/run.sh $(BUILD)/gim $(BUILD)/demo

demo-combinations: all
	@sh examples/combinations/run.sh $(BUILD)/gim $(BUILD)/combinations

# Timings of this machine, in build/bench/report.md; with those of peers beside them after `make peers`.
bench: $(BENCH:%=$(BUILD)/bench/%)
	@sh test/bench/report.sh $(BUILD) > $(BUILD)/bench/report.md.new
	@mv $(BUILD)/bench/report.md.new $(BUILD)/bench/report.md
	@cat $(BUILD)/bench/report.md

# gim prepare beside scanpy: that both do the same, and how fast each is.
.PHONY: check-scanpy bench-prepare check-sciplex3
check-scanpy bench-prepare check-sciplex3: $(BUILD)/scanpy/done all
check-scanpy:
	$(BUILD)/scanpy/bin/python -W ignore test/bench/peers/check_scanpy.py --gim $(BUILD)/gim \
	    $(if $(DATA),--table "$(DATA)")
check-sciplex3:
	$(BUILD)/scanpy/bin/python -W ignore examples/sciplex3/simulate.py $(BUILD)/sciplex3
	FIT='--mechanism zero-inflated --intervention shift --set steps=100 --set draws=4 --set hidden=3' \
	    sh examples/sciplex3/run.sh $(BUILD)/gim $(BUILD)/sciplex3/sciplex3.h5ad $(BUILD)/sciplex3/drugs.tsv \
	    $(BUILD)/sciplex3/out
	test `grep -c '	gim	[0-9]' $(BUILD)/sciplex3/out/results.tsv` -eq 12
bench-prepare:
	$(BUILD)/scanpy/bin/python -W ignore test/bench/prepare.py --gim $(BUILD)/gim --out $(BUILD)/bench

# Environments of their own, as the methods that find graphs need another SciPy than JAX does.
peers: $(BUILD)/peers/done $(BUILD)/graphs/done
$(BUILD)/peers/done: test/bench/peers/requirements.txt
$(BUILD)/graphs/done: test/bench/peers/requirements-graphs.txt
$(BUILD)/scanpy/done: test/bench/peers/requirements-scanpy.txt
$(BUILD)/peers/done $(BUILD)/graphs/done $(BUILD)/scanpy/done:
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --no-deps --requirement $<
	touch $@

# An experiment, in build/experiments/NAME; all of them small, in minutes.
# Those of interventional factor models need what `make peers` sets up; those of real data need DATA.
EXPERIMENTS      := linear nonlinear components sizes misspecified
REAL_EXPERIMENTS := real ifm-pairs
IFM_EXPERIMENTS  := ifm-synthetic
IFM_REAL         := ifm-sachs ifm-dream
experiment_words  = --gim $(BUILD)/gim --out $(BUILD)/experiments $(if $(DATA),--data "$(DATA)")
EXPERIMENT        = python3 test/bench/experiments/experiment.py $(experiment_words)
IFM_EXPERIMENT    = $(BUILD)/peers/bin/python test/bench/experiments/ifm.py $(experiment_words)
.PHONY: experiments $(foreach name,$(EXPERIMENTS) $(REAL_EXPERIMENTS) $(IFM_EXPERIMENTS) $(IFM_REAL),experiment-$(name))
$(patsubst %,experiment-%,$(EXPERIMENTS) $(REAL_EXPERIMENTS)): experiment-%: all
	@$(EXPERIMENT) $*
$(patsubst %,experiment-%,$(IFM_EXPERIMENTS) $(IFM_REAL)): experiment-%: all $(BUILD)/peers/done
	@$(IFM_EXPERIMENT) $*
experiments: all
	@for name in $(EXPERIMENTS) $(if $(DATA),$(REAL_EXPERIMENTS)); do $(EXPERIMENT) --small $$name || exit 1; done
	@if [ ! -e $(BUILD)/peers/done ]; then echo "left out, as \`make peers\` was not run: $(IFM_EXPERIMENTS)"; else \
	    for name in $(IFM_EXPERIMENTS) $(if $(DATA),$(IFM_REAL)); do $(IFM_EXPERIMENT) --small $$name || exit 1; done; fi

# Each test/fuzz/fuzz_*.c is a program that feeds random inputs to one reader.
fuzz: asan
	@for program in $(FUZZ:%=build/asan/fuzz/%); do $(WITH_ASAN) $$program || exit 1; done

# ---- installing ----------------------------------------------------------------------------------------------------

PREFIX       ?= /usr/local
BINDIR       ?= $(PREFIX)/bin
LIBDIR       ?= $(PREFIX)/lib
LIBEXECDIR   ?= $(PREFIX)/libexec/gim
INCLUDEDIR   ?= $(PREFIX)/include
DATADIR      ?= $(PREFIX)/share
MANDIR       ?= $(DATADIR)/man
DOCDIR       ?= $(DATADIR)/doc/libgim
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR     ?= $(LIBDIR)/cmake/gim
BASHCOMPDIR  ?= $(DATADIR)/bash-completion/completions

# Paths below PREFIX are written relative to it, so that an installed tree can be moved.
below_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
from_cmake   = $(shell realpath -m --relative-to="$(CMAKEDIR)" "$(INCLUDEDIR)")

CMAKE_FILES  := gimConfig.cmake gimConfigVersion.cmake

.PHONY: install uninstall
install: all
	$(INSTALL) -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(PKGCONFIGDIR)" "$(DESTDIR)$(CMAKEDIR)" \
	    "$(DESTDIR)$(INCLUDEDIR)/gim" "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(BASHCOMPDIR)" "$(DESTDIR)$(DOCDIR)"
	$(INSTALL) -m 755 $(BUILD)/gim "$(DESTDIR)$(BINDIR)/gim"
	$(if $(H5AD),$(INSTALL) -d "$(DESTDIR)$(LIBEXECDIR)" && \
	    $(INSTALL) -m 755 $(BUILD)/gim-h5ad "$(DESTDIR)$(LIBEXECDIR)/gim-h5ad")
	$(INSTALL) -m 755 $(BUILD)/$(SHARED) "$(DESTDIR)$(LIBDIR)/$(SHARED)"
	ln -sf $(SHARED) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/$(LINK)"
	$(INSTALL) -m 644 $(BUILD)/$(STATIC) "$(DESTDIR)$(LIBDIR)/$(STATIC)"
	$(INSTALL) -m 644 include/gim/*.h "$(DESTDIR)$(INCLUDEDIR)/gim"
	sed -e 's|@VERSION@|$(VERSION)|' -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(call below_prefix,$(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(call below_prefix,$(INCLUDEDIR))|' libgim.pc.in > "$(DESTDIR)$(PKGCONFIGDIR)/libgim.pc"
	for file in $(CMAKE_FILES); do \
	    sed -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' -e 's|@INCLUDE@|$(from_cmake)|' \
	        packaging/cmake/$$file.in > "$(DESTDIR)$(CMAKEDIR)/$$file" || exit 1; \
	done
	$(INSTALL) -m 644 man/gim.1 "$(DESTDIR)$(MANDIR)/man1/gim.1"
	$(INSTALL) -m 644 completions/gim.bash "$(DESTDIR)$(BASHCOMPDIR)/gim"
	$(INSTALL) -m 644 LICENSE "$(DESTDIR)$(DOCDIR)/LICENSE"
	@test -n "$(DESTDIR)" || ldconfig 2>/dev/null || true

uninstall:
	rm -f $(foreach file,$(CMAKE_FILES),"$(DESTDIR)$(CMAKEDIR)/$(file)")
	rmdir "$(DESTDIR)$(CMAKEDIR)" 2>/dev/null || true
	rm -f "$(DESTDIR)$(LIBEXECDIR)/gim-h5ad"
	rm -f "$(DESTDIR)$(BINDIR)/gim" "$(DESTDIR)$(PKGCONFIGDIR)/libgim.pc" "$(DESTDIR)$(MANDIR)/man1/gim.1" \
	    "$(DESTDIR)$(BASHCOMPDIR)/gim" "$(DESTDIR)$(DOCDIR)/LICENSE"
	rm -f $(foreach file,$(SHARED) $(SONAME) $(LINK) $(STATIC),"$(DESTDIR)$(LIBDIR)/$(file)")
	rm -f $(foreach file,$(notdir $(wildcard include/gim/*.h)),"$(DESTDIR)$(INCLUDEDIR)/gim/$(file)")
	rmdir "$(DESTDIR)$(INCLUDEDIR)/gim" "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(LIBEXECDIR)" 2>/dev/null || true
	@test -n "$(DESTDIR)" || ldconfig 2>/dev/null || true

# ---- pipelines -----------------------------------------------------------------------------------------------------

# examples/pipelines: the Snakemake workflow is run; of Nextflow and WDL, what can be without engines and containers.
# Snakemake and miniwdl come from PyPI, into build/pipelines.
PIPELINES := $(BUILD)/pipelines
.PHONY: check-pipelines
check-pipelines: all
	@test -e $(PIPELINES)/done || { python3 -m venv $(PIPELINES) && $(PIPELINES)/bin/pip install --quiet \
	    --requirement test/pipelines/requirements.txt && touch $(PIPELINES)/done; } || \
	    { echo "skipped: Snakemake and miniwdl could not be had from PyPI"; exit 0; }; \
	test -e $(PIPELINES)/done || exit 0; \
	$(RUN) pipelines/snakemake sh test/pipelines/snakemake.sh $(BUILD)/gim $(PIPELINES); \
	$(RUN) pipelines/nextflow $(PIPELINES)/bin/python test/pipelines/nextflow.py $(BUILD)/gim; \
	$(RUN) pipelines/wdl $(PIPELINES)/bin/python test/pipelines/wdl.py $(BUILD)/gim; \
	sh test/run.sh --summary $(LOGS) pipelines/snakemake pipelines/nextflow pipelines/wdl

# ---- the site ------------------------------------------------------------------------------------------------------

# docs/ and the reference of the headers in build/site. What the headers leave undocumented, a broken link, or a page
# without a place in docs/site/contents.md fails.
SITE := $(BUILD)/site
.PHONY: site
site:
	@command -v doxygen >/dev/null && command -v sphinx-build >/dev/null && command -v mandoc >/dev/null || { \
	    echo "make site needs doxygen, sphinx, breathe, myst-parser, furo and mandoc: make deps-site" >&2; exit 1; }
	rm -rf $(SITE)
	mkdir -p $(SITE)
	DOXYGEN_OUT=$(SITE) doxygen docs/site/Doxyfile
	python3 docs/site/stage.py $(SITE)/source
	GIM_VERSION=$(VERSION) DOXYGEN_XML=$(abspath $(SITE))/xml \
	    sphinx-build -q -W --keep-going -c docs/site -d $(SITE)/doctrees $(SITE)/source $(SITE)/html
	@echo $(SITE)/html/index.html

# ---- packages ------------------------------------------------------------------------------------------------------

# Debian's, of the sources as they lie here, in build/deb: libgim0, libgim-dev and gim. check-deb installs and removes
# them in an empty Debian, which takes root.
DEB_TREE := $(BUILD)/deb/libgim-$(VERSION)
.PHONY: deb check-deb
deb:
	@command -v dh dpkg-buildpackage >/dev/null || { echo "make deb needs debhelper: make deps-deb" >&2; exit 1; }
	@test "`dpkg-parsechangelog -l packaging/debian/changelog -S Version | sed 's/-.*//'`" = $(VERSION) || { \
	    echo "packaging/debian/changelog is not of version $(VERSION)" >&2; exit 1; }
	rm -rf $(BUILD)/deb
	mkdir -p $(DEB_TREE)
	tar -c --exclude=./build --exclude=./.git . | tar -x -C $(DEB_TREE)
	cp -r packaging/debian $(DEB_TREE)/debian
	cd $(DEB_TREE) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS dpkg-buildpackage --build=binary --no-sign
	@ls $(BUILD)/deb/*.deb
check-deb:
	@$(RUN) packages/deb sh test/packages/deb.sh $(BUILD)/deb
	@sh test/run.sh --summary $(LOGS) packages/deb

# ---- care of the sources -------------------------------------------------------------------------------------------

.PHONY: format lint dist clean help
format:
	find include lib src examples test bindings/r -name '*.[ch]' -o -name '*.cpp' | xargs clang-format -i

# Slow, and at times wrong: to be read, not obeyed.
lint: $(LIB_SRC:%=lint/%)
lint/%: %
	$(COMPILE) $(LIB_FLAGS) -fanalyzer -Ilib -Iinclude $(LIB_INC) -c -o /dev/null $<

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=libgim-$(VERSION)/ -o $(BUILD)/libgim-$(VERSION).tar.gz HEAD

clean:
	rm -rf build

help:
	@sed -n 's/^## //p' Makefile

endif
