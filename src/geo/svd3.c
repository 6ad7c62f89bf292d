#include "geo/svd3.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* I - tau v v', v[from] = 1; components before `from` are not touched. */
typedef struct reflection {
    int from;
    double tau, v[3];
} reflection;

/* The bidiagonal matrix and what was applied from the left to make it so. */
typedef struct bidiagonal {
    double d[3], e[2];
    reflection left[3];
} bidiagonal;

static double length2(double x, double y)
{
    double w = fmax(fabs(x), fabs(y)), z = fmin(fabs(x), fabs(y));

    return z == 0.0 ? w : w * sqrt(1.0 + (z / w) * (z / w));
}

/* The reflection that brings x onto axis `from`, where it becomes *onto. */
static reflection reflection_of(const double x[3], int from, double *onto)
{
    reflection h = {from, 0.0, {0.0, 0.0, 0.0}};
    double rest = 0.0, scale;

    for (int k = from + 1; k < 3; k++)
        rest += x[k] * x[k];
    rest = sqrt(rest);
    h.v[from] = 1.0;
    *onto = x[from];
    if (rest == 0.0)
        return h;
    *onto = -copysign(length2(x[from], rest), x[from]);
    h.tau = (*onto - x[from]) / *onto;
    scale = 1.0 / (x[from] - *onto);
    for (int k = from + 1; k < 3; k++)
        h.v[k] = x[k] * scale;
    return h;
}

static void reflect(const reflection *h, double x[3])
{
    double along = 0.0, t;

    for (int k = h->from; k < 3; k++)
        along += x[k] * h->v[k];
    t = -h->tau * along;
    for (int k = h->from; k < 3; k++)
        x[k] += h->v[k] * t;
}

/* The same of a row from the right; the products are rounded in another order. */
static void reflect_row(const reflection *h, double x[3])
{
    double along = 0.0;

    for (int k = h->from; k < 3; k++)
        along += x[k] * h->v[k];
    for (int k = h->from; k < 3; k++)
        x[k] += along * (-h->tau * h->v[k]);
}

static void make_bidiagonal(double m[3][3], bidiagonal *b)
{
    double a[3][3]; /* by column */

    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            a[j][i] = m[i][j];
    }
    for (int i = 0; i < 3; i++) {
        b->left[i] = reflection_of(a[i], i, &b->d[i]);
        for (int j = i + 1; j < 3; j++)
            reflect(&b->left[i], a[j]);
        if (i < 2) {
            double row[3] = {a[0][i], a[1][i], a[2][i]};
            reflection right = reflection_of(row, i + 1, &b->e[i]);

            for (int k = i + 1; k < 3; k++) {
                double x[3] = {a[0][k], a[1][k], a[2][k]};

                reflect_row(&right, x);
                for (int j = i + 1; j < 3; j++)
                    a[j][k] = x[j];
            }
        }
    }
}

/* Rotation that brings (f, g) onto the first axis: c >= 0. */
typedef struct turn {
    double c, s, r;
} turn;

static turn turn_of(double f, double g)
{
    turn t = {1.0, 0.0, f};

    if (g == 0.0)
        return t;
    if (f == 0.0)
        return (turn){0.0, copysign(1.0, g), fabs(g)};
    t.r = copysign(sqrt(f * f + g * g), f);
    t.c = fabs(f) / fabs(t.r);
    t.s = g / t.r;
    return t;
}

/* State of the iteration; u: left singular vectors of the bidiagonal matrix, by column. Seen from
 * the lower end if `up`: D and E below count from the end at which a sweep begins. */
typedef struct iteration {
    double d[3], e[2], u[3][3];
    double threshold, tolerance;
    bool up;
} iteration;

static double *at_d(iteration *q, int i)
{
    return &q->d[q->up ? 2 - i : i];
}

static double *at_e(iteration *q, int i)
{
    return &q->e[q->up ? 1 - i : i];
}

static void turn_columns(iteration *q, int first, double c, double s)
{
    for (int i = 0; i < 3; i++) {
        double x = q->u[first][i], y = q->u[first + 1][i];

        q->u[first + 1][i] = c * y - s * x;
        q->u[first][i] = s * y + c * x;
    }
}

/* What a sweep does to the left vectors comes from the left turns on the way down, from the right
 * ones on the way up. */
static void take_turn(iteration *q, int i, turn left, turn right)
{
    if (q->up)
        turn_columns(q, 1 - i, right.c, -right.s);
    else
        turn_columns(q, i, left.c, left.s);
}

static void sweep_without_shift(iteration *q)
{
    turn right = {1.0, 0.0, 0.0}, left = {1.0, 0.0, 0.0};
    double h;

    for (int i = 0; i < 2; i++) {
        right = turn_of(*at_d(q, i) * right.c, *at_e(q, i));
        if (i > 0)
            *at_e(q, i - 1) = left.s * right.r;
        left = turn_of(left.c * right.r, *at_d(q, i + 1) * right.s);
        *at_d(q, i) = left.r;
        take_turn(q, i, left, right);
    }
    h = *at_d(q, 2) * right.c;
    *at_d(q, 2) = h * left.c;
    *at_e(q, 1) = h * left.s;
}

static void sweep(iteration *q, double shift)
{
    double d0 = *at_d(q, 0);
    double f = (fabs(d0) - shift) * (copysign(1.0, d0) + shift / d0), g = *at_e(q, 0);

    for (int i = 0; i < 2; i++) {
        turn right = turn_of(f, g), left;
        double d = *at_d(q, i), e = *at_e(q, i), next = *at_d(q, i + 1);

        if (i > 0)
            *at_e(q, i - 1) = right.r;
        f = right.c * d + right.s * e;
        e = right.c * e - right.s * d;
        g = right.s * next;
        next = right.c * next;
        left = turn_of(f, g);
        *at_d(q, i) = left.r;
        *at_e(q, i) = e;
        f = left.c * e + left.s * next;
        *at_d(q, i + 1) = left.c * next - left.s * e;
        if (i == 0) {
            g = left.s * *at_e(q, 1);
            *at_e(q, 1) = left.c * *at_e(q, 1);
        }
        take_turn(q, i, left, right);
    }
    *at_e(q, 1) = f;
}

/* The least singular value of the triangle (f, g; 0, h). */
static double least_of_two(double f, double g, double h)
{
    double least = fmin(fabs(f), fabs(h)), most = fmax(fabs(f), fabs(h)), off = fabs(g);
    double a, b, u;

    if (least == 0.0)
        return 0.0;
    a = 1.0 + least / most;
    b = (most - least) / most;
    if (off < most) {
        u = (off / most) * (off / most);
        return least * (2.0 / (sqrt(a * a + u) + sqrt(b * b + u)));
    }
    u = most / off;
    if (u == 0.0)
        return least * most / off;
    return 2.0 * (least / (sqrt(1.0 + (a * u) * (a * u)) + sqrt(1.0 + (b * u) * (b * u)))) * u;
}

/* Zero what is negligible; true if something was. *least: a lower bound of the singular values. */
static bool deflate(iteration *q, double *least)
{
    double mu = fabs(*at_d(q, 0));

    if (fabs(*at_e(q, 1)) <= q->tolerance * fabs(*at_d(q, 2))) {
        *at_e(q, 1) = 0.0;
        return true;
    }
    *least = mu;
    for (int i = 0; i < 2; i++) {
        if (fabs(*at_e(q, i)) <= q->tolerance * mu) {
            *at_e(q, i) = 0.0;
            return true;
        }
        mu = fabs(*at_d(q, i + 1)) * (mu / (mu + fabs(*at_e(q, i))));
        *least = fmin(*least, mu);
    }
    return false;
}

static double shift_of(iteration *q, double least)
{
    const double eps = DBL_EPSILON / 2.0;
    double most = 0.0, shift, d0 = fabs(*at_d(q, 0));

    for (int i = 0; i < 3; i++)
        most = fmax(most, fmax(fabs(q->d[i]), i < 2 ? fabs(q->e[i]) : 0.0));
    if (3.0 * q->tolerance * (least / most) <= fmax(eps, 0.01 * q->tolerance))
        return 0.0;
    shift = least_of_two(*at_d(q, 1), *at_e(q, 1), *at_d(q, 2));
    return d0 > 0.0 && (shift / d0) * (shift / d0) < eps ? 0.0 : shift;
}

/* The rotation of the left vectors of the triangle (f, g; 0, h), and its singular values without
 * their signs. */
static turn left_turn_of_two(double f, double g, double h, double value[2])
{
    bool swapped = fabs(h) > fabs(f);
    double big = swapped ? h : f, small = swapped ? f : h;
    double fa = fabs(big), ha = fabs(small), ga = fabs(g);
    double d, l, m, t, s, r, a, crt, srt, clt, slt;

    value[0] = fa;
    value[1] = ha;
    if (ga == 0.0)
        return swapped ? (turn){0.0, 1.0, 0.0} : (turn){1.0, 0.0, 0.0};
    if (ga > fa && fa / ga < DBL_EPSILON / 2.0) {
        value[0] = ga;
        value[1] = ha > 1.0 ? fa / (ga / ha) : fa / ga * ha;
        return swapped ? (turn){1.0, big / g, 0.0} : (turn){1.0, small / g, 0.0};
    }
    d = fa - ha;
    l = d == fa ? 1.0 : d / fa;
    m = g / big;
    t = 2.0 - l;
    s = sqrt(t * t + m * m);
    r = l == 0.0 ? fabs(m) : sqrt(l * l + m * m);
    a = 0.5 * (s + r);
    value[0] = fa * a;
    value[1] = ha / a;
    if (m * m == 0.0)
        t = l == 0.0 ? copysign(2.0, big) * copysign(1.0, g) : g / copysign(d, big) + m / t;
    else
        t = (m / (s + t) + m / (r + l)) * (1.0 + a);
    l = sqrt(t * t + 4.0);
    crt = 2.0 / l;
    srt = t / l;
    clt = (crt + srt * m) / a;
    slt = small / big * srt / a;
    return swapped ? (turn){srt, crt, 0.0} : (turn){clt, slt, 0.0};
}

/* The last two-by-two block, from row `first` on. */
static void finish_block(iteration *q, int first)
{
    double value[2];
    turn t = left_turn_of_two(q->d[first], q->e[first], q->d[first + 1], value);

    q->d[first] = value[0];
    q->d[first + 1] = value[1];
    for (int i = 0; i < 3; i++) {
        double x = q->u[first][i], y = q->u[first + 1][i];

        q->u[first][i] = t.c * x + t.s * y;
        q->u[first + 1][i] = t.c * y - t.s * x;
    }
}

static void begin(const bidiagonal *b, iteration *q)
{
    const double eps = DBL_EPSILON / 2.0;
    double mu = fabs(b->d[0]), least = mu;

    memset(q, 0, sizeof *q);
    memcpy(q->d, b->d, sizeof q->d);
    memcpy(q->e, b->e, sizeof q->e);
    for (int i = 0; i < 3; i++)
        q->u[i][i] = 1.0;
    for (int i = 1; i < 3 && least > 0.0; i++) {
        mu = fabs(b->d[i]) * (mu / (mu + fabs(b->e[i - 1])));
        least = fmin(least, mu);
    }
    q->tolerance = fmax(10.0, fmin(100.0, pow(eps, -0.125))) * eps;
    q->threshold = fmax(q->tolerance * (least / sqrt(3.0)), 54.0 * DBL_MIN);
    q->up = fabs(b->d[0]) < fabs(b->d[2]);
}

/* Until the matrix falls apart into a block of two and a single value. */
static void iterate(iteration *q)
{
    const int many = 60;

    for (int n = 0; n < many; n++) {
        double least = 0.0, shift;

        if (fabs(q->e[1]) <= q->threshold) {
            if (fabs(q->e[0]) > q->threshold)
                finish_block(q, 0);
            return;
        }
        if (fabs(q->e[0]) <= q->threshold) {
            finish_block(q, 1);
            return;
        }
        if (deflate(q, &least))
            continue;
        shift = shift_of(q, least);
        if (shift == 0.0)
            sweep_without_shift(q);
        else
            sweep(q, shift);
        if (fabs(*at_e(q, 1)) <= q->threshold)
            *at_e(q, 1) = 0.0;
    }
}

kr_vec3 kr_svd3_last(double m[3][3])
{
    bidiagonal b;
    iteration q;
    int last = 0;

    make_bidiagonal(m, &b);
    begin(&b, &q);
    iterate(&q);
    for (int i = 1; i < 3; i++) {
        if (fabs(q.d[i]) < fabs(q.d[last]))
            last = i;
    }
    for (int i = 2; i >= 0; i--)
        reflect(&b.left[i], q.u[last]);
    return (kr_vec3){q.u[last][0], q.u[last][1], q.u[last][2]};
}
