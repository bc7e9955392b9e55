/* The shipped models, taken into the read-only data of the binary by the assembler, aligned for direct use.
 */
#include "copydesk/model.h"

#define EMBED(symbol, path)                                                                                  \
    __asm__(".section .rodata\n"                                                                             \
            "    .balign 64\n"                                                                               \
            ".global " #symbol "_begin\n" #symbol "_begin:\n"                                                \
            ".incbin \"" path "\"\n"                                                                         \
            ".global " #symbol "_end\n" #symbol "_end:\n"                                                    \
            ".byte 0\n"                                                                                      \
            ".previous\n")

EMBED(cd_embedded_entities, "worker/models/entities.model");
EMBED(cd_embedded_topics, "worker/models/topics.model");

extern const char cd_embedded_entities_begin[], cd_embedded_entities_end[];
extern const char cd_embedded_topics_begin[], cd_embedded_topics_end[];

struct cd_slice cd_embedded_entities_model(void)
{
    return (struct cd_slice){cd_embedded_entities_begin,
                             (size_t)(cd_embedded_entities_end - cd_embedded_entities_begin)};
}

struct cd_slice cd_embedded_topics_model(void)
{
    return (struct cd_slice){cd_embedded_topics_begin,
                             (size_t)(cd_embedded_topics_end - cd_embedded_topics_begin)};
}
