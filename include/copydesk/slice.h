/* slice.h - a run of bytes that somebody else owns.
 *
 * A slice never owns memory and is not NUL-terminated. The empty slice has length 0 and may have bytes ==
 * NULL. */
#ifndef COPYDESK_SLICE_H
#define COPYDESK_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cd_slice {
    const char *bytes;
    size_t length;
};

/* The slice of a string literal or NUL-terminated string (NULL gives the empty slice). */
static inline struct cd_slice cd_slice_of(const char *string)
{
    return (struct cd_slice){string, string ? strlen(string) : 0};
}

static inline bool cd_slice_equal(struct cd_slice a, struct cd_slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* Whether a word stands in a list of words parted by single spaces. */
static inline bool cd_slice_is_listed(struct cd_slice word, const char *list)
{
    while (*list) {
        size_t length = 0;
        while (list[length] && list[length] != ' ')
            length++;
        if (length == word.length && memcmp(list, word.bytes, length) == 0)
            return true;
        list += length + (list[length] == ' ');
    }
    return false;
}

/* The part [begin, end) of a slice; the caller keeps 0 <= begin <= end <= length. */
static inline struct cd_slice cd_slice_part(struct cd_slice whole, size_t begin, size_t end)
{
    return (struct cd_slice){whole.bytes + begin, end - begin};
}

#endif
