/* Intensity measures. */
#ifndef KR_MODEL_IMT_H
#define KR_MODEL_IMT_H

#include "base/ctx.h"

#include <stdint.h>

typedef enum kr_imt_kind {
    KR_IMT_PGA,
    KR_IMT_PGV,
    KR_IMT_PGD,
    KR_IMT_SA,
    KR_IMT_AVGSA,
    KR_IMT_SDI,
    KR_IMT_CAV,
    KR_IMT_IA,
    KR_IMT_RSD575,
    KR_IMT_RSD595,
    KR_IMT_RSD2080,
    KR_IMT_MMI,
    KR_IMT_JMA,
    KR_IMT_EAS,
    KR_IMT_FAS,
    KR_IMT_DRVT,
    KR_IMT_LSD,
    KR_IMT_KIND_COUNT
} kr_imt_kind;

#define KR_IMT_BIT(kind) (1u << KR_IMT_##kind)

typedef struct kr_imt {
    char name[32]; /* normalised: "PGA", "SA(0.1)" */
    kr_imt_kind kind;
    double period;  /* s for SA, AvgSA, SDi; 0 for measures without one; Hz for EAS, FAS, DRVT */
    double damping; /* percent, 5 unless written */
    double strength_ratio; /* SDi; else 0 */
} kr_imt;

/** Read a measure's name, normalising it ("SA(0.10)" -> "SA(0.1)", "0.2" -> "SA(0.2)"). False if it
 * is none. */
int kr_imt_parse(const char *text, kr_imt *out);

/** Whether it is an ordinate of a uniform hazard spectrum: PGA or SA. */
bool kr_imt_in_spectrum(const kr_imt *imt);

/** The period in seconds by which measures are ordered: 0 without one, 1 / frequency for EAS, FAS,
 * DRVT. */
double kr_imt_order(const kr_imt *imt);

/** The unit that values of a measure are in: "g", "cm/s"; "" where there is none. */
const char *kr_imt_unit(const kr_imt *imt);

#endif
