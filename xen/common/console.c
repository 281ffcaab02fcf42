/* SPDX-License-Identifier: GPL-2.0-only */
/* The log: a ring in memory and the serial line. Also dom0's console. */
#include <asm/serial.h>
#include <xen/console.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/time.h>

#define CONRING_SIZE 32768u /* power of two */

static char conring[CONRING_SIZE];
static uint32_t conring_prod, conring_cons; /* free running */
static DEFINE_SPINLOCK(console_lock);
static unsigned log_threshold = 2; /* highest level printed */
static bool log_everything;        /* while a debug key answers: it was asked for */
static bool at_line_start = true;
static char input[256];
static uint32_t input_prod, input_cons;

static int parse_loglvl(const char *s)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };

    if (!strncmp(s, "all", 3)) {
        log_threshold = 3;
        return 0;
    }
    if (!strncmp(s, "none", 4)) {
        log_threshold = 0;
        return 0;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        if (!strncmp(s, names[i], strlen(names[i]))) {
            log_threshold = i;
            return 0;
        }
    return -1;
}
custom_param("loglvl", parse_loglvl);

/* Where the log goes: a list of com1, vga, none. Without com1 the serial line stays silent. */
static int parse_console(const char *s)
{
    serial_enable(strstr(s, "com1") != NULL);
    return 0;
}
custom_param("console", parse_console);

static void conring_put(char c)
{
    conring[conring_prod++ & (CONRING_SIZE - 1)] = c;
    if (conring_prod - conring_cons > CONRING_SIZE)
        conring_cons = conring_prod - CONRING_SIZE;
}

static void emit(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        conring_put(s[i]);
        serial_putc(s[i]);
    }
}

void printk(const char *fmt, ...)
{
    char buf[512], *s = buf;
    unsigned long flags;
    unsigned level = 2;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(buf, sizeof(buf), fmt, ap);
    va_end(ap);
    if (s[0] == '<' && s[1] >= '0' && s[1] <= '3' && s[2] == '>') {
        level = (unsigned)(s[1] - '0');
        s += 3;
    }
    if (level > log_threshold && !READ_ONCE(log_everything))
        return;
    spin_lock_irqsave(&console_lock, flags);
    if (at_line_start)
        emit("(XEN) ", 6);
    emit(s, strlen(s));
    at_line_start = *s && s[strlen(s) - 1] == '\n';
    spin_unlock_irqrestore(&console_lock, flags);
}

void console_log_everything(bool on)
{
    WRITE_ONCE(log_everything, on);
}

/* A guest can't forge another's prefix: its own stands at the start of every line. */
void console_guest_write(domid_t id, const char *s, size_t len)
{
    static bool guest_at_start = true;
    static domid_t last_writer = DOMID_INVALID;
    char prefix[16];
    unsigned long flags;

    spin_lock_irqsave(&console_lock, flags);
    if (last_writer != id) {
        if (!guest_at_start)
            emit("\n", 1);
        guest_at_start = true;
        last_writer = id;
    }
    for (size_t i = 0; i < len; i++) {
        char c = s[i];

        if (id && (unsigned char)c < 32 && c != '\n' && c != '\t')
            continue;
        if (id && guest_at_start) {
            snprintf(prefix, sizeof(prefix), "(d%u) ", id);
            emit(prefix, strlen(prefix));
        }
        if (id)
            emit(&c, 1);
        else
            serial_putc(c); /* dom0 keeps its own log; ours is for the hypervisor and guests */
        guest_at_start = c == '\n';
    }
    at_line_start = true;
    spin_unlock_irqrestore(&console_lock, flags);
}

void console_input(char c)
{
    unsigned long flags;

    spin_lock_irqsave(&console_lock, flags);
    if (input_prod - input_cons < sizeof(input))
        input[input_prod++ % sizeof(input)] = c;
    spin_unlock_irqrestore(&console_lock, flags);
}

size_t console_guest_read(char *buf, size_t len)
{
    unsigned long flags;
    size_t n = 0;

    spin_lock_irqsave(&console_lock, flags);
    while (n < len && input_cons != input_prod)
        buf[n++] = input[input_cons++ % sizeof(input)];
    spin_unlock_irqrestore(&console_lock, flags);
    return n;
}

size_t conring_read(char *buf, size_t len, uint32_t *idx, bool clear)
{
    unsigned long flags;
    uint32_t i = *idx;
    size_t n = 0;

    spin_lock_irqsave(&console_lock, flags);
    if ((int32_t)(i - conring_cons) < 0 || conring_prod - i > CONRING_SIZE)
        i = conring_cons;
    while (n < len && i != conring_prod)
        buf[n++] = conring[i++ & (CONRING_SIZE - 1)];
    if (clear)
        conring_cons = conring_prod;
    spin_unlock_irqrestore(&console_lock, flags);
    *idx = i;
    return n;
}

uint32_t conring_start(void)
{
    return conring_cons;
}

uint32_t conring_end(void)
{
    return conring_prod;
}

/* After a fault the lock may be held by the processor that died, and everything is worth telling. */
void console_force_unlock(void)
{
    log_threshold = 3;
    spin_lock_init(&console_lock);
}
