#include "tree/nshm_map.h"

#include "base/str.h"

kr_status kr_nshm_map_read(kr_ctx *ctx, const char *path, kr_arena *arena, kr_nshm_map *map)
{
    kr_status s = KR_OK;
    int id, file;

    *map = (kr_nshm_map){0};
    kr_map_init(&map->rows, ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_csv_read(ctx, path, true, arena, &map->csv));
    id = kr_csv_column(&map->csv, "id");
    file = kr_csv_column(&map->csv, "file");
    if (id < 0 || file < 0 || map->csv.ncols != 2)
        return kr_fail_at(ctx, path, 1, "the first line must name the columns, 'id,file'");
    map->id = (size_t)id;
    map->file = (size_t)file;
    for (size_t i = 0; i < map->csv.nrows; i++) {
        const char *key = map->csv.fields[2 * i + map->id];
        if (!*key || !*map->csv.fields[2 * i + map->file])
            return kr_fail_at(ctx, path, map->csv.lines[i],
                              "a row without %s; it tells the files of a source id",
                              *key ? "file" : "id");
        if (kr_map_get(&map->rows, key, NULL))
            return kr_fail_at(ctx, path, map->csv.lines[i],
                              "a second row for '%.60s'; name its files in one row", key);
        KR_TRY(kr_map_put(&map->rows, key, (int64_t)i));
    }
out:
    return s;
}

void kr_nshm_map_clear(kr_nshm_map *map)
{
    kr_map_clear(&map->rows);
}

const char *kr_nshm_map_find(const kr_nshm_map *map, const char *id)
{
    int64_t row;

    if (!kr_map_get(&map->rows, id, &row))
        return NULL;
    return map->csv.fields[2 * (size_t)row + map->file];
}
