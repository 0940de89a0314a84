/* gim ifm: interventional factor models, a subcommand for each thing that is done with them.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"
#include "dispatch.h"

static const struct command subcommands[] = {
    {"factors", command_ifm_factors, "make the table of factors of a causal graph"},
    {"identify", command_ifm_identify, "say which untried combinations those that were tried determine"},
};

static const struct dispatch dispatch = {
    .name = "gim ifm",
    .what = "subcommand",
    .commands = subcommands,
    .n = sizeof subcommands / sizeof *subcommands,
    .before = "Interventional factor models: what combinations of interventions do that were not\n"
              "tried, where it is known which variables and interventions come together in factors.\n"
              "\n"
              "Usage: gim ifm SUBCOMMAND [OPTION...]\n",
    .after = "\n"
             "Example:\n"
             "  gim ifm identify --factors factors.tsv --observed tried.tsv\n"
             "\n"
             "gim ifm SUBCOMMAND --help tells more of one; gim info describes a model.",
};

int command_ifm(int argc, const char **argv)
{
    return dispatch_run(&dispatch, argc, argv);
}
