#include "base/beside.h"

#include <signal.h>

static void *do_work(void *it)
{
    kr_beside *beside = it;
    beside->work(beside->user);
    return NULL;
}

bool kr_beside_begin(kr_beside *it, void (*work)(void *user), void *user, size_t stack)
{
    pthread_attr_t attr;
    sigset_t every, before;

    *it = (kr_beside){.work = work, .user = user};
    if (pthread_attr_init(&attr) != 0)
        return false;
    pthread_attr_setstacksize(&attr, stack);
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    it->running = pthread_create(&it->thread, &attr, do_work, it) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return it->running;
}

void kr_beside_end(kr_beside *it)
{
    if (it->running)
        pthread_join(it->thread, NULL);
    it->running = false;
}
