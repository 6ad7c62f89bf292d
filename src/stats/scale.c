/* Which rates share a value: steps through the bits of numbers, doubled until they leave it. */
#include "stats/scale.h"

double kr_scale_last_rate(kr_scale scale, double rate, double value)
{
    uint64_t good = kr_bits_of(rate), step = 1, end = kr_bits_of(INFINITY);
    while (good + step < end && kr_scale_value(scale, kr_of_bits(good + step)) <= value) {
        good += step;
        step *= 2;
    }
    for (uint64_t bad = good + step < end ? good + step : end; bad - good > 1;) {
        uint64_t middle = good + (bad - good) / 2;
        if (kr_scale_value(scale, kr_of_bits(middle)) <= value)
            good = middle;
        else
            bad = middle;
    }
    return kr_of_bits(good);
}

double kr_scale_first_rate(kr_scale scale, double rate, double value)
{
    uint64_t good = kr_bits_of(rate), step = 1;
    while (good >= step && kr_scale_value(scale, kr_of_bits(good - step)) >= value) {
        good -= step;
        step *= 2;
    }
    for (uint64_t back = good >= step ? step : good + 1; back > 1;) {
        uint64_t middle = back / 2;
        if (kr_scale_value(scale, kr_of_bits(good - middle)) >= value) {
            good -= middle;
            back -= middle;
        } else {
            back = middle;
        }
    }
    return kr_of_bits(good);
}
