/* SPDX-License-Identifier: MIT */
/* Is it UTF-8? */
#ifndef UTF8_H
#define UTF8_H

/* Bytes of the character that text begins with, 1 to 4; 0 if they are not UTF-8 (RFC 3629). */
unsigned utf8_length(const char *text);

#endif
