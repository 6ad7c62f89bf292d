#include "draw/palette.h"

#include <math.h>

kr_colour kr_palette_colour(size_t k)
{
    static const unsigned colours[KR_PALETTE_COLOURS] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
                                                         0xe69f00, 0x56b4e9, 0x000000};
    return KR_RGB(colours[k % KR_PALETTE_COLOURS]);
}

kr_pen kr_palette_pen(size_t colour, size_t dash, double width)
{
    static const double dashes[KR_PALETTE_DASHES][4] = {
        {0, 0, 0, 0}, {5, 2.5, 5, 2.5}, {1.2, 2, 1.2, 2}, {6, 2, 1.2, 2}};
    kr_pen pen = {kr_palette_colour(colour), width, {0}};
    dash += colour / KR_PALETTE_COLOURS; /* where a colour comes again */
    for (size_t i = 0; i < 4; i++)
        pen.dash[i] = dashes[dash % KR_PALETTE_DASHES][i];
    return pen;
}

/* Every sixteenth part of it; between them straight. */
kr_colour kr_palette_viridis(double t)
{
    static const unsigned at[] = {0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d,
                                  0x2c728e, 0x26828e, 0x21918c, 0x1fa088, 0x28ae80, 0x3fbc73,
                                  0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725};
    const size_t parts = sizeof at / sizeof at[0] - 1;
    double x = fmin(1, fmax(0, t)) * (double)parts;
    size_t i = (size_t)x < parts ? (size_t)x : parts - 1;
    double f = x - (double)i;
    kr_colour a = KR_RGB(at[i]), b = KR_RGB(at[i + 1]);
    return (kr_colour){a.r + f * (b.r - a.r), a.g + f * (b.g - a.g), a.b + f * (b.b - a.b), 1};
}
