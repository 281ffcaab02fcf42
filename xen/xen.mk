# SPDX-License-Identifier: GPL-2.0-only
# Builds the hypervisor: make -f xen/xen.mk srcdir=xen O=build/xen [CC=clang] [DEBUG=1]
#   $(O)/cloister       ELF32 multiboot image, for QEMU's -kernel and for GRUB
#   $(O)/cloister-syms  the same as ELF64 with symbols, for debuggers and profiles
srcdir ?= $(patsubst %/xen.mk,%,$(lastword $(MAKEFILE_LIST)))
O ?= $(srcdir)/build
CC ?= gcc
NM ?= nm
OBJCOPY ?= objcopy
PYTHON ?= python3
VERSION ?= 0.1.0

srcs := $(sort $(patsubst $(srcdir)/%,%,$(shell find $(srcdir)/common $(srcdir)/lib $(srcdir)/arch/x86 \
          -name '*.c' -o -name '*.S')))
objs := $(addprefix $(O)/,$(addsuffix .o,$(basename $(srcs))))

is_clang := $(findstring clang,$(shell $(CC) --version))
flags := -std=gnu11 -O2 -g -ffreestanding -fno-builtin -fno-pic -fno-pie -mcmodel=kernel -m64 -mno-red-zone \
         -mno-mmx -mno-sse -mno-sse2 -mno-avx -mno-80387 -msoft-float -fno-common -fno-strict-aliasing \
         -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fno-jump-tables -ffunction-sections \
         -fstack-protector-strong -mstack-protector-guard=global -fno-delete-null-pointer-checks \
         -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wimplicit-fallthrough \
         -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
         -I$(srcdir)/include -I$(srcdir)/arch/x86/include -D__XEN__ -DCLOISTER_VERSION='"$(VERSION)"'
ifeq ($(is_clang),)
flags += -fno-tree-loop-distribute-patterns
endif
ifdef DEBUG
flags += -DCLOISTER_DEBUG
endif
aflags := -D__ASSEMBLY__ -DPAYLOAD=\"$(O)/payload.elf\" -m64 -I$(srcdir)/include -I$(srcdir)/arch/x86/include
FIRMWARE ?= $(O)/../firmware/cloister-boot.elf
lds := $(srcdir)/arch/x86/xen.lds
ldflags := -m elf_x86_64 -z noexecstack -z max-page-size=0x1000 --no-warn-rwx-segments -T $(lds) --gc-sections --build-id=none

all: $(O)/cloister

$(O)/%.o: $(srcdir)/%.c $(srcdir)/xen.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $*.c" &&) $(CC) $(flags) -MMD -MP -c $< -o $@

$(O)/arch/x86/payload.o: $(O)/payload.elf

# Without what only debuggers read.
$(O)/payload.elf: $(FIRMWARE)
	@mkdir -p $(@D)
	@$(OBJCOPY) --strip-all $< $@

$(O)/%.o: $(srcdir)/%.S $(srcdir)/xen.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "  AS      $*.S" &&) $(CC) $(aflags) -MMD -MP -c $< -o $@

# The image holds its own symbol table: link without, list the symbols, link again with.
$(O)/cloister-syms: $(objs) $(lds) $(srcdir)/tools/symbols.py
	$(if $(V),,@echo "  LD      $@" &&) ld $(ldflags) -o $(O)/pass1 $(objs)
	@$(NM) -n $(O)/pass1 | $(PYTHON) $(srcdir)/tools/symbols.py > $(O)/symbols.S
	@$(CC) $(aflags) -c $(O)/symbols.S -o $(O)/symbols.o
	@ld $(ldflags) -o $(O)/pass2 $(objs) $(O)/symbols.o
	@$(NM) -n $(O)/pass2 | $(PYTHON) $(srcdir)/tools/symbols.py > $(O)/symbols.S
	@$(CC) $(aflags) -c $(O)/symbols.S -o $(O)/symbols.o
	@ld $(ldflags) -o $@ $(objs) $(O)/symbols.o
	@rm -f $(O)/pass1 $(O)/pass2

$(O)/cloister: $(O)/cloister-syms
	@$(OBJCOPY) -O elf32-i386 --strip-all --change-section-vma '*-0xffffffff80000000' $< $@
	@echo "  IMAGE   $@"

clean:
	rm -rf $(O)/cloister $(O)/cloister-syms $(O)/symbols.* $(O)/common $(O)/lib $(O)/arch

.PHONY: all clean
-include $(objs:.o=.d)
