/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/io.h>
#include <asm/ioapic.h>
#include <asm/serial.h>
#include <xen/console.h>
#include <xen/event.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/timer.h>
#include <xen/time.h>

#define THR 0
#define IER 1
#define IER_DATA 0x01
#define IER_THRE 0x02
#define IIR 2
#define FCR 2
#define LCR 3
#define MCR 4
#define MCR_INTERRUPT 0x08 /* "output 2": lets the interrupt out */
#define LSR 5
#define LSR_DATA 0x01
#define LSR_THRE 0x20

bool console_owns_com1 = true;
static bool present;
static unsigned baud = 115200;
static struct timer poll_timer;  /* reads what has come */
static bool by_interrupt;        /* it is set by the port's interrupt, not every 20 ms */
static bool polled;              /* it is not to be: com1= says so */
static unsigned nr_interrupts;

#define COM1_IRQ 4
#define POLL_PERIOD MILLISECS(20)
#define PROBE_TIME MILLISECS(20)

/* The field after n commas; NULL: there is none. */
static const char *field_at(const char *s, unsigned n)
{
    while (n && *s)
        if (*s++ == ',')
            n--;
    return n ? NULL : s;
}

/* As Xen's: baud rate, format, port and interrupt; the last as 0 has the input polled. */
static int parse_com1(const char *s)
{
    unsigned b = (unsigned)simple_strtoul(s, NULL, 10);
    const char *port = field_at(s, 2), *irq = field_at(s, 3);
    unsigned irq_nr = irq ? (unsigned)simple_strtoul(irq, NULL, 10) : COM1_IRQ;

    if (!b || b > 115200 || (port && simple_strtoul(port, NULL, 0) != COM1_PORT) ||
        (irq_nr && irq_nr != COM1_IRQ))
        return -1;
    baud = b;
    polled = !irq_nr;
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

/* Hands over what has been received, a FIFO's worth and more; true if the port has still not had enough. */
static bool receive(void)
{
    unsigned n = 0;

    while (n < 64 && (inb(COM1_PORT + LSR) & LSR_DATA)) {
        serial_input((char)inb(COM1_PORT + THR));
        n++;
    }
    if (n)
        send_global_virq(VIRQ_CONSOLE);
    return n == 64;
}

static void poll_tick(void *unused)
{
    (void)unused;
    if (receive())
        timer_set(&poll_timer, get_s_time());
    else if (!by_interrupt)
        timer_set(&poll_timer, get_s_time() + POLL_PERIOD);
}

/* Debug keys are answered at length: not here, but when the processor next looks at its timers. */
static void com1_interrupt(void *unused, uint8_t vector)
{
    (void)unused;
    (void)vector;
    (void)inb(COM1_PORT + IIR); /* takes back the one for an empty transmitter */
    WRITE_ONCE(nr_interrupts, nr_interrupts + 1);
    timer_set(&poll_timer, get_s_time());
}

/* Whether the port's interrupt arrives: an empty transmitter makes one at once. */
static bool __init interrupt_works(void)
{
    int vector = irq_alloc_vector(com1_interrupt, NULL);
    uint32_t gsi = isa_irq_to_gsi(COM1_IRQ);
    s_time_t deadline;

    if (vector < 0)
        return false;
    ioapic_set_pin(gsi, (uint8_t)vector, false, false);
    ioapic_unmask(gsi);
    outb(COM1_PORT + MCR, 0x03 | MCR_INTERRUPT);
    outb(COM1_PORT + IER, IER_THRE);
    deadline = get_s_time() + PROBE_TIME;
    while (!READ_ONCE(nr_interrupts) && get_s_time() < deadline)
        cpu_relax();
    outb(COM1_PORT + IER, IER_DATA);
    if (READ_ONCE(nr_interrupts))
        return true;
    ioapic_mask(gsi);
    return false;
}

void __init serial_irq_init(void)
{
    if (!present || !console_owns_com1)
        return;
    timer_init(&poll_timer, poll_tick, NULL, 0);
    by_interrupt = !polled && interrupt_works();
    if (!by_interrupt)
        printk(XENLOG_WARNING "COM1: %s, input is polled\n", polled ? "without interrupt" : "no interrupt arrives");
    timer_set(&poll_timer, get_s_time());
}
