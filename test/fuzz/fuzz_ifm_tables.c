/* Feeds inputs to the readers of factors and of regimes of `gim ifm`: two tables, with a line "--" between them. What they
 * take for a graph and regimes must be one for the library too. SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/driver.h"

#include <gim/gim.h>

#include "../src/commands.h"
#include "../src/ifm_graph.h"

enum { MOST_ASKED = 4, MOST_WORK = 2000 };

/* Standard error leads nowhere while an input is read, which is bad more often than not. */
static int hush(int before)
{
    int now = before < 0 ? dup(2) : before, nowhere = before < 0 ? open("/dev/null", O_WRONLY) : -1;
    dup2(before < 0 ? nowhere : before, 2);
    close(before < 0 ? nowhere : before);
    return before < 0 ? now : -1;
}

static void ask(const struct ifm_graph *graph, const struct ifm_regimes *regimes)
{
    size_t m = graph->interventions.n, T = regimes->environments.n;
    gim_ifm_graph *made = NULL;
    need(ifm_graph_make(graph, &made) == EXIT_OK, "a graph that was read cannot be made");
    for (size_t t = 0; t < T && t < MOST_ASKED; t++) {
        gim_ifm_verdict *verdict;
        gim_ifm_summary summary = {.struct_size = sizeof summary};
        for (size_t j = 0; j < m; j++)
            need(regimes->levels[t * m + j] < graph->levels[j].n, "a level that is not there");
        need(gim_ifm_identify(made, regimes->levels, T, regimes->levels + t * m, GIM_IFM_PER_VARIABLE, &verdict) ==
                 GIM_OK,
             "regimes that were read cannot be asked about");
        gim_ifm_verdict_summary(verdict, &summary);
        need(summary.method == GIM_IFM_BY_OBSERVATION, "an observed regime is none");
        gim_ifm_verdict_free(verdict);
    }
    gim_ifm_graph_free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char factors[64], tried[64];
    static const char mark[] = "\n--\n";
    const uint8_t *middle = memmem(data, size, mark, sizeof mark - 1), *end = data + size;
    const uint8_t *second = middle != NULL ? middle + sizeof mark - 1 : end;
    int files[2] = {open_input(data, (size_t)((middle != NULL ? middle : end) - data), factors),
                    open_input(second, (size_t)(end - second), tried)};
    struct ui ui = {.command = "gim ifm"};
    struct ifm_graph graph = {0};
    struct ifm_regimes regimes = {.counted = true};
    int before = hush(-1), code = ifm_graph_read(&graph, &ui, factors, 0, "0");
    if (code == EXIT_OK)
        code = ifm_regimes_read(&regimes, &graph, tried, 0);
    if (code == EXIT_OK)
        code = ifm_regimes_distinct(&regimes, &graph);
    hush(before);
    need(code == EXIT_OK || code == EXIT_FAILED, "another exit code");
    if (code == EXIT_OK && regimes.environments.n > 0 && graph.factors.n * regimes.environments.n < MOST_WORK)
        ask(&graph, &regimes);
    ifm_regimes_free(&regimes);
    ifm_graph_free(&graph);
    close(files[0]);
    close(files[1]);
    return 0;
}

/* ---- where to begin ---- */

#ifndef GIM_LIBFUZZER

static const char *const fuzz_words[] = {"factor",
                                         "variables",
                                         "interventions",
                                         "environment",
                                         "rows",
                                         "0",
                                         "1",
                                         "-1",
                                         "1e9",
                                         "a,b",
                                         "a,a",
                                         ",",
                                         "\t",
                                         "\n",
                                         "\r\n",
                                         "\"",
                                         "\"\"",
                                         "\n--\n",
                                         "drug",
                                         "heat",
                                         "\xff",
                                         "\xef\xbb\xbf",
                                         "18446744073709551615",
                                         NULL};

static void fuzz_mend(fuzz_input *input)
{
    (void)input;
}

static size_t fuzz_seeds(fuzz_input *seeds)
{
    static const char *const texts[] = {
        "factor\tvariables\tinterventions\ngrowth\ta,b\tdrug,heat\nstress\tb,c\theat,salt\n\n--\n"
        "environment\tdrug\theat\tsalt\trows\ncontrol\t0\t0\t0\t5\ndrug\t1\t0\t0\t7\nheat\t0\thigh\t0\t9\n",
        "variables,interventions\n\"a,b\",drug\nb,\n--\nenvironment,drug\nc,0\nd,\"1,5\"\n",
        "variables\tinterventions\na\t\n--\nenvironment\nonly\n"};
    for (size_t i = 0; i < 3; i++) {
        seeds[i] = (fuzz_input){(uint8_t *)strdup(texts[i]), strlen(texts[i])};
        need(seeds[i].data != NULL, "out of memory");
    }
    return 3;
}

#endif
