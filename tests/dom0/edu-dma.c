/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Orders DMA from QEMU's edu device by hand, as a root user of dom0 can from any device:
 *
 *   edu-dma DEVICE FROM [TO ...]
 *
 * FROM and each TO are the device's addresses of memory, in hexadecimal, or "own": a page of this
 * program. 2048 bytes go from FROM into the device and from there to each TO. What came to
 * an own page is said: "pattern" when it is what the own page held, else its first bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE              4096u
#define BYTES             2048u /* QEMU 7.2 ends when a transfer reaches the end of the device's page */
#define BAR_BYTES         (1u << 20)
#define REG_FROM          0x80
#define REG_TO            0x88
#define REG_COUNT         0x90
#define REG_COMMAND       0x98
#define START             1u
#define TO_MEMORY         2u
#define DEVICE_BUFFER     0x40000u
#define PCI_COMMAND       4
#define MEMORY_AND_MASTER 6u
#define POLLS             1000

static void die(const char *what)
{
    fprintf(stderr, "edu-dma: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_part(const char *device, const char *part)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", device, part);
    fd = open(path, O_RDWR | O_SYNC);
    if (fd < 0)
        die(path);
    return fd;
}

static volatile char *map_device(const char *device)
{
    int config = open_part(device, "config"), bar = open_part(device, "resource0");
    uint16_t command;
    void *at;

    if (pread(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
        die("reading the command register");
    command |= MEMORY_AND_MASTER;
    if (pwrite(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
        die("writing the command register");
    at = mmap(NULL, BAR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, bar, 0);
    if (at == MAP_FAILED)
        die("mapping the device");
    close(config);
    close(bar);
    return at;
}

/* A page that stays where it is, and its address for devices. */
static unsigned char *own_page(uint64_t *address)
{
    unsigned char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t entry;

    if (page == MAP_FAILED || fd < 0)
        die("a page of our own");
    page[0] = 1;
    if (pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)page / PAGE * sizeof(entry))) !=
        sizeof(entry))
        die("/proc/self/pagemap");
    close(fd);
    *address = (entry & ((1ull << 55) - 1)) * PAGE;
    return page;
}

static void put(volatile char *device, unsigned reg, uint64_t value)
{
    *(volatile uint64_t *)(device + reg) = value;
}

static void transfer(volatile char *device, uint64_t from, uint64_t to, uint64_t direction)
{
    put(device, REG_FROM, from);
    put(device, REG_TO, to);
    put(device, REG_COUNT, BYTES);
    put(device, REG_COMMAND, START | direction);
    for (unsigned i = 0; i < POLLS; i++) {
        if (!(*(volatile uint64_t *)(device + REG_COMMAND) & START))
            return;
        usleep(10000);
    }
    errno = ETIMEDOUT;
    die("the device did not end its transfer");
}

static uint64_t address_of(const char *word, uint64_t own)
{
    char *end;
    uint64_t value = strtoull(word, &end, 16);

    if (!strcmp(word, "own"))
        return own;
    if (end == word || *end) {
        errno = EINVAL;
        die(word);
    }
    return value;
}

static void fill(unsigned char *page)
{
    for (unsigned i = 0; i < PAGE; i++)
        page[i] = (unsigned char)(i * 7 + i / 256 + 1);
}

static void say(const unsigned char *came, const unsigned char *pattern)
{
    if (!memcmp(came, pattern, BYTES)) {
        puts("pattern");
        return;
    }
    for (unsigned i = 0; i < 16; i++)
        printf("%02x", came[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    uint64_t source, target;
    unsigned char *pattern, *came;
    volatile char *device;

    if (argc < 3) {
        fprintf(stderr, "usage: edu-dma DEVICE FROM [TO ...]\n");
        return 2;
    }
    device = map_device(argv[1]);
    pattern = own_page(&source);
    came = own_page(&target);
    fill(pattern);
    transfer(device, address_of(argv[2], source), DEVICE_BUFFER, 0);
    for (int i = 3; i < argc; i++) {
        memset(came, 0, PAGE);
        transfer(device, DEVICE_BUFFER, address_of(argv[i], target), TO_MEMORY);
        if (!strcmp(argv[i], "own"))
            say(came, pattern);
    }
    return 0;
}
