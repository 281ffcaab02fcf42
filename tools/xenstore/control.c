/* SPDX-License-Identifier: GPL-2.0-only */
/* control: commands to the daemon itself. */
#include "xenstore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last line of an answer that was too long for one message, before what to ask for the rest. */
#define CONTINUED "# continued by: "

#define EXIT_REFUSED 3 /* as Xen's program has it */
#define MAX_WORDS    16

static int explain(struct run *r, int rc)
{
    const char *help = "help";
    char *text;

    if (rc == -EINVAL && ctl_store_control(r->store, &help, 1, &text) == 0) {
        complain(r, "the daemon does not take this command. %s", text);
        free(text);
    } else {
        complain(r, "%s: %s", r->args[0], strerror(-rc));
    }
    return EXIT_REFUSED;
}

/* Cuts the note of a continuation off the text; its words, or 0. */
static size_t take_continuation(char *text, const char **words)
{
    size_t nr = 0;
    char *note = text, *save;

    while (note && strncmp(note, CONTINUED, strlen(CONTINUED)) != 0) {
        note = strchr(note, '\n');
        note = note ? note + 1 : NULL;
    }
    if (!note)
        return 0;
    *note = '\0';
    note += strlen(CONTINUED);
    for (char *word = strtok_r(note, " \n", &save); word && nr < MAX_WORDS;
         word = strtok_r(NULL, " \n", &save))
        words[nr++] = word;
    return nr;
}

static void print_text(const char *text)
{
    size_t len = strlen(text);

    fputs(text, stdout);
    if (len && text[len - 1] != '\n')
        putchar('\n');
}

int run_control(struct run *r)
{
    static const char *help[] = { "help" };
    const char *words[MAX_WORDS];
    const char *const *args = r->nr_args ? (const char *const *)r->args : help;
    size_t nr = r->nr_args ? (size_t)r->nr_args : 1;
    char *last = NULL;

    if (!strcmp(args[0], "live-update"))
        return run_live_update(r);
    while (nr > 0) {
        char *text;
        int rc = ctl_store_control(r->store, args, nr, &text);

        free(last);
        if (rc < 0)
            return explain(r, rc);
        nr = take_continuation(text, words);
        print_text(text);
        args = words;
        last = text; /* words point into it */
    }
    free(last);
    return 0;
}
