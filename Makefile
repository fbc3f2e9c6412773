# holdfast. BUILD names the folder of one configuration: build, build/asan, ...
BUILD = build
CC = gcc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
LENS_DIR = $(CURDIR)/lenses
VERSION = 0.1.0
override CPPFLAGS += -I. -D_GNU_SOURCE -DHOLDFAST_LENSES='"$(LENS_DIR)"' -DHOLDFAST_VERSION='"$(VERSION)"'
override CFLAGS += -std=gnu17 $(WARNINGS)
LIBS = -laugeas -lyaml -ljansson -laudit -lgcrypt

SOURCES = $(wildcard base/*.c lenses/*.c policy/*.c policy/kinds/*.c policy/models/*.c \
	enforcer/*.c enforcer/commands/*.c enforcer/report/*.c)
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY = $(BUILD)/libholdfast.a
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

all: $(BUILD)/holdfast

$(BUILD)/holdfast: $(BUILD)/enforcer/main.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(filter-out $(BUILD)/enforcer/main.o,$(OBJECTS))
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(LIBS) -lcmocka

check-unit: $(UNITS)
	@set -e; for test in $(UNITS); do $$test; done

clean:
	rm -rf $(BUILD)

.PHONY: all check-unit clean
-include $(OBJECTS:.o=.d) $(UNITS:=.d)
