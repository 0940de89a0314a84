/* The subcommands of `gim`, one file each, and the exit codes they share. SPDX-License-Identifier: BSD-3-Clause */
#ifndef COMMANDS_H
#define COMMANDS_H

/* What every function of the command that can fail returns, too. */
enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Each takes the arguments from its own name on and returns the exit code. */
int command_fit(int argc, const char **argv);
int command_tune(int argc, const char **argv);
int command_sample(int argc, const char **argv);
int command_targets(int argc, const char **argv);
int command_graph(int argc, const char **argv);
int command_report(int argc, const char **argv);
int command_info(int argc, const char **argv);
int command_score(int argc, const char **argv);
int command_compare_graphs(int argc, const char **argv);
int command_compare_targets(int argc, const char **argv);
int command_prepare(int argc, const char **argv);
int command_simulate(int argc, const char **argv);
int command_ifm(int argc, const char **argv);
int command_ifm_factors(int argc, const char **argv);
int command_ifm_identify(int argc, const char **argv);
int command_ifm_fit(int argc, const char **argv);
int command_ifm_check(int argc, const char **argv);
int command_ifm_predict(int argc, const char **argv);
int command_ifm_sample(int argc, const char **argv);

#endif
