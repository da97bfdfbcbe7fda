#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/build.h"
#include "drc/conf.h"
#include "drc/file.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    struct drc_estate estate;
    int64_t scale;
    if (cli_number(argc, argv, "--seed", 0, 999999999, 1, &estate.seed, err) < 0 ||
        cli_number(argc, argv, "--scale", 1, DRC_ESTATE_SCALE_MAX, 1, &scale, err) < 0)
        return -1;
    estate.scale = (int)scale;
    const char *out = cli_option(argc, argv, "--out"), *verb = argc > 1 ? argv[1] : "";
    const char *path = out == NULL ? drc_conf_str("DRC_FACTS_DB") : out;
    const char *home = drc_conf_home(err);
    if (home == NULL || cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (strcmp(verb, "build") == 0) {
        if (drc_file_mkparent(path, err) < 0 ||
            drc_build_facts(home, path, &estate, cli_progress, NULL, err) < 0)
            return -1;
        printf("%s: built and checked\n", path);
        return 0;
    }
    if (strcmp(verb, "check") == 0) {
        if (drc_build_check(home, path, err) < 0)
            return -1;
        printf("%s: every check of sql/checks holds\n", path);
        return 0;
    }
    return drc_err_set(err, DRC_ERR_INPUT, "give 'build' or 'check'; try --help");
}

const struct cli_command cli_db = {
    "db", "build|check [--seed S] [--scale N] [--out FILE]",
    "build   makes the facts database from sql/*.sql; without --seed and --scale the sample "
    "estate\n"
    "check   runs every check of sql/checks on it\n\n"
    "  --seed S    another estate of the same kind (sample: 1)\n"
    "  --scale N   1 to 12: N times the jobs of the sample over up to a year; 12 has some 10 "
    "million\n"
    "              usage rows and takes minutes\n"
    "  --out FILE  another file than DRC_FACTS_DB; the answer key of a build lies beside it\n",
    run};
