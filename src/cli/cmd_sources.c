#include "cli/options.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    cli_job_options o;
    int status = cli_read_job_options(&cli_cmd_sources, argc, argv, false, &o);
    if (status >= 0)
        return status;
    if (!o.run.dir)
        return cli_usage(&cli_cmd_sources, "-o DIR is wanted: the folder of the maps");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_sources_write(ctx, &o.run, stdout));
}

static const cli_option options[] = {
    {'o', NULL, "DIR", CLI_DIR,
     "folder of the maps: points.geojson, areas.geojson, fault_traces.geojson, "
     "fault_outlines.geojson, section_traces.geojson, sections.geojson, as far as the job has such "
     "sources, and sources.gpkg with all of them as layers"},
    CLI_OPTION_PARAMETER,
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_sources = {
    .name = "sources",
    .synopsis = "sources JOB.ini -o DIR [-p key=value]...",
    .about = "write the sources of a job as maps (GeoJSON, GeoPackage)",
    .lead = "Points, areas, traces and outlines of faults, outlines of sections, each with what "
            "there is to know about it; any geographic information system opens them. Each source "
            "is drawn as its file has it, before any change by the logic tree.",
    .options = options,
    .words = CLI_FILE,
    .run = run,
};
