#include "copydesk/copydesk.h"

const char *cd_version(void)
{
    return CD_VERSION;
}
