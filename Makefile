# holdfast. The targets:
##   all             build/holdfast
##   demo            the main job on the bundled host of 2004: audit, plan, apply, audit, undo
##   check           unit, lens and command-line tests: check-unit check-lenses check-cli
##   check-asan      unit and command-line tests under AddressSanitizer and UBSan
##   check-oracle    our answers against the real daemons' (CASES=N SEED=N)
##   oracle          the long form, and real files, as a table (SECONDS=N CORPUS=DIR SEED=N)
##   check-crash     kills, failing calls, dying disks, hostile roots, fuzz (FULL=1: all)
##   check-host      a booted Debian 12 host, a virtual terminal, the kernel's audit stream
##   check-fresh     `make deps demo` and `make deps check` in a fresh Debian 12 tree
##   fuzz            libFuzzer over loader, models and lenses (RUNS=N SEED=N)
##   bench           time and memory, ours and others'
##   mutation        faults put into the code that changes files, which the tests must see
##                   (MUTANTS=N SEED=N: a sample; else all; AGAIN=--again)
##   branches        its branches that no test takes, against the list of those that none can
##   lint coverage   static checks; lines that the tests reach
##   install uninstall dist clean deps     (prefix, sysconfdir, DESTDIR)
# One configuration of a build has one folder: build, build/asan, build/install, ... (BUILD=).

VERSION = 0.1.0
BUILD = build

prefix = /usr/local
sbindir = $(prefix)/sbin
libexecdir = $(prefix)/libexec
# Where libpam looks for modules: beside its own.
pamdir = $(patsubst %/pam_permit.so,%,$(firstword $(wildcard /lib/*/security/pam_permit.so \
	/lib64/security/pam_permit.so /lib/security/pam_permit.so) /lib/security/pam_permit.so))
# The one folder that Debian's pam-auth-update looks in.
pamconfigsdir = /usr/share/pam-configs
unitdir = $(prefix)/lib/systemd/system
datadir = $(prefix)/share
mandir = $(datadir)/man
docdir = $(datadir)/doc/holdfast
sysconfdir = /etc
DESTDIR =

CC = gcc
PYTHON = /usr/bin/python3
CFLAGS = -O2 -g
LDFLAGS = -Wl,-z,relro,-z,now
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
LENS_DIR = $(CURDIR)/lenses
# Where Augeas's own lenses are (Debian: augeas-lenses).
STOCK_LENS_DIR = /usr/share/augeas/lenses
PROBE_DIR = $(abspath $(BUILD))
LIBS = -laugeas -lexpat -lyaml -ljansson -laudit -lnettle

# make STATIC=1 BUILD=build/static: one file without shared libraries, which starts faster.
# libaugeas.a asks for parts of libxml2 and libselinux that nothing here calls.
ifdef STATIC
LDFLAGS += -static
UNUSED_LIBRARIES = $(BUILD)/lenses/static/unused_libraries.o
LIBS = $(UNUSED_LIBRARIES) -laugeas -lfa -lexpat -lyaml -ljansson -laudit -lcap-ng -lnettle
endif

override CPPFLAGS += -I. -D_GNU_SOURCE -DHOLDFAST_VERSION='"$(VERSION)"' \
	-DHOLDFAST_LENSES='"$(LENS_DIR)"' -DHOLDFAST_STOCK_LENSES='"$(STOCK_LENS_DIR)"' \
	-DHOLDFAST_PAM_PROBE='"$(PROBE_DIR)/pam_probe"' -DHOLDFAST_PAM_MODULES='"$(pamdir)"' \
	-DHOLDFAST_POLICY='"$(sysconfdir)/holdfast/policy.yaml"'
override CFLAGS += -std=gnu17 $(WARNINGS) $(HARDEN)

# What building and the tests need on Debian 12.
PACKAGES = gcc libc6-dev make pkg-config git \
	libaugeas-dev libxml2-dev libexpat1-dev libyaml-dev libjansson-dev libaudit-dev libcap-ng-dev nettle-dev \
	libacl1-dev libattr1-dev libpam0g-dev libcmocka-dev patch \
	perl python3 python3-jsonschema python3-yaml augeas-tools mandoc valgrind bash-completion \
	openssh-server openssh-client xinetd rsyslog ucspi-tcp portsentry cron nmap rpm \
	acl attr strace util-linux bsdextrautils iproute2 procps mmdebstrap systemd systemd-container \
	libfuse3-dev e2fsprogs xfsprogs btrfs-progs \
	clang-14 libclang-rt-14-dev clang-format clang-tidy cppcheck shellcheck gcovr

SOURCES = $(wildcard base/*.c lenses/*.c policy/*.c policy/kinds/*.c policy/models/*/*.c policy/doors/*.c \
	enforcer/*.c enforcer/commands/*.c enforcer/commands/probe/*.c enforcer/report/*.c)
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
# A shared library for tests/mutation: a function that is loaded before it takes its own's place.
LIBRARY = $(BUILD)/libholdfast.$(if $(SHARED),so,a)
LENSES = $(wildcard lenses/*.aug)
LENS_TESTS = $(wildcard lenses/tests/*.aug)
MANUALS = $(wildcard *.[58] */*.[58] */*/*.[58])

# The content of the suites is found, not listed.
CLI = $(filter-out tests/cli/lib%.sh,$(wildcard tests/cli/*.sh))
UNITS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
HELPERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/cli/*.c tests/oracle/*.c tests/crash/*.c \
	tests/bench/*.c))

SYSTEMD = $(patsubst enforcer/systemd/%.in,%,$(wildcard enforcer/systemd/*.in))

all: $(BUILD)/holdfast $(BUILD)/pam_probe $(BUILD)/pam_holdfast.so $(SYSTEMD:%=$(BUILD)/systemd/%)

$(BUILD)/holdfast: $(BUILD)/enforcer/main.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# A program of its own because modules run in it; libpam would also add 0.05 ms to the start of
# the main program. Never static, as it loads modules, and never sanitized: its dlsym would
# stand before the sanitizer's.
PROBE = enforcer/probe/pam_probe.c
$(BUILD)/pam_probe: $(PROBE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(filter-out -fsanitize% --coverage,$(CFLAGS)) $(WERROR) -MMD -MP \
		$(filter-out -static -fsanitize% --coverage,$(LDFLAGS)) -o $@ $< -lpam

comma = ,

# The module: runs in other people's programs, so nothing of it shows but pam_sm_*, and it
# takes from base what lives without base/memory.h. Never static.
MODULE_SOURCES = $(wildcard pam_module/*.c) base/console_conf.c base/console_file.c \
	base/console_options.c base/console_sum.c
MODULE_OBJECTS = $(MODULE_SOURCES:%.c=$(BUILD)/module/%.o)
$(BUILD)/module/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WERROR) -fPIC -MMD -MP -c -o $@ $<

$(BUILD)/pam_holdfast.so: $(MODULE_OBJECTS) pam_module/pam_holdfast.map
	$(CC) $(CFLAGS) $(filter-out -static,$(LDFLAGS)) -shared \
		$(if $(findstring sanitize,$(CFLAGS)),,-Wl$(comma)-z$(comma)defs) \
		-Wl,--version-script=pam_module/pam_holdfast.map -o $@ $(MODULE_OBJECTS) \
		-lpam -laudit

$(BUILD)/holdfast $(UNITS): | $(UNUSED_LIBRARIES)

MEMBERS = $(filter-out $(BUILD)/enforcer/main.o,$(OBJECTS))
$(LIBRARY): $(MEMBERS) $(BUILD)/members
	rm -f $@ && $(if $(SHARED),$(CC) -shared -o $@ $(MEMBERS) $(LIBS),$(AR) rcs $@ $(MEMBERS))

# Changes when a source file comes or goes.
$(BUILD)/members: FORCE
	@mkdir -p $(@D)
	@echo '$(MEMBERS)' | cmp -s - $@ || echo '$(MEMBERS)' >$@

# Changes when the paths that are built in do, as with another prefix.
$(OBJECTS): $(BUILD)/paths
$(BUILD)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(filter -DHOLDFAST_%,$(CPPFLAGS))' | cmp -s - $@ || echo '$(filter -DHOLDFAST_%,$(CPPFLAGS))' >$@

# Written each time: the paths may be others.
$(BUILD)/systemd/%: enforcer/systemd/%.in enforcer/systemd/hardening FORCE
	@mkdir -p $(@D)
	@sed -e '/^@hardening@$$/{r enforcer/systemd/hardening' -e 'd}' -e 's|@sbindir@|$(sbindir)|' \
		-e 's|@sysconfdir@|$(sysconfdir)|' $< >$@

# augeas.h includes a header of libxml2. Asked only when it is compiled: `make deps` may
# have to install pkg-config first.
$(BUILD)/lenses/parser.o $(BUILD)/lenses/stock.o $(BUILD)/tests/oracle/lens_ask.o \
	$(BUILD)/tests/planted/oracle/lens_ask: override CPPFLAGS += $(shell pkg-config --cflags augeas)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WERROR) -MMD -MP -c -o $@ $<

.SECONDARY: $(UNITS:=.o) $(HELPERS:=.o) $(FUZZERS:=.o)
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBRARY) $(LIBS) $(TEST_LIBS)

$(BUILD)/tests/bench/floor: override LDFLAGS += -static
$(UNITS): TEST_LIBS = -lcmocka
$(FUZZERS): TEST_LIBS = -fsanitize=fuzzer
# The module in a world of the fuzzer's.
WRAPPED = getpwnam_r getgrnam_r getgrouplist open read fstat isatty
$(BUILD)/tests/fuzz/fuzz_module: $(filter $(BUILD)/module/pam_module/%,$(MODULE_OBJECTS))
$(BUILD)/tests/fuzz/fuzz_module: TEST_LIBS = -fsanitize=fuzzer $(WRAPPED:%=-Wl,--wrap=%) \
	$(filter $(BUILD)/module/pam_module/%,$(MODULE_OBJECTS)) $(LIBRARY) -laudit
$(BUILD)/tests/cli/module_ask: TEST_LIBS = -lpam
$(BUILD)/tests/crash/logdisk: TEST_LIBS = -lfuse3

# `make deps check`: nothing is compiled before the compiler is there, under -j either.
DEPS_FIRST = $(filter deps,$(MAKECMDGOALS))
$(OBJECTS) $(MODULE_OBJECTS) $(UNITS:=.o) $(HELPERS:=.o) check-lenses: | $(DEPS_FIRST)

# --- tests: see tests/README ---------------------------------------------------------

check check-unit check-cli check-oracle check-crash check-host: WERROR = -Werror

SUITE = HOLDFAST=$(abspath $(BUILD)/holdfast) HELPERS=$(abspath $(BUILD)/tests) \
	PYTHON=$(PYTHON) CASES=$(CASES) RUNS=$(RUNS) SEED=$(SEED) BUILD=$(abspath $(BUILD))
CASES =
RUNS = $(if $(FULL),1500000,20000)
SEED = 1
FULL =

check: check-unit check-lenses check-cli

check-unit: $(UNITS) $(BUILD)/pam_probe
	@$(SUITE) tests/suite.sh unit $(UNITS)

check-lenses:
	@$(SUITE) tests/suite.sh lenses $(LENS_TESTS)

check-cli: all $(filter $(BUILD)/tests/cli/%,$(HELPERS)) $(BUILD)/tests/crash/starve.so
	@test -n "$(CLI)" || { echo "cli: no content in the project yet"; exit 1; }
	@$(SUITE) prove -j 2 -e bash $(CLI)

# The asking programs once more, each with the fault of tests/oracle/plants in its model.
FAULTY = $(patsubst %,$(BUILD)/tests/planted/oracle/%,$(shell sed -n 's/^[a-z][^ ]* \([^ ]*\) .*/\1/p' tests/oracle/plants))
$(BUILD)/tests/planted/oracle/%: tests/oracle/%.c tests/oracle/plants $(LIBRARY)
	@mkdir -p $(@D)
	tests/plant.sh tests/oracle/plants $* $@.model.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -w $(LDFLAGS) -o $@ $< $@.model.c $(LIBRARY) $(LIBS)

ORACLES = $(filter-out tests/oracle/plants.py,$(wildcard tests/oracle/*.py))
CORPUS = $(firstword $(wildcard ../shared/corpus) tests/oracle/corpus)
check-oracle: $(BUILD)/holdfast $(filter $(BUILD)/tests/oracle/%,$(HELPERS)) $(FAULTY)
	@rm -f $(BUILD)/oracle/*.row
	@status=0; $(SUITE) tests/suite.sh oracle $(wildcard tests/oracle/*.py) || status=1; \
		$(call REAL_FILES,tests/oracle/corpus); \
		$(SUITE) $(PYTHON) tests/oracle/lib/table.py; exit $$status
# 77: none of DIR are for it
REAL_FILES = for oracle in $(ORACLES); do \
	$(SUITE) $(PYTHON) $$oracle --corpus $1 || [ $$? -eq 77 ] || status=1; done

# The long form, its own numbers of cases or SECONDS= for each, and the real files.
oracle: $(BUILD)/holdfast $(filter $(BUILD)/tests/oracle/%,$(HELPERS))
	@rm -f $(BUILD)/oracle/*.row
	@status=0; for oracle in $(ORACLES); do $(SUITE) $(PYTHON) $$oracle $(SECONDS:%=--seconds %) --seed $(SEED) || status=1; done; \
		$(call REAL_FILES,$(CORPUS)); \
		$(SUITE) $(PYTHON) tests/oracle/lib/table.py; exit $$status

# The driver, or the program, with one fault of tests/crash/plants, which a harness must catch. An
# object file given before the library takes the place of the library's own.
PLANTED = $(shell sed -n 's|^\([A-Z_]*\) \([^ ]*\) .*|$(BUILD)/tests/crash/\2-\1|p' tests/crash/plants)

$(BUILD)/tests/crash/%.so: tests/crash/lib/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WERROR) -shared -fPIC -o $@ $<

check-crash: $(BUILD)/holdfast $(filter $(BUILD)/tests/crash/%,$(HELPERS)) $(PLANTED) \
	$(BUILD)/tests/crash/starve.so
	@rm -f $(BUILD)/crash/*.row $(BUILD)/fuzz/crash/*.row
	@status=0; $(SUITE) FULL=$(FULL) tests/suite.sh crash $(CRASH) || status=1; \
		$(MAKE) --no-print-directory fuzz || status=1; \
		$(SUITE) FULL=$(FULL) $(PYTHON) tests/crash/lib/table.py || status=1; exit $$status
CRASH = $(wildcard tests/crash/*.sh tests/crash/*.py)

define PLANT
	@mkdir -p $(@D)
	tests/plant.sh tests/crash/plants $* $@.c
	$(CC) $(CPPFLAGS) $(shell pkg-config --cflags augeas) $(CFLAGS) -w $(LDFLAGS) -o $@ $< $@.c $(LIBRARY) $(LIBS)
endef
$(BUILD)/tests/crash/driver-%: tests/crash/driver.c $(LIBRARY) tests/crash/plants
	$(PLANT)
$(BUILD)/tests/crash/holdfast-%: enforcer/main.c $(LIBRARY) tests/crash/plants
	$(PLANT)

check-host:
	@$(SUITE) tests/suite.sh host $(wildcard tests/host/*.py)

bench: all $(BUILD)/tests/cli/module_ask $(filter $(BUILD)/tests/bench/%,$(HELPERS))
	@$(MAKE) --no-print-directory STATIC=1 BUILD=$(BUILD)/static all
	@$(SUITE) STATIC_HOLDFAST=$(abspath $(BUILD))/static/holdfast tests/suite.sh bench $(wildcard tests/bench/*.sh tests/bench/*.py)

check-fresh:
	tests/fresh.sh

demo: $(BUILD)/holdfast
	@$(SUITE) tests/demo.sh

CONFIGURE = @$(MAKE) --no-print-directory HARDEN=
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

check-asan:
	+$(CONFIGURE) BUILD=$(BUILD)/asan CFLAGS="-O1 -g -DFILE_TIME=30000 $(SANITIZE)" LDFLAGS="$(SANITIZE)" \
		check-unit check-cli

fuzz:
	+$(CONFIGURE) BUILD=$(BUILD)/fuzz CC=clang-14 LDFLAGS="$(SANITIZE)" \
		CFLAGS="-O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link" run-fuzzers

run-fuzzers: $(FUZZERS)
	@$(SUITE) tests/suite.sh fuzz $(FUZZERS)

# A program that counts its lines writes them down: the test that an audit writes nothing
# fails here, and no failure counts.
coverage:
	+-$(CONFIGURE) --keep-going BUILD=$(BUILD)/coverage CFLAGS="-O0 -g --coverage -DCOUNT_LINES" \
		LDFLAGS=--coverage \
		check-unit check-cli
	@gcovr --root . --object-directory $(BUILD)/coverage --exclude tests/ \
		--html-details $(BUILD)/coverage/index.html --txt $(BUILD)/coverage/summary.txt
	@tail -n 4 $(BUILD)/coverage/summary.txt; echo "$(BUILD)/coverage/index.html has each line"

# See tests/mutation/mutate.py.
MUTANTS = 0
AGAIN =
mutation:
	+$(CONFIGURE) SHARED=1 BUILD=$(abspath $(BUILD))/mutation CFLAGS="-O1 -fPIC" LDFLAGS= run-mutants

MEASURED = replace meddled storage recovery apart transaction journal trial record attributes \
	verify refusals failing live calls
MEASURING = $(MEASURED:%=$(BUILD)/tests/unit/test_%)
run-mutants: $(MEASURING)
	@$(SUITE) $(PYTHON) tests/mutation/mutate.py $(AGAIN) --cases $(MUTANTS) --seed $(SEED) \
		--tests "$(MEASURED)" \
		--compile '$(CC) $(CPPFLAGS) $(CFLAGS)'

# See tests/mutation/branches.py.
branches:
	+$(CONFIGURE) BUILD=$(BUILD)/coverage CFLAGS="-O0 -g --coverage -DCOUNT_LINES" \
		LDFLAGS=--coverage count-branches

count-branches: $(MEASURING) $(BUILD)/tests/unit/test_errands
	@find $(BUILD) -name '*.gcda' -delete
	@$(SUITE) $(PYTHON) tests/mutation/branches.py errands $(MEASURED) 'calls PLACES=1' \
		'journal IN_PLACE=1' 'transaction IN_PLACE=1' 'trial IN_PLACE=1'

# --- lint ----------------------------------------------------------------------------

LINTS = lint-format lint-tidy lint-cppcheck lint-analyzer lint-manuals lint-lenses lint-scripts
lint: $(LINTS)

lint-format:
	clang-format --dry-run -Werror $$(find base lenses policy enforcer pam_module tests -name '*.[ch]')

# A third of the paths that clang's analyzer would follow by default, in a third of the time.
lint-tidy:
	@echo clang-tidy; printf '%s\n' $(SOURCES) $(PROBE) $(wildcard pam_module/*.c) | xargs -P 2 -I{} \
		clang-tidy --quiet --warnings-as-errors='*' {} -- $(CPPFLAGS) -std=gnu17 \
		-Xclang -analyzer-config -Xclang max-nodes=75000 \
		$(shell pkg-config --cflags augeas)

lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -I. -D_GNU_SOURCE \
		-D__$(shell uname -m)__=1 \
		--enable=warning,performance,portability $(SOURCES) $(PROBE) $(wildcard pam_module/*.c)

lint-analyzer:
	+$(CONFIGURE) --keep-going BUILD=$(BUILD)/analyzer WERROR=-Werror CFLAGS="-O1 -g -fanalyzer" all

# Which other manuals happen to be installed here is no fault of ours.
lint-manuals:
	! mandoc -T lint -W style $(MANUALS) 2>&1 | \
		grep -v 'referenced manual not found\|outdated mandoc.db'

lint-lenses:
	@$(SUITE) tests/suite.sh lenses $(LENSES) $(LENS_TESTS)

lint-scripts:
	@! grep -rnF '$(CURDIR)/' --include='*.expected' tests || \
		{ echo "*** an expected text holds the path where the project lies" >&2; exit 1; }
	shellcheck -S warning $(wildcard .ci/run tests/*.sh tests/*/*.sh)

# --- install -------------------------------------------------------------------------

# MODE:SOURCE:DESTINATION, for install and uninstall alike
INSTALLED = 755:$(BUILD)/install/holdfast:$(sbindir)/holdfast \
	755:$(BUILD)/install/pam_probe:$(libexecdir)/holdfast/pam_probe \
	644:$(BUILD)/install/pam_holdfast.so:$(pamdir)/pam_holdfast.so \
	644:pam_module/pam-configs/holdfast:$(pamconfigsdir)/holdfast \
	755:pam_module/authselect/add-feature:$(datadir)/holdfast/authselect/add-feature \
	$(foreach f,$(SYSTEMD),644:$(BUILD)/install/systemd/$f:$(unitdir)/$f) \
	$(foreach f,$(LENSES),644:$f:$(datadir)/holdfast/$f) \
	$(foreach f,$(wildcard policy/profiles/*.yaml policy/profiles/*/*.yaml),644:$f:$(datadir)/holdfast/$(f:policy/%=%)) \
	$(foreach f,$(wildcard enforcer/report/*.schema.json),644:$f:$(datadir)/holdfast/$(notdir $f)) \
	$(foreach f,$(MANUALS),644:$f:$(mandir)/man$(subst .,,$(suffix $f))/$(notdir $f)) \
	$(foreach f,$(wildcard enforcer/*.bash),644:$f:$(datadir)/bash-completion/completions/$(notdir $(f:.bash=))) \
	$(foreach f,README.md INSTALL CONTRIBUTING.md SECURITY.md LICENSE,644:$f:$(docdir)/$f)

field = $(word $1,$(subst :, ,$2))
# A new file takes the old one's place when it is whole and on the disk, for
# a stack may name the module, and libpam refuses everybody where it can't load one.
define install_file
	@echo install -m $(call field,1,$1) $(call field,2,$1) $(DESTDIR)$(call field,3,$1)
	@new=$(DESTDIR)$(call field,3,$1).new; \
	install -D -m $(call field,1,$1) $(call field,2,$1) $$new && sync $$new && \
		mv -fT $$new $(DESTDIR)$(call field,3,$1) || { rm -f $$new; exit 1; }

endef

install:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/install LENS_DIR=$(datadir)/holdfast/lenses \
		PROBE_DIR=$(libexecdir)/holdfast all
	install -d $(DESTDIR)$(sysconfdir)/holdfast
	$(foreach f,$(INSTALLED),$(call install_file,$f))

# A stack that names a module which is gone refuses everybody. Here libpam looks for stacks, by
# distribution, and here authselect keeps what it makes them of.
STACKS = /etc/pam.conf /etc/pam.d /usr/lib/pam.d /usr/etc/pam.d /usr/share/pam.d \
	/etc/authselect /usr/share/authselect/vendor
# And those that they include by a path, which may lie anywhere, and so on.
INCLUDES = '^[^\#]*(include|substack)[[:space:]]+[^[:space:]\#]*/[^[:space:]\#]+'

uninstall:
	@set -f; stacks="$(addprefix $(DESTDIR),$(STACKS))"; known=; \
	while [ "$$stacks" != "$$known" ]; do \
		known=$$stacks; \
		for path in $$(grep -RahisoE -D skip $(INCLUDES) $$stacks | \
			sed 's|.*[[:space:]]||; s|^[^/]|/etc/pam.d/&|' | sort -u); do \
			case " $$stacks " in *" $(DESTDIR)$$path "*) continue;; esac; \
			[ ! -f "$(DESTDIR)$$path" ] || stacks="$$stacks $(DESTDIR)$$path"; \
		done; \
	done; \
	if grep -RasnE -D skip '^[^#]*pam_holdfast\.so' $$stacks | grep -a .; then \
		echo "These lines ask pam_holdfast.so: take them out first ('holdfast undo'," \
		"'pam-auth-update --disable holdfast', 'authselect select' of another profile)."; exit 1; fi
	@if find $(DESTDIR)/etc/systemd/system -type l \( -path '*.wants/*' -o -path '*.requires/*' \) \
		\( -false $(SYSTEMD:%=-o -name %) \) 2>/dev/null | grep .; then \
		echo "These units are enabled: take them out first ('systemctl disable --now')."; exit 1; fi
	rm -f $(foreach f,$(INSTALLED),$(DESTDIR)$(call field,3,$f))
	@rmdir $(addprefix $(DESTDIR),$(datadir)/holdfast/lenses $(datadir)/holdfast/authselect \
		$(datadir)/holdfast/profiles/overlays $(datadir)/holdfast/profiles \
		$(datadir)/holdfast $(docdir) $(libexecdir)/holdfast $(sysconfdir)/holdfast) 2>/dev/null || true
	@if [ -e $(DESTDIR)$(sysconfdir)/holdfast ]; then \
		echo "$(DESTDIR)$(sysconfdir)/holdfast stays: it holds what is yours."; fi

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=holdfast-$(VERSION)/ -o $(BUILD)/holdfast-$(VERSION).tar.gz HEAD

deps:
	@tests/deps.sh $(PACKAGES)

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^##//p' Makefile

.PHONY: all check check-unit check-lenses check-cli check-oracle oracle check-crash check-host bench \
	check-fresh demo check-asan fuzz run-fuzzers coverage mutation run-mutants \
	branches count-branches lint $(LINTS) \
	install uninstall dist deps clean help FORCE
-include $(OBJECTS:.o=.d) $(MODULE_OBJECTS:.o=.d) $(BUILD)/pam_probe.d $(UNITS:=.d) $(HELPERS:=.d) $(FUZZERS:=.d)
