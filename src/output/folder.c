/* Folders that hold no complete results. */
#include "base/file.h"
#include "output/stored.h"

static bool has(kr_arena *arena, const char *dir, const char *name, bool (*is)(const char *))
{
    const char *path = kr_path_join(arena, dir, name);
    return path && is(path);
}

kr_folder_state kr_folder_look(kr_ctx *ctx, const char *dir)
{
    kr_folder_state state = KR_FOLDER_OTHER;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    if (has(&arena, dir, "results.lock", kr_is_locked))
        state = KR_FOLDER_LIVE;
    else if (has(&arena, dir, "results.journal", kr_file_exists))
        state = KR_FOLDER_INTERRUPTED;
    kr_arena_clear(&arena);
    return state;
}

kr_status kr_folder_fail(kr_ctx *ctx, const char *dir)
{
    switch (kr_folder_look(ctx, dir)) {
    case KR_FOLDER_LIVE:
        return kr_fail(ctx, KR_EINPUT,
                       "%s: no results.h5 there yet: a run is under way in it; wait for its end, "
                       "`kauri info` tells how far it is",
                       dir);
    case KR_FOLDER_INTERRUPTED:
        return kr_fail(ctx, KR_EINPUT,
                       "%s: no results.h5 there yet: the run was interrupted; the same `kauri run` "
                       "goes on with it, `kauri info` tells what is kept",
                       dir);
    default:
        return kr_fail(ctx, KR_EINPUT, "%s: no results.h5 there: not a folder of finished results",
                       dir);
    }
}
