/* The velocity (m/s) of the rock that a model's motion on rock is meant for, where OpenQuake's
 * class declares one (DEFINED_FOR_REFERENCE_VELOCITY). Site amplification by convolution checks it,
 * and models that add a site term do. A name that ends in '*' stands for all that begin so. */
#include "gmm/gmm.h"

#include <math.h>
#include <string.h>

static const struct {
    double vs30;
    const char *const names[32];
} rocks[] = {
    {760,
     {"AkkarBommer2010",
      "Atkinson2008prime",
      "Atkinson2010Hawaii",
      "AtkinsonMacias2009NSHMP2014",
      "BooreAtkinson20*",
      "Campbell2003M*",
      "CampbellBozorgnia2003NSHMP2007",
      "EasternCan15*",
      "FrankelEtAl1996M*",
      "Geomatrix1993SSlabNSHMP2008",
      "OceanicCan15*",
      "PezeshkEtAl2011NEHRPBC",
      "SInterCan15*",
      "SSlabCan15*",
      "SandikkayaDinsever2018",
      "SilvaEtAl2002*",
      "SomervilleEtAl2001NSHMP2008",
      "TavakoliPezeshk2005M*",
      "ToroEtAl1997M*",
      "WesternCan15*"}},
    {800,
     {"AkkarEtAl*",
      "AtkinsonBoore2003S*",
      "Campbell2003SHARE",
      "CanadaSHM6_InSlab_AtkinsonBoore2003SSlabCascadia*",
      "CanadaSHM6_InSlab_ZhaoEtAl2006SSlabCascadia*",
      "CanadaSHM6_Interface_ZhaoEtAl2006SInterCascadia",
      "CauzziEtAl2014*",
      "DrouetAlpes2015Repi",
      "DrouetAlpes2015Repi_50bars",
      "DrouetAlpes2015Rhyp",
      "DrouetAlpes2015Rhyp_50bars",
      "DrouetAlpes2015Rjb*",
      "DrouetAlpes2015Rrup",
      "DrouetAlpes2015Rrup_50bars",
      "Eurocode8Amplification*",
      "Gupta2010SSlab",
      "Kanno2006*",
      "LinLee2008S*",
      "NathEtAl2012*",
      "PitilakisEtAl20*",
      "SomervilleEtAl2009*",
      "ToroEtAl2002SHARE",
      "YoungsEtAl1997*",
      "ZhaoEtAl2006Asc",
      "ZhaoEtAl2006AscSGS",
      "ZhaoEtAl2006S*"}},
    {820, {"Allen2012*"}},
    {1000,
     {"AbrahamsonEtAl2015S*", "AbrahamsonGulerce2020S*", "BCHydroESHM20S*",
      "CanadaSHM6_InSlab_AbrahamsonEtAl2015SSlab*", "CanadaSHM6_Interface_AbrahamsonEtAl2015SInter",
      "CauzziFaccioli2008", "ESHM20SInter*", "ESHM20SSlab*", "FaccioliEtAl2010", "MontalvaEtAl201*",
      "NZNSHM2022_AbrahamsonGulerce2020S*", "PhungEtAl2020S*"}},
    {1100, {"DouglasEtAl2013StochasticSD*", "KuehnEtAl202*", "NZNSHM2022_KuehnEtAl2020S*"}},
    {1105,
     {"AkkarBommer2010SWISS0*", "CauzziFaccioli2008SWISS0*", "ChiouYoungs2008SWISS0*",
      "EdwardsFah2013*", "ZhaoEtAl2006AscSWISS0*"}},
    {1130,
     {"CanadaSHM6_ActiveCrust_ChiouYoungs2014", "ChiouYoungs2008", "ChiouYoungs2014",
      "ChiouYoungs2014A*", "ChiouYoungs2014Italy", "ChiouYoungs2014Japan",
      "ChiouYoungs2014NearFaultEffect", "ChiouYoungs2014PEER", "ChiouYoungs2014Wenchuan",
      "PhungEtAl2020Asc", "Stafford2022"}},
    {1180,
     {"AbrahamsonEtAl2014", "AbrahamsonEtAl2014Reg*", "CanadaSHM6_ActiveCrust_AbrahamsonEtAl2014",
      "ChaoEtAl2020*"}},
    {2000,
     {"DrouetAlpes2015RepiHR", "DrouetAlpes2015RhypHR", "DrouetAlpes2015RrupHR*", "Idriss2014"}},
    {3000,
     {"ESHM20Craton", "ESHM20CratonHighStress*", "ESHM20CratonLowStress*", "ESHM20CratonMidStress*",
      "ESHM20CratonV*"}},
};

static bool matches(const char *pattern, const char *name)
{
    size_t n = strlen(pattern);
    return pattern[n - 1] == '*' ? strncmp(pattern, name, n - 1) == 0 : strcmp(pattern, name) == 0;
}

double kr_gmm_reference_vs30(const char *name)
{
    for (size_t i = 0; i < sizeof rocks / sizeof rocks[0]; i++)
        for (size_t k = 0; k < 32 && rocks[i].names[k]; k++)
            if (matches(rocks[i].names[k], name))
                return rocks[i].vs30;
    return NAN;
}
