/* Rows of text: a label and what it tells. */
#ifndef KR_RUN_TEXT_H
#define KR_RUN_TEXT_H

#include "base/ctx.h"

#include <stdio.h>

/** "label    text", with an empty label below a row of the same kind. */
void kr_text_row(FILE *out, const char *label, const char *format, ...) KR_PRINTF(3, 4);

#endif
