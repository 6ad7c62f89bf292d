/* The quantities that ground-motion models may ask for, one column each in a batch of contexts. One
 * list makes the enum, the names (those of the field and of job files) and the kinds. */
#ifndef KR_MODEL_COLUMN_H
#define KR_MODEL_COLUMN_H

#include <stdint.h>

typedef enum kr_column_kind {
    KR_COLUMN_RUPTURE,
    KR_COLUMN_DISTANCE,
    KR_COLUMN_SITE
} kr_column_kind;

/* X(ID, name, kind, unit). Site columns that are words (siteclass, geology, ...) hold
 * kr_column_code(word). */
#define KR_COLUMN_LIST(X)                                                                          \
    X(MAG, "mag", RUPTURE, "")                                                                     \
    X(RAKE, "rake", RUPTURE, "degrees")                                                            \
    X(DIP, "dip", RUPTURE, "degrees")                                                              \
    X(STRIKE, "strike", RUPTURE, "degrees")                                                        \
    X(ZTOR, "ztor", RUPTURE, "km")                                                                 \
    X(ZBOT, "zbot", RUPTURE, "km")                                                                 \
    X(WIDTH, "width", RUPTURE, "km")                                                               \
    X(HYPO_DEPTH, "hypo_depth", RUPTURE, "km")                                                     \
    X(HYPO_LON, "hypo_lon", RUPTURE, "degrees")                                                    \
    X(HYPO_LAT, "hypo_lat", RUPTURE, "degrees")                                                    \
    X(IN_CSHM, "in_cshm", RUPTURE, "0 or 1")                                                       \
    X(RRUP, "rrup", DISTANCE, "km")                                                                \
    X(RJB, "rjb", DISTANCE, "km")                                                                  \
    X(RX, "rx", DISTANCE, "km")                                                                    \
    X(RY0, "ry0", DISTANCE, "km")                                                                  \
    X(RHYPO, "rhypo", DISTANCE, "km")                                                              \
    X(REPI, "repi", DISTANCE, "km")                                                                \
    X(AZIMUTH, "azimuth", DISTANCE, "degrees")                                                     \
    X(AZIMUTHCP, "azimuthcp", DISTANCE, "degrees")                                                 \
    X(RVOLC, "rvolc", DISTANCE, "km")                                                              \
    X(RCDPP, "rcdpp", DISTANCE, "")                                                                \
    X(CLON, "clon", DISTANCE, "degrees")                                                           \
    X(CLAT, "clat", DISTANCE, "degrees")                                                           \
    X(LON, "lon", SITE, "degrees")                                                                 \
    X(LAT, "lat", SITE, "degrees")                                                                 \
    X(DEPTH, "depth", SITE, "km")                                                                  \
    X(VS30, "vs30", SITE, "m/s")                                                                   \
    X(VS30MEASURED, "vs30measured", SITE, "0 or 1")                                                \
    X(Z1PT0, "z1pt0", SITE, "m")                                                                   \
    X(Z1PT4, "z1pt4", SITE, "m")                                                                   \
    X(Z2PT5, "z2pt5", SITE, "km")                                                                  \
    X(BACKARC, "backarc", SITE, "0, 1 or 2")                                                       \
    X(XVF, "xvf", SITE, "km")                                                                      \
    X(KAPPA0, "kappa0", SITE, "s")                                                                 \
    X(SITECLASS, "siteclass", SITE, "word")                                                        \
    X(SOILTYPE, "soiltype", SITE, "")                                                              \
    X(BAS, "bas", SITE, "0 or 1")                                                                  \
    X(AMPCODE, "ampcode", SITE, "word")                                                            \
    X(EC8, "ec8", SITE, "word")                                                                    \
    X(EC8_P18, "ec8_p18", SITE, "word")                                                            \
    X(H800, "h800", SITE, "m")                                                                     \
    X(GEOLOGY, "geology", SITE, "word")                                                            \
    X(REGION, "region", SITE, "")                                                                  \
    X(SLOPE, "slope", SITE, "")                                                                    \
    X(F0, "f0", SITE, "Hz")                                                                        \
    X(THV, "THV", SITE, "s")                                                                       \
    X(PHV, "PHV", SITE, "")                                                                        \
    X(AMPLFACTOR, "amplfactor", SITE, "")                                                          \
    X(CH_AMPL03, "ch_ampl03", SITE, "")                                                            \
    X(CH_AMPL06, "ch_ampl06", SITE, "")                                                            \
    X(CH_PHIS2S03, "ch_phis2s03", SITE, "")                                                        \
    X(CH_PHIS2S06, "ch_phis2s06", SITE, "")                                                        \
    X(CH_PHISS03, "ch_phiss03", SITE, "")                                                          \
    X(CH_PHISS06, "ch_phiss06", SITE, "")                                                          \
    X(FREEFACE_RATIO, "freeface_ratio", SITE, "")                                                  \
    X(T_15, "T_15", SITE, "")                                                                      \
    X(D50_15, "D50_15", SITE, "")                                                                  \
    X(F_15, "F_15", SITE, "")

typedef enum kr_column {
#define X(id, name, kind, unit) KR_COL_##id,
    KR_COLUMN_LIST(X)
#undef X
        KR_COL_COUNT
} kr_column;

/* A set of columns. */
typedef uint64_t kr_columns;
#define KR_HAS(columns, id) (((columns) >> KR_COL_##id) & 1u)
#define KR_BIT(id)          ((kr_columns)1 << KR_COL_##id)
_Static_assert(KR_COL_COUNT <= 64, "a set of columns is 64 bits");

const char *kr_column_name(kr_column column);
const char *kr_column_unit(kr_column column); /* "km", "m/s", ...; "" where there is none */
kr_column_kind kr_column_kind_of(kr_column column);

/** The column of that name, or KR_COL_COUNT. */
kr_column kr_column_find(const char *name);

/** True if the column holds a word (siteclass, geology, ...). */
int kr_column_is_word(kr_column column);

/** A word as a number that a column can hold exactly (a hash of 52 bits; equal words, equal
 * numbers). */
double kr_column_code(const char *word);

#endif
