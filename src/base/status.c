#include "kauri/status.h"

int kr_exit_status(kr_status status)
{
    switch (status) {
#define X(name, exit_status, text)                                                                 \
    case name:                                                                                     \
        return exit_status;
        KR_STATUS_LIST(X)
#undef X
    }
    return 5;
}

const char *kr_status_text(kr_status status)
{
    switch (status) {
#define X(name, exit_status, text)                                                                 \
    case name:                                                                                     \
        return text;
        KR_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}
