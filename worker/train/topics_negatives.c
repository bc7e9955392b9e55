#include "topics_negatives.h"

#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/hash.h"

enum { WORDS_MAX = 100000, COMMON_WORDS = 30000 };

/* Words or names; each its own string. */
struct word_list {
    char *words[WORDS_MAX];
    uint32_t count;
};

struct cd_negatives {
    struct word_list words, given_names, surnames;
};

/* What stands around articles on a page. */
static const char *const phrases[] = {
    "We use cookies to improve this site.",
    "By continuing you agree to our use of cookies.",
    "Accept all cookies",
    "Reject all",
    "Manage your preferences",
    "Necessary cookies are always on.",
    "We and our partners store information on your device.",
    "Read our privacy policy",
    "Your privacy settings",
    "Terms and conditions",
    "Terms of use",
    "All rights reserved.",
    "Sign in",
    "Sign up",
    "Log in to your account",
    "Register now",
    "Forgot your password?",
    "Enter your e-mail address",
    "Subscribe to our newsletter",
    "You can unsubscribe at any time.",
    "Start your free trial",
    "Become a subscriber to read on.",
    "This content is for subscribers only.",
    "Already a subscriber?",
    "Share this article",
    "Share on Facebook",
    "Share on Twitter",
    "Follow us on Instagram",
    "Copy link",
    "Print this page",
    "Comments",
    "Leave a comment",
    "View all comments",
    "Read more",
    "Show more",
    "Load more",
    "Related stories",
    "Most read",
    "Latest news",
    "Top stories",
    "Editor's picks",
    "You may also like",
    "Advertisement",
    "Sponsored content",
    "Skip to content",
    "Skip advertisement",
    "Back to top",
    "Home",
    "Menu",
    "Search",
    "Close",
    "Next",
    "Previous",
    "News",
    "World",
    "Politics",
    "Business",
    "Technology",
    "Science",
    "Health",
    "Sport",
    "Culture",
    "Lifestyle",
    "Travel",
    "Weather",
    "Opinion",
    "Video",
    "Photos",
    "Podcasts",
    "Jobs",
    "Help",
    "Contact us",
    "About us",
    "Careers",
    "Site map",
    "Download our app",
    "Available in the app store",
    "Please enable JavaScript.",
    "Your browser is out of date.",
    "The page could not be found.",
    "Something went wrong. Please try again.",
    "This video is not available in your country.",
    "Play video",
    "Listen to this article",
    "This article is more than one year old.",
    "Last updated",
    "Minutes read",
    "By our staff",
    "Photo: agency",
    "Click here for more information.",
    "Thank you for your order.",
    "Add to basket",
    "Out of stock",
    "Free delivery",
    "Check back later.",
    "Test test test",
    "To be confirmed",
};

/* Lines of programs and mark-up that were left in. */
static const char *const program_lines[] = {
    "static int count = 0;",
    "if (value == NULL) return false;",
    "while (*at != 0) at++;",
    "const char *name = items[i].name;",
    "free(buffer); buffer = NULL;",
    "#include <string.h>",
    "for i in range(len(values)):",
    "def update(self, key, value):",
    "import os, sys",
    "return [x for x in rows if x]",
    "var element = document.getElementById(id);",
    "function onClick(event) { event.preventDefault(); }",
    "window.addEventListener('load', init);",
    "console.log(result);",
    "margin: 0 auto; padding: 4px; display: block;",
    "font-family: sans-serif; color: #333;",
    "div class span href style width height",
    "public static void main(String[] args) {",
    "private final List items = new ArrayList();",
    "catch (Exception e) { throw e; }",
    "SELECT id, name FROM items WHERE id = 1",
    "git commit, make all, make test",
    "size_t length = strlen(text);",
    "printf and malloc and void and struct",
};

/* What people write lists of. */
static const char *const things[] = {
    "tea",
    "coffee",
    "sugar",
    "flour",
    "rice",
    "pasta",
    "cheese",
    "yoghurt",
    "tomatoes",
    "potatoes",
    "carrots",
    "bananas",
    "lemons",
    "chicken",
    "sausages",
    "fish fingers",
    "cereal",
    "soap",
    "shampoo",
    "toothpaste",
    "razors",
    "bin bags",
    "light bulbs",
    "foil",
    "candles",
    "matches",
    "dog food",
    "nappies",
    "tissues",
    "bleach",
    "sponges",
    "tape",
    "pens",
    "envelopes",
    "stamps",
    "socks",
    "gloves",
    "towels",
    "a lamp",
    "two chairs",
    "a bucket",
    "nails",
    "string",
    "a dozen rolls",
    "a bottle of milk",
    "a bag of apples",
    "a loaf",
    "a jar of honey",
    "oil",
    "salt",
    "pepper",
    "vinegar",
};

/* ---- lists --------------------------------------------------------------------------------- */

/* Take the first field of every line, in lower case. */
static void read_list(const char *path, struct word_list *list)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    while (file && list->count < WORDS_MAX && getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\t\r\n")] = '\0';
        for (char *at = line; *at; at++)
            *at |= *at >= 'A' && *at <= 'Z' ? 0x20 : 0;
        char *word = line[0] ? strdup(line) : NULL;
        if (word)
            list->words[list->count++] = word;
    }
    free(line);
    if (file)
        fclose(file);
}

static void free_list(struct word_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free(list->words[i]);
    list->count = 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words that are names of a file of DATA/knowledge, commonest first. */
static void read_names(const char *data, const char *file, const struct word_list *words,
                       struct word_list *names)
{
    char path[4096];
    struct word_list *all = calloc(1, sizeof *all);
    snprintf(path, sizeof path, "%s/knowledge/%s", data, file);
    if (!all)
        return;
    read_list(path, all);
    qsort(all->words, all->count, sizeof all->words[0], by_text);
    for (uint32_t i = 0; i < words->count; i++) {
        bool is_name = bsearch(&words->words[i], all->words, all->count, sizeof all->words[0], by_text);
        char *name = is_name ? strdup(words->words[i]) : NULL;
        if (name)
            names->words[names->count++] = name;
    }
    free_list(all);
    free(all);
}

enum cd_status cd_negatives_read(const char *data, struct cd_negatives **negatives, struct cd_error *error)
{
    char path[4096];
    glob_t found;
    struct cd_negatives *lists = *negatives = calloc(1, sizeof *lists);
    if (!lists)
        return cd_fail(error, CD_MEMORY, data, "out of memory");
    snprintf(path, sizeof path, "%s/clusters/*.tsv", data);
    if (glob(path, 0, NULL, &found) != 0)
        return CD_OK;
    read_list(found.gl_pathv[0], &lists->words);
    globfree(&found);
    read_names(data, "given-names.txt", &lists->words, &lists->given_names);
    read_names(data, "surnames.txt", &lists->words, &lists->surnames);
    return CD_OK;
}

void cd_negatives_free(struct cd_negatives *negatives)
{
    if (!negatives)
        return;
    free_list(&negatives->words);
    free_list(&negatives->given_names);
    free_list(&negatives->surnames);
    free(negatives);
}

/* ---- texts --------------------------------------------------------------------------------- */

/* A number below `bound` from the random numbers of one text. */
static uint32_t draw(uint64_t *random, uint32_t bound)
{
    *random = cd_hash_mix(*random, 0x9e3779b97f4a7c15ULL);
    return bound > 0 ? (uint32_t)((*random >> 32) % bound) : 0;
}

/* A word of a list, the more likely the commoner it is. */
static void write_word(const struct word_list *list, uint64_t *random, struct cd_buffer *text)
{
    uint32_t common = list->count < COMMON_WORDS ? list->count : COMMON_WORDS;
    if (common > 0)
        cd_buffer_append_string(text, list->words[draw(random, 1 + draw(random, common))]);
    cd_buffer_append_byte(text, ' ');
}

static void write_words(const struct cd_negatives *negatives, uint64_t *random, struct cd_buffer *text)
{
    for (uint32_t left = 8 + draw(random, 40); left > 0; left--)
        write_word(&negatives->words, random, text);
}

static void write_names(const struct cd_negatives *negatives, uint64_t *random, struct cd_buffer *text)
{
    for (uint32_t left = 4 + draw(random, 30); left > 0; left--) {
        write_word(&negatives->given_names, random, text);
        write_word(&negatives->surnames, random, text);
        cd_buffer_append_string(text, ", ");
    }
}

/* Some of the `count` lines, each followed by `end`. */
static void write_lines(const char *const *lines, uint32_t count, const char *end, uint64_t *random,
                        struct cd_buffer *text)
{
    for (uint32_t left = 3 + draw(random, 15); left > 0; left--)
        cd_buffer_format(text, "%s%s", lines[draw(random, count)], end);
}

static void write_figures(const struct cd_negatives *negatives, uint64_t *random, struct cd_buffer *text)
{
    for (uint32_t left = 5 + draw(random, 20); left > 0; left--) {
        write_word(&negatives->words, random, text);
        for (uint32_t figures = 1 + draw(random, 5); figures > 0; figures--)
            cd_buffer_format(text, "%u ", draw(random, 5000));
        cd_buffer_append_byte(text, '\n');
    }
}

void cd_negatives_write(const struct cd_negatives *negatives, uint64_t number, struct cd_buffer *text)
{
    enum { KINDS = 6 };
    uint64_t random = cd_hash_mix(number, 0xd1342543de82ef95ULL);
    switch (number % KINDS) {
    case 0:
        write_words(negatives, &random, text);
        break;
    case 1:
        write_names(negatives, &random, text);
        break;
    case 2:
        write_lines(phrases, sizeof phrases / sizeof phrases[0], "\n", &random, text);
        break;
    case 3:
        write_lines(program_lines, sizeof program_lines / sizeof program_lines[0], "\n", &random, text);
        break;
    case 4:
        write_lines(things, sizeof things / sizeof things[0], ", ", &random, text);
        break;
    default:
        write_figures(negatives, &random, text);
    }
}
