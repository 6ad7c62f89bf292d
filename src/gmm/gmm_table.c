/* Coefficient tables: a row for each intensity measure. */
#include "gmm/gmm.h"

#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const kr_imt kr_gmm_pga = {.name = "PGA", .kind = KR_IMT_PGA, .damping = 5.0};

/* Tables give spectral acceleration at 5 % of critical damping. */
static const double table_damping = 5.0;

kr_status kr_gmm_fail(kr_ctx *ctx, const kr_gmm *gmm, const char *format, ...)
{
    char text[1536];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return kr_fail_at(ctx, gmm->file, gmm->line, "%s", text);
}

static bool is_spectral(const kr_gmm_table *table, size_t row)
{
    return table->period[row] > 0.0;
}

static void copy_row(const kr_gmm_table *table, size_t row, double *out)
{
    memcpy(out, table->data + row * table->ncol, table->ncol * sizeof *out);
}

/* The rows with the periods next below and above that of the measure; false if one of them is
 * missing. Rows need not be in the order of periods. */
static bool find_neighbours(const kr_gmm_table *table, double period, size_t *below, size_t *above)
{
    bool has_below = false, has_above = false;
    for (size_t i = 0; i < table->nrow; i++) {
        if (!is_spectral(table, i))
            continue;
        double p = table->period[i];
        if (p < period && (!has_below || p > table->period[*below])) {
            *below = i;
            has_below = true;
        } else if (p > period && (!has_above || p < table->period[*above])) {
            *above = i;
            has_above = true;
        }
    }
    return has_below && has_above;
}

static bool spectral_row(const kr_gmm_table *table, double period, double *row)
{
    size_t below = 0, above = 0;
    for (size_t i = 0; i < table->nrow; i++) {
        if (is_spectral(table, i) && table->period[i] == period) {
            copy_row(table, i, row);
            return true;
        }
    }
    if (!find_neighbours(table, period, &below, &above))
        return false;
    double ln_below = log(table->period[below]);
    double share = (log(period) - ln_below) / (log(table->period[above]) - ln_below);
    const double *lo = table->data + below * table->ncol;
    const double *hi = table->data + above * table->ncol;
    for (size_t c = 0; c < table->ncol; c++)
        row[c] = (hi[c] - lo[c]) * share + lo[c];
    return true;
}

bool kr_gmm_row(const kr_gmm_table *table, const kr_imt *imt, double *row)
{
    if (imt->kind == KR_IMT_SA)
        return imt->damping == table_damping && spectral_row(table, imt->period, row);
    for (size_t i = 0; i < table->nrow; i++) {
        if (!is_spectral(table, i) && kr_str_eq(table->imt[i], imt->name)) {
            copy_row(table, i, row);
            return true;
        }
    }
    return false;
}

/* Say why the table has no row for the measure. */
static kr_status fail_no_row(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm_table *table,
                             const kr_imt *imt)
{
    double lo = INFINITY, hi = 0.0;
    char from[32], to[32];
    for (size_t i = 0; i < table->nrow; i++) {
        if (is_spectral(table, i)) {
            lo = fmin(lo, table->period[i]);
            hi = fmax(hi, table->period[i]);
        }
    }
    if (imt->kind != KR_IMT_SA || !(hi > 0.0))
        return kr_gmm_fail(ctx, gmm, "%s is not defined for %s", imt->name, gmm->cls->name);
    if (imt->damping != table_damping)
        return kr_gmm_fail(ctx, gmm, "%s: %s is defined for a damping of 5 percent only", imt->name,
                           gmm->cls->name);
    return kr_gmm_fail(ctx, gmm, "%s is out of the period range defined for %s (%s to %s seconds)",
                       imt->name, gmm->cls->name, kr_repr_double(lo, from), kr_repr_double(hi, to));
}

kr_status kr_gmm_rows(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm_table *table, double **out)
{
    kr_status s = KR_OK;
    double *rows;

    KR_ANEW(rows, gmm->arena, gmm->nimts * table->ncol);
    for (size_t m = 0; m < gmm->nimts; m++) {
        if (!kr_gmm_row(table, &gmm->imts[m], rows + m * table->ncol)) {
            s = fail_no_row(ctx, gmm, table, &gmm->imts[m]);
            goto out;
        }
    }
    *out = rows;
out:
    return s;
}
