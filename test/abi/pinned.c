/* Numbers that programs and bindings have compiled in: none may ever change. New ones are added at the end of their
 * group. SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "gim/gim.h"

#define PIN(name, value) _Static_assert((name) == (value), #name " is no longer " #value)

/* gim_status */
PIN(GIM_OK, 0);
PIN(GIM_STOPPED, 1);
PIN(GIM_CYCLIC, 2);
PIN(GIM_LOW_OVERLAP, 3);
PIN(GIM_ERR_NOMEM, -1);
PIN(GIM_ERR_ARGUMENT, -2);
PIN(GIM_ERR_STATE, -3);
PIN(GIM_ERR_OPTION, -4);
PIN(GIM_ERR_DATA, -5);
PIN(GIM_ERR_BUSY, -6);
PIN(GIM_ERR_IO, -7);
PIN(GIM_ERR_FORMAT, -8);
PIN(GIM_ERR_VERSION, -9);
PIN(GIM_ERR_NUMERIC, -10);
PIN(GIM_ERR_REFUSED, -11);

/* gim_option */
PIN(GIM_MECHANISM, 100);
PIN(GIM_INTERVENTION, 101);
PIN(GIM_MARGINAL, 102);
PIN(GIM_HIDDEN, 103);
PIN(GIM_RANK, 104);
PIN(GIM_WIDTH, 105);
PIN(GIM_EDGE_SCALE, 106);
PIN(GIM_TEMPERATURE, 107);
PIN(GIM_EFFECT_NOISE, 108);
PIN(GIM_RELAXED_SHIFT, 109);
PIN(GIM_METHOD, 110);
PIN(GIM_DOSE_FEATURE, 111);
PIN(GIM_LOG_DETERMINANT, 112);
PIN(GIM_GRAPH_SPARSITY, 200);
PIN(GIM_TARGET_SPARSITY, 201);
PIN(GIM_SIGMA_LATENT, 202);
PIN(GIM_SIGMA_MECHANISM, 203);
PIN(GIM_SIGMA_NETWORK, 204);
PIN(GIM_TARGET_RELIEF, 205);
PIN(GIM_SEED, 300);
PIN(GIM_STEPS, 301);
PIN(GIM_DRAWS, 302);
PIN(GIM_BATCH_ROWS, 303);
PIN(GIM_LEARNING_RATE, 304);
PIN(GIM_CHECK_EVERY, 305);
PIN(GIM_HELD_OUT, 306);
PIN(GIM_PENALTY_START, 307);
PIN(GIM_PENALTY_GROWTH, 308);
PIN(GIM_TOLERANCE, 309);
PIN(GIM_POWER_STEPS, 310);
PIN(GIM_THREADS, 311);
PIN(GIM_MEMORY_BUDGET, 312);
PIN(GIM_ANNEAL, 313);
PIN(GIM_REFINE, 314);
PIN(GIM_PATIENCE, 315);

/* gim_mechanism */
PIN(GIM_LINEAR, 0);
PIN(GIM_NONLINEAR, 1);
PIN(GIM_ZERO_INFLATED, 2);

/* gim_intervention */
PIN(GIM_HARD, 0);
PIN(GIM_SHIFT, 1);

/* gim_marginal */
PIN(GIM_PER_SAMPLE, 0);
PIN(GIM_PER_ENVIRONMENT, 1);
PIN(GIM_PER_DATASET, 2);

/* gim_relaxed_shift */
PIN(GIM_SHIFT_SCALED, 0);
PIN(GIM_SHIFT_MIXED, 1);

/* gim_method */
PIN(GIM_METHOD_MODEL, 0);
PIN(GIM_METHOD_NO_CHANGE, 1);
PIN(GIM_METHOD_TRAIN_MEAN, 2);
PIN(GIM_METHOD_NEAREST, 3);
PIN(GIM_METHOD_NEAREST_DOSE, 4);
PIN(GIM_METHOD_LOWER_DOSE, 5);
PIN(GIM_METHOD_ADDITIVE, 6);
PIN(GIM_METHOD_RIDGE, 7);
PIN(GIM_METHOD_MLP, 8);

/* gim_option_kind */
PIN(GIM_INT, 0);
PIN(GIM_REAL, 1);
PIN(GIM_CHOICE, 2);

/* gim_report_item */
PIN(GIM_REPORT_STATUS, 0);
PIN(GIM_REPORT_STEP, 1);
PIN(GIM_REPORT_OBJECTIVE, 2);
PIN(GIM_REPORT_HELD_OUT, 3);
PIN(GIM_REPORT_ACYCLICITY, 4);
PIN(GIM_REPORT_EDGES, 5);
PIN(GIM_REPORT_EDGES_REMOVED, 6);
PIN(GIM_REPORT_SECONDS, 7);
PIN(GIM_REPORT_ROWS, 8);
PIN(GIM_REPORT_ROWS_HELD_OUT, 9);
PIN(GIM_REPORT_ROWS_IN_MEMORY, 10);

/* gim_effect */
PIN(GIM_EFFECT_MEAN, 0);
PIN(GIM_EFFECT_LOG_SCALE, 1);
PIN(GIM_EFFECT_LOGIT_PI, 2);

/* gim_graph_kind */
PIN(GIM_ERDOS_RENYI, 0);
PIN(GIM_SCALE_FREE, 1);

/* gim_part */
PIN(GIM_TRAINING, 0);
PIN(GIM_NEW_DOSES, 1);
PIN(GIM_NEW_PERTURBATIONS, 2);

/* gim_ifm_criterion */
PIN(GIM_IFM_PER_VARIABLE, 0);
PIN(GIM_IFM_PRODUCT_RATIO, 1);
PIN(GIM_IFM_MESSAGE_PASSING, 2);

/* gim_ifm_method */
PIN(GIM_IFM_NOT_IDENTIFIED, 0);
PIN(GIM_IFM_BY_OBSERVATION, 1);
PIN(GIM_IFM_BY_RATIO, 2);
PIN(GIM_IFM_BY_VARIABLES, 3);
PIN(GIM_IFM_BY_MESSAGES, 4);

/* gim_ifm_networks */
PIN(GIM_IFM_SHARED, 0);
PIN(GIM_IFM_TABLE, 1);

/* gim_ifm_objective */
PIN(GIM_IFM_QUADRATURE, 0);
PIN(GIM_IFM_BINNED, 1);
PIN(GIM_IFM_SCORE_MATCHING, 2);

/* gim_ifm_estimator */
PIN(GIM_IFM_DIRECT, 0);
PIN(GIM_IFM_WEIGHTED, 1);
PIN(GIM_IFM_REWEIGHTED, 2);

/* gim_metric */
PIN(GIM_METRIC_MEAN_DISTANCE, 0);
PIN(GIM_METRIC_KDE_NLL, 1);
PIN(GIM_METRIC_WASSERSTEIN, 2);
PIN(GIM_METRIC_ENERGY, 3);
PIN(GIM_METRIC_MMD, 4);
PIN(GIM_METRIC_WASSERSTEIN_1, 5);

/* macros */
PIN(GIM_HISTORY_COLUMNS, 6);

/* Structures: members keep their places; new ones come at the end. The numbers are those of 64-bit Linux. */
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member " has moved")

#if defined(__LP64__)
AT(gim_allocator, struct_size, 0);
AT(gim_allocator, allocate, 8);
AT(gim_allocator, release, 16);
AT(gim_allocator, user, 24);
PIN(sizeof(gim_allocator), 32);

AT(gim_environment, struct_size, 0);
AT(gim_environment, n_rows, 8);
AT(gim_environment, observational, 16);
AT(gim_environment, name, 24);
PIN(sizeof(gim_environment), 32);

AT(gim_data, struct_size, 0);
AT(gim_data, n_environments, 8);
AT(gim_data, describe, 16);
AT(gim_data, read, 24);
AT(gim_data, user, 32);
PIN(sizeof(gim_data), 40);

AT(gim_progress, struct_size, 0);
AT(gim_progress, step, 8);
AT(gim_progress, steps, 16);
AT(gim_progress, objective, 24);
AT(gim_progress, held_out, 32);
AT(gim_progress, acyclicity, 40);
AT(gim_progress, penalty, 48);
AT(gim_progress, edges, 56);
AT(gim_progress, seconds_left, 64);
PIN(sizeof(gim_progress), 72);

AT(gim_simulation, struct_size, 0);
AT(gim_simulation, seed, 8);
AT(gim_simulation, variables, 16);
AT(gim_simulation, edges_per_variable, 24);
AT(gim_simulation, graph, 32);
AT(gim_simulation, mechanism, 36);
AT(gim_simulation, intervention, 40);
AT(gim_simulation, weight_lowest, 48);
AT(gim_simulation, weight_highest, 56);
AT(gim_simulation, noise, 64);
AT(gim_simulation, confounders, 72);
AT(gim_simulation, perturbations, 80);
AT(gim_simulation, new_perturbations, 88);
AT(gim_simulation, doses, 96);
AT(gim_simulation, new_doses, 104);
AT(gim_simulation, n_doses, 112);
AT(gim_simulation, n_new_doses, 120);
AT(gim_simulation, effect_lowest, 128);
AT(gim_simulation, effect_highest, 136);
AT(gim_simulation, control_rows, 144);
AT(gim_simulation, rows, 152);
AT(gim_simulation, test_rows, 160);
AT(gim_simulation, components, 168);
AT(gim_simulation, raw, 176);
PIN(sizeof(gim_simulation), 184);

AT(gim_graph_scores, struct_size, 0);
AT(gim_graph_scores, true_positives, 8);
AT(gim_graph_scores, false_positives, 16);
AT(gim_graph_scores, false_negatives, 24);
AT(gim_graph_scores, reversed, 32);
AT(gim_graph_scores, shd, 40);
AT(gim_graph_scores, shd_entries, 48);
AT(gim_graph_scores, sid, 56);
AT(gim_graph_scores, precision, 64);
AT(gim_graph_scores, recall, 72);
AT(gim_graph_scores, f1, 80);
PIN(sizeof(gim_graph_scores), 88);

AT(gim_ifm_summary, struct_size, 0);
AT(gim_ifm_summary, method, 8);
AT(gim_ifm_summary, unique, 12);
AT(gim_ifm_summary, residual, 16);
AT(gim_ifm_summary, n_unseen, 24);
AT(gim_ifm_summary, n_failed, 32);
AT(gim_ifm_summary, n_certificate, 40);
AT(gim_ifm_summary, n_terms, 48);
AT(gim_ifm_summary, n_fill, 56);
AT(gim_ifm_summary, difficulty, 64);
PIN(sizeof(gim_ifm_summary), 72);

AT(gim_outcomes, struct_size, 0);
AT(gim_outcomes, n_rows, 8);
AT(gim_outcomes, n_variables, 16);
AT(gim_outcomes, n_outcomes, 24);
AT(gim_outcomes, x, 32);
AT(gim_outcomes, y, 40);
AT(gim_outcomes, weights, 48);
PIN(sizeof(gim_outcomes), 56);

AT(gim_regression_settings, struct_size, 0);
AT(gim_regression_settings, seed, 8);
AT(gim_regression_settings, width, 16);
AT(gim_regression_settings, steps, 24);
AT(gim_regression_settings, batch_rows, 32);
AT(gim_regression_settings, learning_rate, 40);
AT(gim_regression_settings, decay, 48);
AT(gim_regression_settings, held_out, 56);
AT(gim_regression_settings, threads, 64);
AT(gim_regression_settings, networks, 72);
PIN(sizeof(gim_regression_settings), 80);

AT(gim_ifm_asking, struct_size, 0);
AT(gim_ifm_asking, estimator, 8);
AT(gim_ifm_asking, n_rows, 16);
AT(gim_ifm_asking, regression, 24);
AT(gim_ifm_asking, outcomes, 32);
AT(gim_ifm_asking, settings, 40);
AT(gim_ifm_asking, sampling, 48);
PIN(sizeof(gim_ifm_asking), 56);

AT(gim_ifm_settings, struct_size, 0);
AT(gim_ifm_settings, seed, 8);
AT(gim_ifm_settings, networks, 16);
AT(gim_ifm_settings, objective, 20);
AT(gim_ifm_settings, hidden, 24);
AT(gim_ifm_settings, grid, 32);
AT(gim_ifm_settings, steps, 40);
AT(gim_ifm_settings, batch_rows, 48);
AT(gim_ifm_settings, learning_rate, 56);
AT(gim_ifm_settings, decay, 64);
AT(gim_ifm_settings, level_decay, 72);
AT(gim_ifm_settings, held_out, 80);
AT(gim_ifm_settings, check_every, 88);
AT(gim_ifm_settings, threads, 96);
AT(gim_ifm_settings, memory_budget, 104);
PIN(sizeof(gim_ifm_settings), 112);

AT(gim_ifm_report, struct_size, 0);
AT(gim_ifm_report, status, 8);
AT(gim_ifm_report, step, 16);
AT(gim_ifm_report, best, 24);
AT(gim_ifm_report, objective, 32);
AT(gim_ifm_report, held_out, 40);
AT(gim_ifm_report, seconds, 48);
AT(gim_ifm_report, rows, 56);
AT(gim_ifm_report, rows_held_out, 64);
AT(gim_ifm_report, rows_in_memory, 72);
PIN(sizeof(gim_ifm_report), 80);

AT(gim_ifm_sampling, struct_size, 0);
AT(gim_ifm_sampling, seed, 8);
AT(gim_ifm_sampling, chains, 16);
AT(gim_ifm_sampling, burn, 24);
AT(gim_ifm_sampling, thin, 32);
AT(gim_ifm_sampling, grid, 40);
AT(gim_ifm_sampling, threads, 48);
AT(gim_ifm_sampling, force, 56);
PIN(sizeof(gim_ifm_sampling), 64);
#endif

PIN(sizeof(gim_metric), sizeof(int));
PIN(sizeof(gim_option), sizeof(int));
PIN(sizeof(gim_status), sizeof(int));
