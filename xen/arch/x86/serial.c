/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/io.h>
#include <asm/serial.h>
#include <xen/console.h>
#include <xen/event.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/timer.h>
#include <xen/time.h>

#define THR 0
#define IER 1
#define FCR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define LSR_DATA 0x01
#define LSR_THRE 0x20

bool console_owns_com1 = true;
static bool present;
static unsigned baud = 115200;
static struct timer poll_timer;

static int parse_com1(const char *s)
{
    unsigned b = (unsigned)simple_strtoul(s, NULL, 10);

    if (!b || b > 115200)
        return -1;
    baud = b;
    if (present)
        serial_init();
    return 0;
}
custom_param("com1", parse_com1);

void serial_init(void)
{
    uint16_t divisor = (uint16_t)(115200 / baud);

    outb(COM1_PORT + IER, 0);
    outb(COM1_PORT + LCR, 0x80);
    outb(COM1_PORT + THR, (uint8_t)divisor);
    outb(COM1_PORT + IER, (uint8_t)(divisor >> 8));
    outb(COM1_PORT + LCR, 0x03);
    outb(COM1_PORT + FCR, 0x07);
    outb(COM1_PORT + MCR, 0x03);
    present = inb(COM1_PORT + LSR) != 0xff;
}

void serial_enable(bool on)
{
    console_owns_com1 = on;
}

static void put_raw(char c)
{
    for (unsigned spin = 0; !(inb(COM1_PORT + LSR) & LSR_THRE) && spin < 100000; spin++)
        cpu_relax();
    outb(COM1_PORT + THR, (uint8_t)c);
}

void serial_putc(char c)
{
    if (!present || !console_owns_com1)
        return;
    if (c == '\n')
        put_raw('\r');
    put_raw(c);
}

/* Three Ctrl-A in a row switch between dom0's input and the debug keys. */
static void serial_input(char c)
{
    static unsigned escapes;
    static bool to_xen;

    if (c == 0x01 && ++escapes == 3) {
        escapes = 0;
        to_xen = !to_xen;
        printk("*** Serial input to %s (type 'CTRL-a' three times to switch input)\n",
               to_xen ? "Xen" : "DOM0");
        return;
    }
    if (c != 0x01)
        escapes = 0;
    if (to_xen)
        handle_keypress((unsigned char)c);
    else
        console_input(c);
}

void serial_poll(void)
{
    bool any = false;

    if (!present || !console_owns_com1)
        return;
    for (unsigned n = 0; n < 64 && (inb(COM1_PORT + LSR) & LSR_DATA); n++) {
        serial_input((char)inb(COM1_PORT + THR));
        any = true;
    }
    if (any)
        send_global_virq(VIRQ_CONSOLE);
}

static void poll_tick(void *unused)
{
    (void)unused;
    serial_poll();
    timer_set(&poll_timer, get_s_time() + MILLISECS(20));
}

void serial_irq_init(void)
{
    if (!present || !console_owns_com1)
        return;
    timer_init(&poll_timer, poll_tick, NULL, 0);
    timer_set(&poll_timer, get_s_time() + MILLISECS(20));
}
