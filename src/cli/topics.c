/* What `kauri help TOPIC` tells, and the sections of the manual page. */
#include "cli/cli.h"

static const cli_topic topics[] = {
    {"jobs", "job files: what is read, and where results go",
     "A job is a file of OpenQuake: lines key = value below headings in brackets, which do not "
     "count. Kauri reads it as it is, with the NRML models that it names; files are named from the "
     "job's folder. docs/parameters.md lists all parameters. What is not there yet is refused with "
     "file and line, what does nothing is named in a note, and a name that is no parameter is a "
     "warning; on the command line, where -p sets parameters, it is an error.\n\n"
     "  kauri info JOB.ini                        what it holds and will take\n"
     "  kauri run JOB.ini -o DIR -e csv           results.h5 and tables\n"
     "  kauri run JOB.ini -p truncation_level=3   with another parameter\n"
     "  kauri run JOB.ini -p site_count=10        at ten of its sites\n\n"
     "calculation_mode is classical, disaggregation, or preclassical for what kauri info tells. "
     "Sites come from "
     "sites, a CSV file, a site model, an exposure, or a grid over a region. branch_count, "
     "site_count "
     "and level_count make a smaller job of a large one."},
    {"logic-trees", "logic trees, realizations, statistics and weights",
     "A realization is one path through the source-model tree and one model for each tectonic "
     "region. Kauri computes rates of exceedance for each component, a set of sources that always "
     "appear together, and each ground-motion model; realizations are sums of them and are never "
     "held. Mean, standard deviation and quantiles are exact, from how the tree falls apart; kauri "
     "info tells how. Single realizations are stored with individual_rlzs = true, or come from a "
     "finished run:\n\n"
     "  kauri export DIR hcurves --rlz 17\n"
     "  kauri stats DIR -o NEW --quantiles '0.05 0.95'\n"
     "  kauri stats DIR -o NEW --source-tree weights.xml\n"
     "  kauri export DIR tornado variance_shares\n\n"
     "The last tells where the uncertainty comes from; stats takes other statistics, weights and "
     "pruned trees without computing hazard again. See docs/logic-trees.md."},
    {"memory", "the memory limit, and what takes the memory",
     "--memory-limit SIZE is what all accounts of the program together may hold; without it that "
     "is "
     "half of what the machine and its control groups allow. Sites are computed in tiles that fit, "
     "with the same results; what cannot fit is refused before it starts, with status 3 and the "
     "figure that would be enough. Libraries and code take some 20 to 35 MB besides.\n\n"
     "  kauri info JOB.ini --memory-limit 1G      whether it fits, and what takes how much\n"
     "  kauri info JOB.ini --fit 1G               how many sites, levels, branches would\n"
     "  kauri run JOB.ini --memory-report         who held what at the peak\n\n"
     "See docs/memory.md."},
    {"formats", "files that are written, and JSON for scripts",
     "results.h5 holds everything, under OpenQuake's names of datasets where it has one. -e csv "
     "writes the tables that OpenQuake exports, under its names. kauri sources writes GeoJSON. "
     "Nothing but results goes to standard output; the log and messages go to standard error, in "
     "colour on a terminal unless NO_COLOR is set.\n\n"
     "  kauri info JOB.ini --json     kauri run JOB.ini --json     kauri compare A B --json\n"
     "  kauri verify DIR --json       kauri gmm --list --json      kauri scaling ... --json\n\n"
     "print one object each, with the member \"format\" that names what it is. See "
     "docs/formats.md."},
    {"scenarios", "ground-motion models side by side",
     "kauri gmm MODEL... --scenario gives medians and standard deviations, for instance\n\n"
     "  kauri gmm BooreEtAl2014 Idriss2014 --scenario 'mag=7 rrup=1:300 vs30=760' -e csv,svg -o "
     "m7\n"
     "  kauri gmm BooreEtAl2014 --scenario 'mag=5:8 rjb=20 rake=90'\n"
     "  kauri gmm BooreEtAl2014 --scenario 'mag=7 rrup=20 period=0.01:10'\n"
     "  kauri gmm BooreEtAl2014 --scenario 'mag=7 rrup=20'\n\n"
     "One value may be a range lo:hi or lo:hi:points (61 without): distances, vs30 and periods go "
     "in "
     "equal ratios, equal steps where lo is not above 0; all others in equal steps. Over periods a "
     "model is given where it has them; else the measures are those of --imt, PGA and SA(1.0) "
     "without it. With -o the table is PREFIX.csv and the drawing PREFIX.svg, which has medians "
     "and "
     "total deviations of each measure; the table alone goes to standard output too. It has a row "
     "for each model, measure and point with all inputs that a model needs, so that it can be "
     "repeated with --table.\n\n"
     "A magnitude and one of rrup, rjb, rx, repi and rhypo are wanted. The site is across the "
     "middle "
     "of a plane, on the side that it dips to, unless a negative rx is given; the other distances "
     "follow. rjb 0 is above the lower edge of the plane. Where not given:\n\n"
     "  rake         0\n"
     "  dip          90; 40 for reverse slip (rake 30 to 150), 50 for normal slip (-150 to -30)\n"
     "  width        of Wells and Coppersmith (1994) for the magnitude and the slip, or from ztor "
     "to\n"
     "               zbot\n"
     "  ztor         such that the hypocentre, 60 % down the plane, is 5.63 + 0.68 mag km deep,\n"
     "               11.24 - 0.2 mag for reverse and normal slip (Kaklamanos and others, 2011), "
     "at\n"
     "               least 0, and not deeper than the nearest rrup or rhypo wanted\n"
     "  zbot, hypo_depth  of that plane\n"
     "  vs30         760 m/s, with z1pt0 of Chiou and Youngs (2014) and z2pt5 of Campbell and\n"
     "               Bozorgnia (2014) for California\n"
     "  azimuth      90; 270 for sites on the other side of the epicentre\n"
     "  strike, ry0, rvolc, rcdpp, in_cshm, depth, vs30measured, backarc  0\n\n"
     "Whatever else a model needs (siteclass, slope, lon, ...) is given as key=value."},
    {"exit-status", "what the exit status tells",
     "  0  done\n"
     "  1  the job or its input is wrong: one line on standard error names file, line and what "
     "would\n"
     "     be right\n"
     "  2  wrong usage\n"
     "  3  the calculation would not fit the memory limit, or its results the disk; also of kauri\n"
     "     info\n"
     "  4  interrupted; the same command goes on\n"
     "  5  internal error\n"
     "  6  compared and different\n"
     "  7  reading or writing failed"},
    {"files", "the files in the folder of the results",
     "  results.h5            everything the run computed, in HDF5\n"
     "  report.html           what the run found, for any browser (docs/report.md)\n"
     "  *.csv                 tables, with -e csv\n"
     "  SHA256SUMS            the digests of these files, as sha256sum writes and checks them\n"
     "  results.journal, results.tile.0, results.tile.1\n"
     "                        what a run has come to, until it ends. They may be removed: the run\n"
     "                        then begins again\n"
     "  results.lock          while a run is under way; one that was killed leaves it, and it "
     "does\n"
     "                        not disturb\n"
     "  *.part                files on their way; what a kill left of them is replaced\n"
     "  memory.json, memory-*.svg, memory-timeline.csv\n"
     "                        with --memory-report"},
    {"environment", "variables that are looked at",
     "  KAURI_ISA       v2, v3 or v4: compute with this instruction set of x86-64 and not with "
     "the\n"
     "                  best that the processor has. What is not there is named in a warning. A "
     "run\n"
     "                  that was interrupted goes on with the set it began with. On other "
     "processors\n"
     "                  there is one set, base\n"
     "  KAURI_PROGRAM   scaling: the program that runs the settings, without it the one that runs\n"
     "  TMPDIR          scaling: where the results of the settings are until they are compared,\n"
     "                  without -o; /tmp without it\n"
     "  NO_COLOR        set and not empty: no colour on terminals\n"
     "  TERM            dumb: no bar and no colour"},
    {"examples", "a few command lines",
     "  kauri info demos/area/job.ini\n"
     "  kauri run demos/area/job.ini -o results -e csv\n"
     "  kauri export results hcurves --rlz 17 -o tables\n"
     "  kauri plot results curve --site 0 --imt PGA -o curve.svg\n"
     "  kauri run demos/disaggregation/job.ini -o parts -e csv\n"
     "  kauri plot parts disagg -o parts.svg\n"
     "  kauri stats results -o quantiles --quantiles '0.05 0.95' -e csv\n"
     "  kauri compare results other-results --rtol 1e-6"},
    {NULL, NULL, NULL},
};

const cli_topic *cli_topics(void)
{
    return topics;
}
