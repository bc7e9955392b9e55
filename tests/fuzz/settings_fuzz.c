/* Any bytes as a configuration file. libconfig's "@include" is left out: it would read the machine's files.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "copydesk/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memmem(data, size, "@include", 8))
        return 0;
    int descriptor = memfd_create("settings", MFD_CLOEXEC);
    CHECK(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    struct cd_settings settings;
    struct cd_error error = {.status = CD_OK};
    enum cd_status status = cd_settings_load(path, &settings, &error);
    if (status == CD_OK) {
        struct cd_buffer out = {0};
        cd_settings_print(&settings, &out);
        CHECK(out.length > 0);
        cd_buffer_free(&out);
        cd_settings_free(&settings);
    } else {
        CHECK(error.status == status && error.message[0]);
    }
    close(descriptor);
    return 0;
}
