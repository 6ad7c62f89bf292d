#include "model/imt.h"

#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef struct imt_name {
    const char *name;
    kr_imt_kind kind;
} imt_name;

/* Measures that are written without an argument. */
static const imt_name imt_plain[] = {
    {"PGA", KR_IMT_PGA},         {"PGV", KR_IMT_PGV},       {"PGD", KR_IMT_PGD},
    {"AvgSA", KR_IMT_AVGSA},     {"CAV", KR_IMT_CAV},       {"IA", KR_IMT_IA},
    {"RSD", KR_IMT_RSD595},      {"RSD595", KR_IMT_RSD595}, {"RSD575", KR_IMT_RSD575},
    {"RSD2080", KR_IMT_RSD2080}, {"MMI", KR_IMT_MMI},       {"JMA", KR_IMT_JMA},
    {"LSD", KR_IMT_LSD},
};

/* Measures of a period or a frequency. */
static const imt_name imt_of_number[] = {
    {"SA", KR_IMT_SA},   {"AvgSA", KR_IMT_AVGSA}, {"SDi", KR_IMT_SDI},
    {"EAS", KR_IMT_EAS}, {"FAS", KR_IMT_FAS},     {"DRVT", KR_IMT_DRVT},
};

static bool imt_is_frequency(kr_imt_kind kind)
{
    return kind == KR_IMT_EAS || kind == KR_IMT_FAS || kind == KR_IMT_DRVT;
}

/* "name(x)", as the reference prints it; false if it does not fit. */
static bool imt_set_name(kr_imt *imt, const char *name)
{
    char period[32], ratio[32];
    int n;

    kr_repr_double(imt->period, period);
    if (imt_is_frequency(imt->kind))
        n = snprintf(imt->name, sizeof imt->name, "%s(%.6f)", name, imt->period);
    else if (imt->kind == KR_IMT_SDI)
        n = snprintf(imt->name, sizeof imt->name, "%s(%s,%s)", name, period,
                     kr_repr_double(imt->strength_ratio, ratio));
    else
        n = snprintf(imt->name, sizeof imt->name, "%s(%s)", name, period);
    return n > 0 && (size_t)n < sizeof imt->name;
}

/* A number above 0 that fills [p, end) but for white space. */
static bool imt_number(const char *p, const char *end, double *out)
{
    char text[64];
    size_t n = (size_t)(end - p);

    if (n == 0 || n >= sizeof text)
        return false;
    memcpy(text, p, n);
    text[n] = '\0';
    return kr_parse_double(text, out) && *out > 0 && *out < 1e6;
}

static bool imt_parse_argument(const char *text, size_t name_len, kr_imt *imt)
{
    const char *p = text + name_len + 1, *end = text + strlen(text) - 1;
    const char *comma = strchr(p, ',');
    double with = 0, without = 0;

    /* The reference drops the last sign whatever it is: "SA(1.0" is SA(1.0), since 1. is 1.0. */
    if (*end != ')' &&
        !(imt_number(p, end + 1, &with) && imt_number(p, end, &without) && with == without))
        return false;
    for (size_t i = 0; i < sizeof imt_of_number / sizeof *imt_of_number; i++) {
        const imt_name *known = &imt_of_number[i];
        if (strlen(known->name) != name_len || strncmp(known->name, text, name_len) != 0)
            continue;
        imt->kind = known->kind;
        if (known->kind == KR_IMT_SDI)
            return comma && imt_number(p, comma, &imt->period) &&
                   imt_number(comma + 1, end, &imt->strength_ratio) &&
                   imt_set_name(imt, known->name);
        return imt_number(p, end, &imt->period) && imt_set_name(imt, known->name);
    }
    return false;
}

int kr_imt_parse(const char *text, kr_imt *out)
{
    char trimmed[96];

    *out = (kr_imt){.damping = 5};
    while (kr_is_space(*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && kr_is_space(text[n - 1]))
        n--;
    if (n == 0 || n >= sizeof trimmed)
        return 0;
    memcpy(trimmed, text, n);
    trimmed[n] = '\0';

    const char *bracket = strchr(trimmed, '(');
    if (bracket)
        return imt_parse_argument(trimmed, (size_t)(bracket - trimmed), out);
    for (size_t i = 0; i < sizeof imt_plain / sizeof *imt_plain; i++)
        if (kr_str_eq(imt_plain[i].name, trimmed)) {
            out->kind = imt_plain[i].kind;
            snprintf(out->name, sizeof out->name, "%s", imt_plain[i].name);
            return 1;
        }
    if (!isdigit((unsigned char)trimmed[0]) && trimmed[0] != '.')
        return 0;
    out->kind = KR_IMT_SA;
    return imt_number(trimmed, trimmed + n, &out->period) && imt_set_name(out, "SA");
}

double kr_imt_order(const kr_imt *imt)
{
    return imt_is_frequency(imt->kind) ? 1.0 / imt->period : imt->period;
}

const char *kr_imt_unit(const kr_imt *imt)
{
    switch (imt->kind) {
    case KR_IMT_PGA:
    case KR_IMT_SA:
    case KR_IMT_AVGSA:
        return "g";
    case KR_IMT_PGV:
        return "cm/s";
    case KR_IMT_PGD:
    case KR_IMT_SDI:
        return "cm";
    case KR_IMT_CAV:
        return "g s";
    case KR_IMT_IA:
        return "m/s";
    case KR_IMT_RSD575:
    case KR_IMT_RSD595:
    case KR_IMT_RSD2080:
    case KR_IMT_DRVT:
        return "s";
    case KR_IMT_LSD:
        return "m";
    default:
        return "";
    }
}

bool kr_imt_in_spectrum(const kr_imt *imt)
{
    return kr_str_starts(imt->name, "PGA") || kr_str_starts(imt->name, "SA");
}
