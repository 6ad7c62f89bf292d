/* The sampling error in results.h5: sampling_error/stats, their names; ranges, sites x these x
 * measures x levels x (lower, upper); whole, the whole tree's, sites x these x measures x levels.
 */
#include "output/results_int.h"

static kr_status write_names(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    const size_t *which;
    const char **names;
    size_t n = kr_sampling_error_stats(spec->sampling, &which);
    KR_ANEW(names, arena, n);
    for (size_t i = 0; i < n; i++)
        names[i] = spec->stats[which[i]].name;
    KR_TRY(kr_h5_write_strings(file, "sampling_error/stats", names, n, false));
    KR_TRY(kr_h5_set_attr_double(file, "sampling_error", "effective_samples",
                                 kr_sampling_error_effective(spec->sampling)));
out:
    return s;
}

kr_status kr_results_make_sampling(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    const size_t *which;
    if (!spec->sampling)
        return KR_OK;
    const size_t dims[5] = {spec->sites->n, kr_sampling_error_stats(spec->sampling, &which),
                            spec->job->nimts, spec->job->nlevels, 2};
    size_t n = kr_results_chunk_sites(dims[1] * dims[2] * dims[3] * 2 * sizeof(float));
    const size_t chunk[5] = {n < dims[0] ? n : dims[0], dims[1], dims[2], dims[3], 2};
    KR_TRY(write_names(file, spec, arena));
    KR_TRY(kr_h5_make(file, "sampling_error/ranges", KR_H5_F32, 5, dims, chunk));
    if (kr_sampling_error_has_whole(spec->sampling))
        KR_TRY(kr_h5_make(file, "sampling_error/whole", KR_H5_F32, 4, dims, chunk));
out:
    return s;
}

kr_status kr_results_put_sampling(kr_h5 *file, const kr_results_spec *spec,
                                  const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    const size_t *which, start[5] = {tile->first_site, 0, 0, 0, 0};
    if (!tile->ranges)
        return KR_OK;
    const size_t count[5] = {tile->nsites, kr_sampling_error_stats(spec->sampling, &which),
                             spec->job->nimts, spec->job->nlevels, 2};
    KR_TRY(kr_h5_write_slab(file, "sampling_error/ranges", KR_H5_F32, start, count, tile->ranges));
    if (tile->whole)
        KR_TRY(
            kr_h5_write_slab(file, "sampling_error/whole", KR_H5_F32, start, count, tile->whole));
out:
    return s;
}
