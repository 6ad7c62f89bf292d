#include "model/msr.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Which line of a relationship holds: strike slip, thrust, normal, or the rake is not known. */
typedef enum style { STYLE_STRIKE_SLIP, STYLE_THRUST, STYLE_NORMAL, STYLE_ANY, STYLE_COUNT } style;

typedef enum shape {
    SHAPE_LINES,    /* log10 A = a + b m, one pair for each style */
    SHAPE_POINT,    /* A = 1e-4 */
    SHAPE_C,        /* log10 A = m - C */
    SHAPE_LENGTH,   /* A from a length: square up to the width, then length times width */
    SHAPE_BILINEAR, /* the first pair up to magnitude 8.63, then the second */
    SHAPE_WIDTH     /* A = W 10^(a + b m), W = km / sin(dip) */
} shape;

typedef struct line {
    double a, b;
} line;

typedef struct relationship {
    const char *name;
    shape kind;
    line area[STYLE_COUNT]; /* by style; all four the same where the rake does not matter */
    double km, dip;         /* SHAPE_WIDTH */
    line mag[STYLE_COUNT];  /* m = a + b log10 A; b = 0: the relationship gives no magnitude */
    double sigma[STYLE_COUNT];
    bool sums; /* the magnitude is a sum, not the quotient (log10 A - a) / b */
} relationship;

#define ALL(a, b)                                                                                  \
    {                                                                                              \
        {a, b}, {a, b}, {a, b},                                                                    \
        {                                                                                          \
            a, b                                                                                   \
        }                                                                                          \
    }
#define SAME(x)                                                                                    \
    {                                                                                              \
        x, x, x, x                                                                                 \
    }
#define NONE                                                                                       \
    {                                                                                              \
        {                                                                                          \
            0, 0                                                                                   \
        }                                                                                          \
    }
#define NO_SIGMA SAME(0)

/* Sources: the papers that the names give; that the numbers are those of the reference is checked
 * in tests. */
static const relationship table[] = {
    {"AllenHayesInterfaceBilinear",
     SHAPE_BILINEAR,
     {{-5.62, 1.22}, {2.23, 0.31}},
     0,
     0,
     {{-5.62, 1.22}, {2.23, 0.31}},
     SAME(0.266),
     false},
    {"AllenHayesInterfaceLinear", SHAPE_LINES, ALL(-3.63, 0.96), 0, 0, ALL(-3.63, 0.96),
     SAME(0.266), false},
    {"AllenHayesIntraslab", SHAPE_LINES, ALL(-3.89, 0.96), 0, 0, ALL(-3.89, 0.96), SAME(0.19),
     false},
    {"CEUS2011", SHAPE_LINES, ALL(-4.366, 1), 0, 0, NONE, NO_SIGMA, false},
    {"CScalingMSR", SHAPE_C, NONE, 0, 0, NONE, NO_SIGMA, false},
    {"GSCCascadia", SHAPE_WIDTH, ALL(3.01, 0.001), 125, 90, NONE, NO_SIGMA, false},
    {"GSCEISB", SHAPE_WIDTH, ALL(1.90, 0.001), 17, 18, NONE, NO_SIGMA, false},
    {"GSCEISI", SHAPE_WIDTH, ALL(1.90, 0.001), 23, 18, NONE, NO_SIGMA, false},
    {"GSCEISO", SHAPE_WIDTH, ALL(1.90, 0.001), 11, 18, NONE, NO_SIGMA, false},
    {"GSCOffshoreThrustsHGT", SHAPE_WIDTH, ALL(-2.943, 0.677), 19, 25, NONE, NO_SIGMA, false},
    {"GSCOffshoreThrustsWIN", SHAPE_WIDTH, ALL(-2.943, 0.677), 3, 15, NONE, NO_SIGMA, false},
    {"GermanyMSR", SHAPE_LINES, ALL(-2.44, 0.59), 0, 0, NONE, NO_SIGMA, false},
    {"Leonard2010_SCR", SHAPE_LINES, ALL(-4.19, 1), 0, 0, ALL(4.19, 1), SAME(0), true},
    {"Leonard2010_SCR_M0", SHAPE_LINES, ALL(-4.22, 1), 0, 0, ALL(4.22, 1), SAME(0), true},
    {"Leonard2010_SCR_MX", SHAPE_LINES, ALL(-4.00, 1), 0, 0, ALL(4.00, 1), SAME(0), true},
    {"Leonard2014_Interplate",
     SHAPE_LINES,
     {{-3.99, 1}, {-4.00, 1}, {-4.00, 1}, {-3.995, 1}},
     0,
     0,
     {{3.99, 1}, {4.00, 1}, {4.00, 1}, {3.995, 1}},
     SAME(0),
     true},
    {"Leonard2014_SCR",
     SHAPE_LINES,
     {{-4.18, 1}, {-4.19, 1}, {-4.19, 1}, {-4.185, 1}},
     0,
     0,
     {{4.18, 1}, {4.19, 1}, {4.19, 1}, {4.185, 1}},
     SAME(0),
     true},
    {"PeerMSR", SHAPE_LINES, ALL(-4, 1), 0, 0, NONE, NO_SIGMA, false},
    {"PointMSR", SHAPE_POINT, NONE, 0, 0, NONE, NO_SIGMA, false},
    {"StrasserInterface", SHAPE_LINES, ALL(-3.476, 0.952), 0, 0, ALL(4.441, 0.846), SAME(0.286),
     true},
    {"StrasserIntraslab", SHAPE_LINES, ALL(-3.225, 0.89), 0, 0, ALL(4.054, 0.981), SAME(0.193),
     true},
    {"ThingbaijamInterface", SHAPE_LINES, ALL(-3.292, 0.949), 0, 0, ALL(-3.292, 0.949), SAME(0.150),
     false},
    {"ThingbaijamStrikeSlip", SHAPE_LINES, ALL(-3.486, 0.942), 0, 0, ALL(-3.486, 0.942),
     SAME(0.184), false},
    {"WC1994",
     SHAPE_LINES,
     {{-3.42, 0.90}, {-3.99, 0.98}, {-2.87, 0.82}, {-3.49, 0.91}},
     0,
     0,
     {{3.98, 1.02}, {4.33, 0.90}, {3.93, 1.02}, {4.07, 0.98}},
     {0.23, 0.25, 0.25, 0.24},
     true},
    {"WC1994_QCSS", SHAPE_LENGTH, {{-2.57, 0.62}}, 20, 0, NONE, NO_SIGMA, false},
};
enum { COUNT = sizeof table / sizeof table[0] };

static style style_of(double rake)
{
    if (isnan(rake))
        return STYLE_ANY;
    if ((rake >= -45 && rake <= 45) || rake >= 135 || rake <= -135)
        return STYLE_STRIKE_SLIP;
    return rake > 0 ? STYLE_THRUST : STYLE_NORMAL;
}

/* Read the text after the name: ".C = 4.2", or "]" and a line "C = 4.2". */
static bool parse_parameter(const char *text, bool bracket, double *c)
{
    while (kr_is_space(*text) || (bracket && *text == ']') || (!bracket && *text == '.'))
        text++;
    if (*text != 'C')
        return false;
    text++;
    while (kr_is_space(*text))
        text++;
    if (*text != '=')
        return false;
    return kr_parse_double(text + 1, c) && isfinite(*c);
}

bool kr_msr_find(const char *name, kr_msr *out)
{
    while (kr_is_space(*name))
        name++;
    bool bracket = *name == '[';
    if (bracket)
        name++;
    size_t len = 0;
    while (name[len] && !kr_is_space(name[len]) && name[len] != '.' && name[len] != ']')
        len++;
    for (int i = 0; i < COUNT; i++) {
        if (strncmp(table[i].name, name, len) != 0 || table[i].name[len] != '\0')
            continue;
        *out = (kr_msr){table[i].name, i, 0};
        if (table[i].kind == SHAPE_C)
            return parse_parameter(name + len, bracket, &out->c);
        for (const char *rest = name + len; *rest; rest++) {
            if (!kr_is_space(*rest) && !(bracket && *rest == ']'))
                return false;
        }
        return true;
    }
    return false;
}

const char *const *kr_msr_names(unsigned *n)
{
    static const char *const names[COUNT] = {
        "AllenHayesInterfaceBilinear",
        "AllenHayesInterfaceLinear",
        "AllenHayesIntraslab",
        "CEUS2011",
        "CScalingMSR.C=4.2",
        "GSCCascadia",
        "GSCEISB",
        "GSCEISI",
        "GSCEISO",
        "GSCOffshoreThrustsHGT",
        "GSCOffshoreThrustsWIN",
        "GermanyMSR",
        "Leonard2010_SCR",
        "Leonard2010_SCR_M0",
        "Leonard2010_SCR_MX",
        "Leonard2014_Interplate",
        "Leonard2014_SCR",
        "PeerMSR",
        "PointMSR",
        "StrasserInterface",
        "StrasserIntraslab",
        "ThingbaijamInterface",
        "ThingbaijamStrikeSlip",
        "WC1994",
        "WC1994_QCSS",
    };
    *n = COUNT;
    return names;
}

double kr_msr_area_km2(const kr_msr *msr, double mag, double rake)
{
    const relationship *r = &table[msr->id];
    const line *l = &r->area[style_of(rake)];
    switch (r->kind) {
    case SHAPE_LINES:
        return l->b == 1 ? pow(10, mag + l->a) : pow(10, l->a + l->b * mag);
    case SHAPE_POINT:
        return 1e-4;
    case SHAPE_C:
        return pow(10, mag - msr->c);
    case SHAPE_LENGTH: {
        double length = pow(10, r->area[0].a + r->area[0].b * mag);
        return length < r->km ? length * length : length * r->km;
    }
    case SHAPE_BILINEAR:
        l = &r->area[mag <= 8.63 ? 0 : 1];
        return pow(10, l->a + l->b * mag);
    case SHAPE_WIDTH:
        return pow(10, l->a + l->b * mag) *
               (r->dip < 90 ? r->km / sin(r->dip * (PI / 180)) : r->km);
    }
    return NAN;
}

bool kr_msr_mag(const kr_msr *msr, double area_km2, double rake, double *mag, double *sigma)
{
    const relationship *r = &table[msr->id];
    style st = style_of(rake);
    double log_area = log10(area_km2);
    if (r->mag[0].b == 0)
        return false;
    *sigma = r->sigma[st];
    if (r->kind == SHAPE_BILINEAR)
        st = area_km2 <= 74000 ? 0 : 1;
    /* Wells and Coppersmith: here, unlike for areas, 135 and -135 degrees are not strike slip. */
    if (kr_str_eq(r->name, "WC1994") && fabs(rake) == 135)
        st = rake > 0 ? STYLE_THRUST : STYLE_NORMAL;
    const line *l = &r->mag[st];
    *mag = r->sums ? l->a + l->b * log_area : (log_area - l->a) / l->b;
    return true;
}
