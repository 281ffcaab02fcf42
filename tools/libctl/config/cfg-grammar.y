/* SPDX-License-Identifier: GPL-2.0-only */
/* The sentences of xl.cfg: KEY = VALUE or KEY += VALUE, one on a line or divided by semicolons. */
%code requires {
#include "cfg-tree.h"
#include "cfg-parse.h"
}

%define api.pure full
%define api.prefix {cfg_yy}
%define api.location.type {cfg_location}
%define parse.error custom
%define parse.lac full
%locations
%param { void *scanner }
%parse-param { struct cfg_parser *parser }

%union {
    char *text;
    struct cfg_value *value;
    bool append;
}

%code {
#include <stdio.h>
#include <stdlib.h>

int cfg_yylex(CFG_YYSTYPE *lval, CFG_YYLTYPE *lloc, void *scanner);
static void cfg_yyerror(const CFG_YYLTYPE *loc, void *scanner, struct cfg_parser *parser,
                        const char *message);
#define YYLLOC_DEFAULT(cur, rhs, n) ((cur) = YYRHSLOC(rhs, (n) ? 1 : 0))
/* Running out of memory ends the parse; everything else has been reported. */
#define NEED(x) do { if (!(x)) { parser->no_memory = true; YYABORT; } } while (0)
}

%token <text> CFG_KEY "a key"
%token <text> CFG_STRING "a string"
%token <text> CFG_NUMBER "a number"
%token <text> CFG_WORD "a bare word"
%token CFG_NEWLINE "end of line"
%token CFG_SEMICOLON "';'"
%token CFG_ASSIGN "'='"
%token CFG_APPEND "'+='"
%token CFG_OPEN "'['"
%token CFG_CLOSE "']'"
%token CFG_COMMA "','"
%token CFG_ERROR "a faulty word"

%type <value> value scalar list items
%type <append> op

%destructor { free($$); } <text>
%destructor { cfg_value_free($$); } <value>

%%

file:
    statements
  | statements setting
  ;

statements:
    %empty
  | statements end
  | statements setting end
  ;

end:
    CFG_NEWLINE
  | CFG_SEMICOLON
  ;

setting:
    CFG_KEY op value    { NEED(cfg_tree_add(parser->tree, &@1, $1, $2, $3) == 0); }
  ;

op:
    CFG_ASSIGN          { $$ = false; }
  | CFG_APPEND          { $$ = true; }
  ;

value:
    scalar
  | list
  ;

scalar:
    CFG_STRING          { $$ = cfg_value_scalar(&@1, $1); NEED($$); }
  | CFG_NUMBER          { $$ = cfg_value_scalar(&@1, $1); NEED($$); }
  ;

list:
    CFG_OPEN blank CFG_CLOSE
                        { $$ = cfg_value_list(&@1); NEED($$); }
  | CFG_OPEN blank items blank CFG_CLOSE
                        { $$ = $3; $$->pos = @1; }
  | CFG_OPEN blank items blank CFG_COMMA blank CFG_CLOSE
                        { $$ = $3; $$->pos = @1; }
  ;

items:
    value               { $$ = cfg_value_list(&@1);
                          if (!$$) cfg_value_free($1);
                          NEED($$);
                          if (cfg_value_push($$, $1)) { cfg_value_free($$); NEED(0); }
                          if (!cfg_parser_check_depth(parser, $$)) { cfg_value_free($$); YYABORT; } }
  | items blank CFG_COMMA blank value
                        { $$ = $1;
                          if (cfg_value_push($$, $5)) { cfg_value_free($$); NEED(0); }
                          if (!cfg_parser_check_depth(parser, $$)) { cfg_value_free($$); YYABORT; } }
  ;

blank:
    %empty
  | blank CFG_NEWLINE
  ;

%%

static void cfg_yyerror(const CFG_YYLTYPE *loc, void *scanner, struct cfg_parser *parser,
                        const char *message)
{
    (void)scanner;
    cfg_parser_error(parser, loc, "%s", message);
}

static int yyreport_syntax_error(const yypcontext_t *ctx, void *scanner, struct cfg_parser *parser)
{
    yysymbol_kind_t expected[4], got = yypcontext_token(ctx);
    int i, n = yypcontext_expected_tokens(ctx, expected, 4);
    char wanted[128] = "";
    size_t len = 0;

    (void)scanner;
    if (got == YYSYMBOL_CFG_ERROR)
        return 0;
    for (i = 0; i < n; i++) {
        const char *sep = i == 0 ? "" : i == n - 1 ? " or " : ", ";

        len += (size_t)snprintf(wanted + len, sizeof(wanted) - len, "%s%s", sep,
                                yysymbol_name(expected[i]));
        if (len >= sizeof(wanted))
            break;
    }
    cfg_parser_unexpected(parser, yypcontext_location(ctx), yysymbol_name(got),
                          got == YYSYMBOL_CFG_KEY || got == YYSYMBOL_CFG_WORD, wanted);
    return 0;
}
