/* Decimal numbers, read and written exactly and without regard to the locale. */
#include "base/str.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 number_u128;

enum {
    DIGITS_FAST = 19,  /* digits that fit 64 bits */
    POW5_MAX = 27,     /* 5^27 < 2^63 */
    DIGITS_KEPT = 800, /* more than decide any rounding (767), the rest only says "and more" */
    EXP_BOUND = 100000 /* beyond, every number is 0 or inf */
};

/* A number as it stands in the text: digits * 10^exp10. */
typedef struct number_parts {
    uint64_t mantissa;               /* of the first DIGITS_FAST digits */
    const char *digits, *digits_end; /* from the first digit that is not 0; may hold a point */
    long long count;                 /* significant digits */
    long long exp10;                 /* of the last digit */
} number_parts;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits with an optional point; NULL if there is no digit. */
static const char *number_digits(const char *p, const char *end, number_parts *n)
{
    bool any = false, point = false;

    *n = (number_parts){0, NULL, NULL, 0, 0};
    for (; p < end; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(*p))
            break;
        any = true;
        n->exp10 -= point;
        if (n->count == 0 && *p == '0')
            continue;
        if (n->count == 0)
            n->digits = p;
        if (n->count < DIGITS_FAST)
            n->mantissa = 10 * n->mantissa + (uint64_t)(*p - '0');
        n->count++;
    }
    n->digits_end = p;
    return any ? p : NULL;
}

/* An exponent such as e-05, if there is a whole one at p; else p. */
static const char *number_exponent(const char *p, const char *end, long long *exp10)
{
    const char *q = p;
    bool negative = false;
    long e = 0;

    if (q == end || (*q != 'e' && *q != 'E'))
        return p;
    q++;
    if (q < end && (*q == '+' || *q == '-'))
        negative = *q++ == '-';
    if (q == end || !is_digit(*q))
        return p;
    for (; q < end && is_digit(*q); q++)
        if (e < 10 * EXP_BOUND)
            e = 10 * e + (*q - '0');
    *exp10 += negative ? -e : e;
    return q;
}

/* v * 2^exp2 rounded to the nearest double, ties to even; `more`: v is a little greater than it
 * looks. v has at least 55 bits if `more`, and the result is a normal number. */
static double number_round(number_u128 v, int exp2, bool more)
{
    uint64_t high = (uint64_t)(v >> 64), low = (uint64_t)v;
    int bits = high ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll(low);

    if (bits <= 53)
        return ldexp((double)low, exp2);
    int drop = bits - 53;
    uint64_t m = (uint64_t)(v >> drop);
    number_u128 rest = v & (((number_u128)1 << drop) - 1), half = (number_u128)1 << (drop - 1);
    if (rest > half || (rest == half && (more || (m & 1))))
        m++;
    return ldexp((double)m, exp2 + drop);
}

/* mantissa * 10^exp10 in integers, for |exp10| <= POW5_MAX: exact before the one rounding. */
static double number_scale(uint64_t mantissa, int exp10)
{
    static const uint64_t pow5[POW5_MAX + 1] = {1,
                                                5,
                                                25,
                                                125,
                                                625,
                                                3125,
                                                15625,
                                                78125,
                                                390625,
                                                1953125,
                                                9765625,
                                                48828125,
                                                244140625,
                                                1220703125,
                                                6103515625,
                                                30517578125,
                                                152587890625,
                                                762939453125,
                                                3814697265625,
                                                19073486328125,
                                                95367431640625,
                                                476837158203125,
                                                2384185791015625,
                                                11920928955078125,
                                                59604644775390625,
                                                298023223876953125,
                                                1490116119384765625,
                                                7450580596923828125};

    if (exp10 >= 0)
        return number_round((number_u128)mantissa * pow5[exp10], exp10, false);
    int shift = __builtin_clzll(mantissa);
    number_u128 v = (number_u128)(mantissa << shift) << 63;
    uint64_t d = pow5[-exp10];
    return number_round(v / d, exp10 - shift - 63, v % d != 0);
}

/* Any number, by strtod on an integer and an exponent: without a point it knows no locale. */
static double number_slow(const number_parts *n, long long exp10)
{
    char text[DIGITS_KEPT + 32];
    size_t len = 0;
    bool more = false;

    for (const char *p = n->digits; p < n->digits_end; p++) {
        if (*p == '.')
            continue;
        if (len < DIGITS_KEPT)
            text[len++] = *p;
        else
            more = more || *p != '0';
    }
    exp10 += n->count - (long long)len;
    if (more) {
        text[len++] = '1';
        exp10--;
    }
    /* Clamp by the decimal point's place, so that 0.000...1e+N with many zeros stays right. */
    if (exp10 + (long long)len > 400)
        return HUGE_VAL;
    if (exp10 + (long long)len < -400)
        return 0;
    snprintf(text + len, sizeof text - len, "e%lld", exp10);
    return strtod(text, NULL);
}

static const char *number_word(const char *p, const char *end, const char *word)
{
    for (; *word; word++, p++)
        if (p == end || (*p | 0x20) != *word)
            return NULL;
    return p;
}

static const char *number_special(const char *p, const char *end, double *x)
{
    const char *q = number_word(p, end, "nan");

    *x = NAN;
    if (!q) {
        *x = HUGE_VAL;
        q = number_word(p, end, "infinity");
    }
    return q ? q : number_word(p, end, "inf");
}

/* mantissa * 10^exp10, if that is simple. */
static bool number_simple(uint64_t mantissa, long long exp10, double *x)
{
    static const double pow10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    if (mantissa == 0)
        *x = 0;
    else if (exp10 < -POW5_MAX || exp10 > POW5_MAX)
        return false;
    else if (mantissa >> 53 == 0 && exp10 >= -22 &&
             exp10 <= 22) /* two exact numbers, one rounding */
        *x = exp10 < 0 ? (double)mantissa / pow10[-exp10] : (double)mantissa * pow10[exp10];
    else
        *x = number_scale(mantissa, (int)exp10);
    return true;
}

/* The number at p if it is short and simple, as nearly all are; NULL tells nothing. */
static const char *number_short(const char *p, const char *end, double *x)
{
    const char *stop = end - p > DIGITS_FAST ? p + DIGITS_FAST : end, *q = p;
    uint64_t mantissa = 0;
    long long exp10 = 0;

    for (; q < stop && is_digit(*q); q++)
        mantissa = 10 * mantissa + (uint64_t)(*q - '0');
    if (q < stop && *q == '.') {
        const char *point = q++;
        for (; q < stop && is_digit(*q); q++)
            mantissa = 10 * mantissa + (uint64_t)(*q - '0');
        exp10 = point + 1 - q;
        if (q == p + 1)
            return NULL;
    }
    if (q == p || (q == stop && stop < end))
        return NULL;
    q = number_exponent(q, end, &exp10);
    return number_simple(mantissa, exp10, x) ? q : NULL;
}

const char *kr_read_double(const char *p, const char *end, double *out)
{
    number_parts n;
    bool negative = false;
    double x;

    if (p < end && (*p == '-' || *p == '+'))
        negative = *p++ == '-';
    const char *q = number_short(p, end, &x);
    if (q) {
        *out = negative ? -x : x;
        return q;
    }
    q = number_digits(p, end, &n);
    if (!q) {
        q = number_special(p, end, &x);
        if (!q)
            return NULL;
        *out = negative ? -x : x;
        return q;
    }
    long long e = n.exp10;
    q = number_exponent(q, end, &e);
    if (n.count > DIGITS_FAST || !number_simple(n.mantissa, e, &x))
        x = number_slow(&n, e);
    *out = negative ? -x : x;
    return q;
}

bool kr_parse_double(const char *text, double *out)
{
    double x;

    while (kr_is_space(*text))
        text++;
    const char *end = text + strlen(text);
    while (end > text && kr_is_space(end[-1]))
        end--;
    if (kr_read_double(text, end, &x) != end || end == text)
        return false;
    *out = x;
    return true;
}

bool kr_parse_int(const char *text, long long *out)
{
    bool negative = false;
    long long x = 0;

    while (kr_is_space(*text))
        text++;
    if (*text == '-' || *text == '+')
        negative = *text++ == '-';
    if (!is_digit(*text))
        return false;
    for (; is_digit(*text); text++) {
        int digit = negative ? -(*text - '0') : *text - '0';
        if (__builtin_mul_overflow(x, 10, &x) || __builtin_add_overflow(x, digit, &x))
            return false;
    }
    while (kr_is_space(*text))
        text++;
    if (*text)
        return false;
    *out = x;
    return true;
}

/* The `count` significant digits nearest to x > 0 and the exponent of the first; true if they read
 * back as x. */
static bool repr_digits(double x, int count, char digits[20], int *exp10)
{
    char text[40];
    int n = 0;
    double back = 0;

    snprintf(text, sizeof text, "%.*e", count - 1, x);
    const char *e = strchr(text, 'e');
    for (const char *p = text; p < e; p++)
        if (is_digit(*p)) /* the point may be another sign, by the locale */
            digits[n++] = *p;
    digits[n] = '\0';
    *exp10 = (int)strtol(e + 1, NULL, 10);
    snprintf(text, sizeof text, "%se%d", digits, *exp10 - (count - 1));
    kr_read_double(text, text + strlen(text), &back);
    if (back == x)
        return true;
    /* Below a power of two the doubles lie closer than above it: the digits next above may read
     * back where the nearest do not. */
    if (digits[n - 1] == '9')
        return false;
    digits[n - 1]++;
    snprintf(text, sizeof text, "%se%d", digits, *exp10 - (count - 1));
    kr_read_double(text, text + strlen(text), &back);
    return back == x;
}

/* digits and exp10 in Python's layout: fixed from 1e-4 to below 1e16, always with a point. */
static void repr_layout(const char *digits, int exp10, char *p)
{
    int n = (int)strlen(digits);

    if (exp10 < -4 || exp10 >= 16) {
        *p++ = digits[0];
        if (n > 1)
            *p++ = '.';
        for (int i = 1; i < n; i++)
            *p++ = digits[i];
        snprintf(p, 16, "e%c%02d", exp10 < 0 ? '-' : '+', abs(exp10));
        return;
    }
    int first = exp10 < 0 ? exp10 : 0, last = n - 1 > exp10 + 1 ? n - 1 : exp10 + 1;
    for (int i = first; i <= last; i++) { /* the i-th digit, zeros outside */
        if (i == exp10 + 1)
            *p++ = '.';
        *p++ = i >= 0 && i < n ? digits[i] : '0';
    }
    *p = '\0';
}

char *kr_repr_double(double x, char *buf)
{
    char digits[20];
    int exp10 = 0;
    double ax = fabs(x);

    if (isnan(x) || isinf(x) || x == 0) {
        const char *text = isnan(x) ? "nan" : isinf(x) ? "inf" : "0.0";
        snprintf(buf, 32, "%s%s", signbit(x) && !isnan(x) ? "-" : "", text);
        return buf;
    }
    /* Fifteen digits show any shorter decimal that reads back, with zeros behind it; the numbers
     * next to zero have fewer digits and are searched from one. */
    int count = ax < 2.3e-308 ? 1 : 15;
    while (!repr_digits(ax, count, digits, &exp10) && count < 17)
        count++;
    for (size_t n = strlen(digits); n > 1 && digits[n - 1] == '0'; n--)
        digits[n - 1] = '\0';
    buf[0] = '-';
    repr_layout(digits, exp10, x < 0 ? buf + 1 : buf);
    return buf;
}
