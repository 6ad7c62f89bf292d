#include "run/svg.h"

#include <math.h>
#include <string.h>

void kr_svg_escaped(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if ((unsigned char)*text < ' ')
            fputc(' ', out);
        else
            fputc((unsigned char)*text < 127 ? *text : '?', out);
    }
}

void kr_svg_text(FILE *out, double x, double y, const char *attributes, const char *text)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, attributes);
    kr_svg_escaped(text, out);
    fputs("</text>\n", out);
}

void kr_svg_fitted(FILE *out, double x, double y, const char *text)
{
    char length[96];
    snprintf(length, sizeof length, " textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\"",
             KR_SVG_LETTER * (double)strlen(text));
    kr_svg_text(out, x, y, length, text);
}

/* Hues 137 degrees apart: the golden angle keeps any few that follow each other apart. Those that
 * come near each other again differ in lightness. */
static void put_fills(FILE *out, int saturation, int lightness, int step)
{
    for (int i = 0; i < KR_SVG_COLOURS; i++)
        fprintf(out, ".k%d{fill:hsl(%d,%d%%,%d%%)}", i, (30 + 137 * i) % 360, saturation,
                lightness + step * (i / 5 % 3));
}

void kr_svg_begin(FILE *out, double width, double height, const char *title, const char *style,
                  const char *dark)
{
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
            "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"11\">\n"
            "<title>",
            width, height, width, height);
    kr_svg_escaped(title, out);
    fputs("</title>\n<style>.page{fill:#ffffff}text{fill:#1c1c1c}.soft{fill:#5a5f66}"
          ".none{fill:#d5d8dd}.head{font-size:15px;font-weight:bold}"
          ".axis{stroke:#9aa0a8;stroke-width:1;fill:none}.grid{stroke:#e2e4e8;stroke-width:1}",
          out);
    put_fills(out, 62, 80, -6);
    fputs(style, out);
    fputs("@media (prefers-color-scheme:dark){.page{fill:#16181c}text{fill:#ececec}"
          ".soft{fill:#a6acb5}.none{fill:#3b4048}.axis{stroke:#767c85}.grid{stroke:#2a2e34}",
          out);
    put_fills(out, 42, 35, -7);
    fputs(dark, out);
    fprintf(out,
            "}</style>\n<rect class=\"page\" width=\"%.0f\" height=\"%.0f\"/>\n"
            "<text class=\"head\" x=\"12\" y=\"24\">",
            width, height);
    kr_svg_escaped(title, out);
    fputs("</text>\n", out);
}

double kr_nice_step(double span, double wanted)
{
    double power = pow(10.0, floor(log10(span / wanted))), times = span / wanted / power;
    return power * (times < 1.5 ? 1.0 : times < 3.5 ? 2.0 : times < 7.5 ? 5.0 : 10.0);
}
