/* Magnitude-frequency distributions of NRML. */
#include "base/str.h"
#include "model/source_fault.h"

#include <math.h>
#include <string.h>

#define POINTS_MAX 100000000LL

static kr_status read_incremental(kr_source_reader *r, const kr_node *node, kr_mfd *out)
{
    kr_status s = KR_OK;
    double *rates = NULL;

    out->kind = KR_MFD_INCREMENTAL;
    KR_TRY(kr_attr_positive(r->ctx, node, "minMag", &out->min_mag));
    KR_TRY(kr_attr_positive(r->ctx, node, "binWidth", &out->bin_width));
    KR_TRY(kr_child_list(r->ctx, node, "occurRates", r->arena, &rates, &out->n));
    out->rates = rates;
out:
    return s;
}

static kr_status read_arbitrary(kr_source_reader *r, const kr_node *node, kr_mfd *out)
{
    kr_status s = KR_OK;
    double *mags = NULL, *rates = NULL;
    size_t nmags = 0;

    out->kind = KR_MFD_ARBITRARY;
    KR_TRY(kr_child_list(r->ctx, node, "magnitudes", r->arena, &mags, &nmags));
    KR_TRY(kr_child_list(r->ctx, node, "occurRates", r->arena, &rates, &out->n));
    if (nmags != out->n)
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "%zu magnitudes and %zu occurRates; there must be as many of both", nmags,
                       out->n);
    out->mags = mags;
    out->rates = rates;
out:
    return s;
}

/* From a slip rate: `a` is set when the fault's area is known. */
static kr_status read_slip(kr_source_reader *r, const kr_node *node, bool fault, kr_mfd *out)
{
    kr_status s = KR_OK;

    KR_TRY(kr_attr_positive(r->ctx, node, "slipRate", &out->slip_rate_mm));
    if (out->slip_rate_mm == 0) { /* counts as absent */
        out->slip_rate_mm = NAN;
        KR_TRY(kr_node_attr_double(r->ctx, node, "aValue", &out->a));
        return KR_OK;
    }
    KR_TRY(kr_attr_positive(r->ctx, node, "rigidity", &out->rigidity_gpa));
    if (!fault)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "slipRate needs the area of a fault; this source has none, write "
                          "aValue instead");
    if (out->rigidity_gpa == 0)
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "rigidity=0 of <%s>; it must be more than 0, in GPa", node->tag);
out:
    return s;
}

static kr_status read_gr(kr_source_reader *r, const kr_node *node, bool tapered, bool fault,
                         kr_mfd *out)
{
    kr_status s = KR_OK;

    out->kind = tapered ? KR_MFD_TAPERED_GR : KR_MFD_TRUNC_GR;
    out->bin_width = r->job->width_of_mfd_bin;
    KR_TRY(kr_attr_positive(r->ctx, node, "minMag", &out->min_mag));
    KR_TRY(kr_attr_positive(r->ctx, node, "maxMag", &out->max_mag));
    KR_TRY(kr_attr_positive(r->ctx, node, "bValue", &out->b));
    if (tapered)
        KR_TRY(kr_attr_positive(r->ctx, node, "cornerMag", &out->corner_mag));
    if (!tapered && kr_node_attr(node, "slipRate"))
        KR_TRY(read_slip(r, node, fault, out));
    else
        KR_TRY(kr_node_attr_double(r->ctx, node, "aValue", &out->a));
out:
    return s;
}

static kr_status read_yc(kr_source_reader *r, const kr_node *node, kr_mfd *out)
{
    kr_status s = KR_OK;
    double moment_rate = 0, char_rate = 0;
    bool by_moment = kr_node_attr(node, "totalMomentRate") != NULL;

    out->kind = KR_MFD_YOUNGS_COPPERSMITH;
    KR_TRY(kr_attr_positive(r->ctx, node, "minMag", &out->min_mag));
    KR_TRY(kr_attr_positive(r->ctx, node, "bValue", &out->b));
    KR_TRY(kr_attr_positive(r->ctx, node, "characteristicMag", &out->char_mag));
    KR_TRY(kr_attr_positive(r->ctx, node, "binWidth", &out->bin_width));
    if (by_moment) {
        KR_TRY(kr_attr_positive(r->ctx, node, "totalMomentRate", &moment_rate));
        if (!kr_mfd_set_moment_rate(out, moment_rate))
            s = kr_fail_at(r->ctx, node->file, node->line,
                           "totalMomentRate=%g makes no rates; a moment rate in N m a year above 0 "
                           "and a b value between 0 and 1.5 are needed",
                           moment_rate);
    } else if (kr_node_attr(node, "characteristicRate")) {
        KR_TRY(kr_attr_positive(r->ctx, node, "characteristicRate", &char_rate));
        kr_mfd_set_char_rate(out, char_rate);
    } else {
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "<%s> has neither characteristicRate nor totalMomentRate; one is needed",
                       node->tag);
    }
out:
    return s;
}

/* A field of a multiMFD: one number for all points or one for each. */
typedef struct field {
    const double *x;
    size_t n;
} field;

static double field_at(const field *f, size_t i)
{
    return f->x[f->n == 1 ? 0 : i];
}

typedef struct multi {
    kr_mfd_kind kind;
    size_t size;
    bool single; /* all points have the same distribution */
    field min_mag, max_mag, bin_width, a, b;
    field mags, rates;     /* lists of all points one after the other */
    const double *lengths; /* of these lists, for each point */
} multi;

static kr_status multi_field(kr_source_reader *r, const kr_node *node, const char *tag, multi *m,
                             field *out)
{
    kr_status s = KR_OK;
    double *x = NULL;

    KR_TRY(kr_child_list(r->ctx, node, tag, &r->scratch, &x, &out->n));
    out->x = x;
    if (out->n != 1 && out->n != m->size)
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "<%s> of the multiMFD has %zu numbers; 1 or %zu are needed", tag, out->n,
                       m->size);
    m->single = m->single && out->n == 1;
out:
    return s;
}

static kr_status multi_width(kr_source_reader *r, const kr_node *node, multi *m)
{
    if (kr_node_child(node, "bin_width"))
        return multi_field(r, node, "bin_width", m, &m->bin_width);
    m->bin_width = (field){&r->job->width_of_mfd_bin, 1};
    return KR_OK;
}

static kr_status multi_lists(kr_source_reader *r, const kr_node *node, multi *m)
{
    kr_status s = KR_OK;
    double *x = NULL, *lengths = NULL, sum = 0;
    size_t n = 0;

    if (m->kind == KR_MFD_ARBITRARY) {
        KR_TRY(kr_child_list(r->ctx, node, "magnitudes", r->arena, &x, &m->mags.n));
        m->mags.x = x;
    }
    KR_TRY(kr_child_list(r->ctx, node, "occurRates", r->arena, &x, &m->rates.n));
    m->rates.x = x;
    KR_TRY(kr_child_list(r->ctx, node, "lengths", &r->scratch, &x, &n));
    if (n != 1 && n != m->size)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<lengths> of the multiMFD has %zu numbers; 1 or %zu are needed", n,
                          m->size);
    KR_ANEW(lengths, &r->scratch, m->size);
    for (size_t i = 0; i < m->size; i++) {
        lengths[i] = x[n == 1 ? 0 : i];
        if (!(lengths[i] >= 1) || lengths[i] != floor(lengths[i]))
            return kr_fail_at(
                r->ctx, node->file, node->line,
                "<lengths> of the multiMFD holds %g; whole numbers above 0 are needed", lengths[i]);
        sum += lengths[i];
    }
    m->lengths = lengths;
    m->single = m->single && m->size == 1;
    if (sum != (double)m->rates.n)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<occurRates> of the multiMFD has %zu numbers; the sum of <lengths> is "
                          "%.15g",
                          m->rates.n, sum);
    if (m->kind == KR_MFD_ARBITRARY && sum != (double)m->mags.n)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "<magnitudes> of the multiMFD has %zu numbers; the sum of <lengths> is "
                          "%.15g",
                          m->mags.n, sum);
out:
    return s;
}

static kr_status multi_expand(kr_source_reader *r, const kr_node *node, const multi *m,
                              kr_source *out)
{
    kr_status s = KR_OK;
    kr_mfd *mfds = NULL;
    size_t n = m->single ? 1 : m->size, start = 0;

    KR_ANEW(mfds, r->arena, n);
    for (size_t i = 0; i < n; i++) {
        kr_mfd *mfd = &mfds[i];
        mfd->kind = m->kind;
        mfd->slip_rate_mm = mfd->rigidity_gpa = NAN;
        if (m->kind != KR_MFD_ARBITRARY) {
            mfd->min_mag = field_at(&m->min_mag, i);
            mfd->bin_width = field_at(&m->bin_width, i);
        }
        if (m->kind == KR_MFD_TRUNC_GR) {
            mfd->max_mag = field_at(&m->max_mag, i);
            mfd->a = field_at(&m->a, i);
            mfd->b = field_at(&m->b, i);
        } else {
            mfd->n = (size_t)m->lengths[i];
            mfd->rates = m->rates.x + start;
            mfd->mags = m->mags.x ? m->mags.x + start : NULL;
            start += mfd->n;
        }
        KR_TRY(kr_mfd_check(r->ctx, mfd, node->file, node->line));
    }
    out->mfds = mfds;
    out->nmfds = n;
out:
    return s;
}

static kr_status read_multi(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    const char *kind = NULL, *size = NULL;
    long long n = 0;
    multi m = {.single = true};

    KR_TRY(kr_node_attr_text(r->ctx, node, "kind", &kind));
    KR_TRY(kr_node_attr_text(r->ctx, node, "size", &size));
    if (!kr_parse_int(size, &n) || n < 1 || n > POINTS_MAX)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "size='%.40s' of <multiMFD>; the number of points is needed", size);
    m.size = (size_t)n;
    if (m.size != out->npoints)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "the multiMFD has size %zu; the source has %zu points", m.size,
                          out->npoints);
    if (kr_str_eq(kind, "incrementalMFD")) {
        m.kind = KR_MFD_INCREMENTAL;
        KR_TRY(multi_field(r, node, "min_mag", &m, &m.min_mag));
        KR_TRY(multi_width(r, node, &m));
        KR_TRY(multi_lists(r, node, &m));
    } else if (kr_str_eq(kind, "arbitraryMFD")) {
        m.kind = KR_MFD_ARBITRARY;
        KR_TRY(multi_lists(r, node, &m));
    } else if (kr_str_eq(kind, "truncGutenbergRichterMFD")) {
        m.kind = KR_MFD_TRUNC_GR;
        KR_TRY(multi_field(r, node, "min_mag", &m, &m.min_mag));
        KR_TRY(multi_field(r, node, "max_mag", &m, &m.max_mag));
        KR_TRY(multi_width(r, node, &m));
        KR_TRY(multi_field(r, node, "a_val", &m, &m.a));
        KR_TRY(multi_field(r, node, "b_val", &m, &m.b));
    } else {
        return kr_fail_at(r->ctx, node->file, node->line,
                          "a multiMFD of kind '%.60s' cannot be read; incrementalMFD, arbitraryMFD "
                          "and truncGutenbergRichterMFD can",
                          kind);
    }
    KR_TRY(multi_expand(r, node, &m, out));
out:
    return s;
}

static kr_status read_one(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    kr_mfd *mfd = NULL;

    KR_ANEW(mfd, r->arena, 1);
    mfd->slip_rate_mm = mfd->rigidity_gpa = NAN;
    if (kr_str_eq(node->tag, "incrementalMFD"))
        s = read_incremental(r, node, mfd);
    else if (kr_str_eq(node->tag, "arbitraryMFD"))
        s = read_arbitrary(r, node, mfd);
    else if (kr_str_eq(node->tag, "YoungsCoppersmithMFD"))
        s = read_yc(r, node, mfd);
    else
        s = read_gr(r, node, kr_str_eq(node->tag, "taperedGutenbergRichterMFD"),
                    kr_source_is_fault(out->kind), mfd);
    if (s == KR_OK)
        s = kr_mfd_check(r->ctx, mfd, node->file, node->line);
    out->mfds = mfd;
    out->nmfds = 1;
out:
    return s;
}

/* A child that was meant as a distribution: nearly called so, or with such attributes. */
static const kr_node *like_mfd(const kr_node *node, const char *const *tags, size_t n)
{
    for (const kr_node *child = node->first; child; child = child->next)
        if (kr_nearest(child->tag, tags, n) || kr_str_ends(child->tag, "MFD") ||
            kr_node_attr(child, "minMag") || kr_node_attr(child, "aValue"))
            return child;
    return NULL;
}

kr_status kr_source_mfds(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    static const char *const tags[] = {"incrementalMFD",           "arbitraryMFD",
                                       "truncGutenbergRichterMFD", "taperedGutenbergRichterMFD",
                                       "YoungsCoppersmithMFD",     "multiMFD"};
    const kr_node *found = NULL;
    bool multi_point = out->kind == KR_SOURCE_MULTIPOINT;

    for (const kr_node *child = node->first; child; child = child->next) {
        size_t i = 0;
        while (i < 6 && !kr_str_eq(child->tag, tags[i]))
            i++;
        if (i == 6)
            continue;
        if (found)
            return kr_fail_at(r->ctx, child->file, child->line,
                              "<%s> beside the <%s> of line %d; a source has one distribution",
                              child->tag, found->tag, found->line);
        found = child;
    }
    const kr_node *like = found ? NULL : like_mfd(node, tags, 6);
    if (like)
        return kr_fail_at(r->ctx, like->file, like->line,
                          "<%s> in %s '%s' is no magnitude-frequency distribution that is known; "
                          "%s is needed",
                          like->tag, node->tag, out->id,
                          multi_point ? "a multiMFD"
                                      : "one, such as truncGutenbergRichterMFD or incrementalMFD,");
    if (!found)
        return kr_fail_at(r->ctx, node->file, node->line,
                          "%s '%s' has no magnitude-frequency distribution; %s is needed",
                          node->tag, out->id,
                          multi_point ? "a multiMFD" : "one, such as incrementalMFD,");
    if (kr_str_eq(found->tag, "multiMFD") != multi_point)
        return kr_fail_at(r->ctx, found->file, found->line, "<%s> in %s '%s'; %s", found->tag,
                          node->tag, out->id,
                          multi_point ? "a multiPointSource has a multiMFD"
                                      : "only a multiPointSource has a multiMFD");
    if (out->kind == KR_SOURCE_AREA && kr_str_eq(found->tag, "taperedGutenbergRichterMFD"))
        return kr_fail_at(r->ctx, found->file, found->line,
                          "<%s> in areaSource '%s'; its rates cannot be divided among points, a "
                          "truncGutenbergRichterMFD or incrementalMFD can",
                          found->tag, out->id);
    kr_status s = multi_point ? read_multi(r, found, out) : read_one(r, found, out);
    out->mfds_written = out->mfds;
    return s;
}
