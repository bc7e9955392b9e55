/* language.h - which language a text is written in.
 *
 * By script first, then by the share of each language's most frequent function words and letters among the
 * first words (the classic method of Grefenstette 1995); news texts of 20 words and more are told apart
 * reliably, shorter ones may be undecided. Pure function; any thread. */
#ifndef COPYDESK_LANGUAGE_H
#define COPYDESK_LANGUAGE_H

#include "copydesk/slice.h"

/* The ISO 639-1 code ("en", "de", ...), or "und" when undecided. `confidence` (may be NULL) gets 0 to 1. */
const char *cd_detect_language(struct cd_slice text, float *confidence);

#endif
