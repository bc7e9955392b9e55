/* utf8.h - UTF-8 (RFC 3629) as bytes, code points and UTF-16 units.
 *
 * Inside Copydesk every text is valid UTF-8 and every position a byte offset; records speak code points (or
 * what the configuration asks for). Pure functions on caller's memory; any thread. */
#ifndef COPYDESK_UTF8_H
#define COPYDESK_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/slice.h"

/* Decode the code point at bytes[at] of valid UTF-8; *size gets its bytes (1 to 4). */
uint32_t cd_utf8_decode(struct cd_slice text, size_t at, unsigned *size);
/* Encode into out[4]; returns the bytes written (1 to 4). */
unsigned cd_utf8_encode(uint32_t codepoint, char out[4]);
/* The length of the longest valid prefix in bytes (== length when all of it is valid). */
size_t cd_utf8_valid_prefix(struct cd_slice text);
/* Code points, and UTF-16 code units, in valid UTF-8. */
size_t cd_utf8_count(struct cd_slice text);
size_t cd_utf8_count_utf16(struct cd_slice text);

#endif
