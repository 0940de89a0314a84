# libgim's public functions, structures and constants, written by bindings/generate.py from its headers.
# SPDX-License-Identifier: BSD-3-Clause
module LibGIM

const libgim = "libgim.so.0"

const GIM_HISTORY_COLUMNS = Cint(6)
const GIM_OK = Cint(0)
const GIM_STOPPED = Cint(1)
const GIM_CYCLIC = Cint(2)
const GIM_LOW_OVERLAP = Cint(3)
const GIM_ERR_NOMEM = Cint(-1)
const GIM_ERR_ARGUMENT = Cint(-2)
const GIM_ERR_STATE = Cint(-3)
const GIM_ERR_OPTION = Cint(-4)
const GIM_ERR_DATA = Cint(-5)
const GIM_ERR_BUSY = Cint(-6)
const GIM_ERR_IO = Cint(-7)
const GIM_ERR_FORMAT = Cint(-8)
const GIM_ERR_VERSION = Cint(-9)
const GIM_ERR_NUMERIC = Cint(-10)
const GIM_ERR_REFUSED = Cint(-11)
const GIM_MECHANISM = Cint(100)
const GIM_INTERVENTION = Cint(101)
const GIM_MARGINAL = Cint(102)
const GIM_HIDDEN = Cint(103)
const GIM_RANK = Cint(104)
const GIM_WIDTH = Cint(105)
const GIM_EDGE_SCALE = Cint(106)
const GIM_TEMPERATURE = Cint(107)
const GIM_EFFECT_NOISE = Cint(108)
const GIM_RELAXED_SHIFT = Cint(109)
const GIM_METHOD = Cint(110)
const GIM_DOSE_FEATURE = Cint(111)
const GIM_LOG_DETERMINANT = Cint(112)
const GIM_GRAPH_SPARSITY = Cint(200)
const GIM_TARGET_SPARSITY = Cint(201)
const GIM_SIGMA_LATENT = Cint(202)
const GIM_SIGMA_MECHANISM = Cint(203)
const GIM_SIGMA_NETWORK = Cint(204)
const GIM_TARGET_RELIEF = Cint(205)
const GIM_SEED = Cint(300)
const GIM_STEPS = Cint(301)
const GIM_DRAWS = Cint(302)
const GIM_BATCH_ROWS = Cint(303)
const GIM_LEARNING_RATE = Cint(304)
const GIM_CHECK_EVERY = Cint(305)
const GIM_HELD_OUT = Cint(306)
const GIM_PENALTY_START = Cint(307)
const GIM_PENALTY_GROWTH = Cint(308)
const GIM_TOLERANCE = Cint(309)
const GIM_POWER_STEPS = Cint(310)
const GIM_THREADS = Cint(311)
const GIM_MEMORY_BUDGET = Cint(312)
const GIM_ANNEAL = Cint(313)
const GIM_REFINE = Cint(314)
const GIM_PATIENCE = Cint(315)
const GIM_LINEAR = Cint(0)
const GIM_NONLINEAR = Cint(1)
const GIM_ZERO_INFLATED = Cint(2)
const GIM_HARD = Cint(0)
const GIM_SHIFT = Cint(1)
const GIM_PER_SAMPLE = Cint(0)
const GIM_PER_ENVIRONMENT = Cint(1)
const GIM_PER_DATASET = Cint(2)
const GIM_SHIFT_SCALED = Cint(0)
const GIM_SHIFT_MIXED = Cint(1)
const GIM_METHOD_MODEL = Cint(0)
const GIM_METHOD_NO_CHANGE = Cint(1)
const GIM_METHOD_TRAIN_MEAN = Cint(2)
const GIM_METHOD_NEAREST = Cint(3)
const GIM_METHOD_NEAREST_DOSE = Cint(4)
const GIM_METHOD_LOWER_DOSE = Cint(5)
const GIM_METHOD_ADDITIVE = Cint(6)
const GIM_METHOD_RIDGE = Cint(7)
const GIM_METHOD_MLP = Cint(8)
const GIM_INT = Cint(0)
const GIM_REAL = Cint(1)
const GIM_CHOICE = Cint(2)
const GIM_REPORT_STATUS = Cint(0)
const GIM_REPORT_STEP = Cint(1)
const GIM_REPORT_OBJECTIVE = Cint(2)
const GIM_REPORT_HELD_OUT = Cint(3)
const GIM_REPORT_ACYCLICITY = Cint(4)
const GIM_REPORT_EDGES = Cint(5)
const GIM_REPORT_EDGES_REMOVED = Cint(6)
const GIM_REPORT_SECONDS = Cint(7)
const GIM_REPORT_ROWS = Cint(8)
const GIM_REPORT_ROWS_HELD_OUT = Cint(9)
const GIM_REPORT_ROWS_IN_MEMORY = Cint(10)
const GIM_EFFECT_MEAN = Cint(0)
const GIM_EFFECT_LOG_SCALE = Cint(1)
const GIM_EFFECT_LOGIT_PI = Cint(2)
const GIM_METRIC_MEAN_DISTANCE = Cint(0)
const GIM_METRIC_KDE_NLL = Cint(1)
const GIM_METRIC_WASSERSTEIN = Cint(2)
const GIM_METRIC_ENERGY = Cint(3)
const GIM_METRIC_MMD = Cint(4)
const GIM_METRIC_WASSERSTEIN_1 = Cint(5)
const GIM_ERDOS_RENYI = Cint(0)
const GIM_SCALE_FREE = Cint(1)
const GIM_TRAINING = Cint(0)
const GIM_NEW_DOSES = Cint(1)
const GIM_NEW_PERTURBATIONS = Cint(2)
const GIM_IFM_PER_VARIABLE = Cint(0)
const GIM_IFM_PRODUCT_RATIO = Cint(1)
const GIM_IFM_MESSAGE_PASSING = Cint(2)
const GIM_IFM_NOT_IDENTIFIED = Cint(0)
const GIM_IFM_BY_OBSERVATION = Cint(1)
const GIM_IFM_BY_RATIO = Cint(2)
const GIM_IFM_BY_VARIABLES = Cint(3)
const GIM_IFM_BY_MESSAGES = Cint(4)
const GIM_IFM_SHARED = Cint(0)
const GIM_IFM_TABLE = Cint(1)
const GIM_IFM_QUADRATURE = Cint(0)
const GIM_IFM_BINNED = Cint(1)
const GIM_IFM_SCORE_MATCHING = Cint(2)
const GIM_IFM_DIRECT = Cint(0)
const GIM_IFM_WEIGHTED = Cint(1)
const GIM_IFM_REWEIGHTED = Cint(2)

struct gim_allocator
    struct_size::Csize_t
    allocate::Ptr{Cvoid}
    release::Ptr{Cvoid}
    user::Ptr{Cvoid}
end

struct gim_environment
    struct_size::Csize_t
    n_rows::Csize_t
    observational::Cint
    name::Ptr{Cchar}
end

struct gim_data
    struct_size::Csize_t
    n_environments::Csize_t
    describe::Ptr{Cvoid}
    read::Ptr{Cvoid}
    user::Ptr{Cvoid}
end

struct gim_progress
    struct_size::Csize_t
    step::Int64
    steps::Int64
    objective::Cdouble
    held_out::Cdouble
    acyclicity::Cdouble
    penalty::Cdouble
    edges::Csize_t
    seconds_left::Cdouble
end

struct gim_graph_scores
    struct_size::Csize_t
    true_positives::Csize_t
    false_positives::Csize_t
    false_negatives::Csize_t
    reversed::Csize_t
    shd::Csize_t
    shd_entries::Csize_t
    sid::Cdouble
    precision::Cdouble
    recall::Cdouble
    f1::Cdouble
end

struct gim_simulation
    struct_size::Csize_t
    seed::UInt64
    variables::Csize_t
    edges_per_variable::Cdouble
    graph::Cint
    mechanism::Cint
    intervention::Cint
    weight_lowest::Cdouble
    weight_highest::Cdouble
    noise::Cdouble
    confounders::Csize_t
    perturbations::Csize_t
    new_perturbations::Csize_t
    doses::Ptr{Cdouble}
    new_doses::Ptr{Cdouble}
    n_doses::Csize_t
    n_new_doses::Csize_t
    effect_lowest::Cdouble
    effect_highest::Cdouble
    control_rows::Csize_t
    rows::Csize_t
    test_rows::Csize_t
    components::Csize_t
    raw::Cint
end

struct gim_ifm_summary
    struct_size::Csize_t
    method::Cint
    unique::Cint
    residual::Cdouble
    n_unseen::Csize_t
    n_failed::Csize_t
    n_certificate::Csize_t
    n_terms::Csize_t
    n_fill::Csize_t
    difficulty::Cdouble
end

struct gim_ifm_settings
    struct_size::Csize_t
    seed::UInt64
    networks::Cint
    objective::Cint
    hidden::Csize_t
    grid::Csize_t
    steps::Csize_t
    batch_rows::Csize_t
    learning_rate::Cdouble
    decay::Cdouble
    level_decay::Cdouble
    held_out::Cdouble
    check_every::Csize_t
    threads::Csize_t
    memory_budget::Csize_t
end

struct gim_ifm_report
    struct_size::Csize_t
    status::Cint
    step::Int64
    best::Int64
    objective::Cdouble
    held_out::Cdouble
    seconds::Cdouble
    rows::Csize_t
    rows_held_out::Csize_t
    rows_in_memory::Cint
end

struct gim_ifm_sampling
    struct_size::Csize_t
    seed::UInt64
    chains::Csize_t
    burn::Csize_t
    thin::Csize_t
    grid::Csize_t
    threads::Csize_t
    force::Cint
end

struct gim_outcomes
    struct_size::Csize_t
    n_rows::Csize_t
    n_variables::Csize_t
    n_outcomes::Csize_t
    x::Ptr{Cdouble}
    y::Ptr{Cdouble}
    weights::Ptr{Cdouble}
end

struct gim_regression_settings
    struct_size::Csize_t
    seed::UInt64
    width::Csize_t
    steps::Csize_t
    batch_rows::Csize_t
    learning_rate::Cdouble
    decay::Cdouble
    held_out::Cdouble
    threads::Csize_t
    networks::Csize_t
end

struct gim_ifm_asking
    struct_size::Csize_t
    estimator::Cint
    n_rows::Csize_t
    regression::Ptr{Cvoid}
    outcomes::Ptr{gim_outcomes}
    settings::Ptr{gim_regression_settings}
    sampling::Ptr{gim_ifm_sampling}
end

gim_version() =
    ccall((:gim_version, libgim), Ptr{Cchar}, ())

gim_status_name(status) =
    ccall((:gim_status_name, libgim), Ptr{Cchar}, (Cint,), status)

gim_status_text(status) =
    ccall((:gim_status_text, libgim), Ptr{Cchar}, (Cint,), status)

gim_model_new(model, n_variables, n_features, allocator) =
    ccall((:gim_model_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Csize_t, Csize_t, Ptr{gim_allocator}), model, n_variables,
            n_features, allocator)

gim_model_free(model) =
    ccall((:gim_model_free, libgim), Cvoid, (Ptr{Cvoid},), model)

gim_model_copy(copy, model) =
    ccall((:gim_model_copy, libgim), Cint, (Ptr{Ptr{Cvoid}}, Ptr{Cvoid}), copy, model)

gim_message(model, text, size) =
    ccall((:gim_message, libgim), Csize_t, (Ptr{Cvoid}, Ptr{Cchar}, Csize_t), model, text, size)

gim_variable_count(model) =
    ccall((:gim_variable_count, libgim), Csize_t, (Ptr{Cvoid},), model)

gim_feature_count(model) =
    ccall((:gim_feature_count, libgim), Csize_t, (Ptr{Cvoid},), model)

gim_set_variable_name(model, variable, name) =
    ccall((:gim_set_variable_name, libgim), Cint, (Ptr{Cvoid}, Csize_t, Cstring), model, variable, name)

gim_set_feature_name(model, feature, name) =
    ccall((:gim_set_feature_name, libgim), Cint, (Ptr{Cvoid}, Csize_t, Cstring), model, feature, name)

gim_variable_name(model, variable) =
    ccall((:gim_variable_name, libgim), Ptr{Cchar}, (Ptr{Cvoid}, Csize_t), model, variable)

gim_feature_name(model, feature) =
    ccall((:gim_feature_name, libgim), Ptr{Cchar}, (Ptr{Cvoid}, Csize_t), model, feature)

gim_set_note(model, note) =
    ccall((:gim_set_note, libgim), Cint, (Ptr{Cvoid}, Cstring), model, note)

gim_note(model) =
    ccall((:gim_note, libgim), Ptr{Cchar}, (Ptr{Cvoid},), model)

gim_option_count() =
    ccall((:gim_option_count, libgim), Csize_t, ())

gim_option_at(index, option) =
    ccall((:gim_option_at, libgim), Cint, (Csize_t, Ptr{Cint}), index, option)

gim_option_find(name, option) =
    ccall((:gim_option_find, libgim), Cint, (Cstring, Ptr{Cint}), name, option)

gim_option_name(option) =
    ccall((:gim_option_name, libgim), Ptr{Cchar}, (Cint,), option)

gim_option_help(option) =
    ccall((:gim_option_help, libgim), Ptr{Cchar}, (Cint,), option)

gim_option_type(option, kind) =
    ccall((:gim_option_type, libgim), Cint, (Cint, Ptr{Cint}), option, kind)

gim_option_range(option, lowest, highest, preset) =
    ccall((:gim_option_range, libgim), Cint, (Cint, Ptr{Cdouble}, Ptr{Cdouble}, Ptr{Cdouble}), option, lowest,
            highest, preset)

gim_option_choice(option, value) =
    ccall((:gim_option_choice, libgim), Ptr{Cchar}, (Cint, Int64), option, value)

gim_set_int(model, option, value) =
    ccall((:gim_set_int, libgim), Cint, (Ptr{Cvoid}, Cint, Int64), model, option, value)

gim_set_real(model, option, value) =
    ccall((:gim_set_real, libgim), Cint, (Ptr{Cvoid}, Cint, Cdouble), model, option, value)

gim_get_int(model, option, value) =
    ccall((:gim_get_int, libgim), Cint, (Ptr{Cvoid}, Cint, Ptr{Int64}), model, option, value)

gim_get_real(model, option, value) =
    ccall((:gim_get_real, libgim), Cint, (Ptr{Cvoid}, Cint, Ptr{Cdouble}), model, option, value)

gim_fit(model, data, progress, user) =
    ccall((:gim_fit, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_data}, Ptr{Cvoid}, Ptr{Cvoid}), model, data, progress, user)

gim_resume(model, data, progress, user) =
    ccall((:gim_resume, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_data}, Ptr{Cvoid}, Ptr{Cvoid}), model, data, progress, user)

gim_report(model, item, value) =
    ccall((:gim_report, libgim), Cint, (Ptr{Cvoid}, Cint, Ptr{Cdouble}), model, item, value)

gim_report_name(item) =
    ccall((:gim_report_name, libgim), Ptr{Cchar}, (Cint,), item)

gim_history(model, n_rows, history, capacity) =
    ccall((:gim_history, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Cdouble}, Csize_t), model, n_rows, history,
            capacity)

gim_environment_count(model) =
    ccall((:gim_environment_count, libgim), Csize_t, (Ptr{Cvoid},), model)

gim_environment_get(model, env, environment, features) =
    ccall((:gim_environment_get, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{gim_environment}, Ptr{Cdouble}), model, env,
            environment, features)

gim_sample(model, features, n_perturbations, n_rows, seed, x) =
    ccall((:gim_sample, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Csize_t, Csize_t, UInt64, Ptr{Cdouble}), model,
            features, n_perturbations, n_rows, seed, x)

gim_targets(model, features, probability) =
    ccall((:gim_targets, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Ptr{Cdouble}), model, features, probability)

gim_effect_count(model) =
    ccall((:gim_effect_count, libgim), Csize_t, (Ptr{Cvoid},), model)

gim_effect_at(model, index) =
    ccall((:gim_effect_at, libgim), Cint, (Ptr{Cvoid}, Csize_t), model, index)

gim_effect_name(effect) =
    ccall((:gim_effect_name, libgim), Ptr{Cchar}, (Cint,), effect)

gim_effects(model, features, effect, mean, spread) =
    ccall((:gim_effects, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Cint, Ptr{Cdouble}, Ptr{Cdouble}), model, features,
            effect, mean, spread)

gim_graph(model, probability, edges) =
    ccall((:gim_graph, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Ptr{Cuchar}), model, probability, edges)

gim_weights(model, weight) =
    ccall((:gim_weights, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}), model, weight)

gim_log_density(model, features, n_perturbations, x, n_rows, log_density) =
    ccall((:gim_log_density, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Csize_t, Ptr{Cdouble}, Csize_t, Ptr{Cdouble}),
            model, features, n_perturbations, x, n_rows, log_density)

gim_feature_distance(model, features, distance, outside) =
    ccall((:gim_feature_distance, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Ptr{Cdouble}, Ptr{Cint}), model, features,
            distance, outside)

gim_metric_name(metric) =
    ccall((:gim_metric_name, libgim), Ptr{Cchar}, (Cint,), metric)

gim_score_samples(metric, predicted, n_predicted, observed, n_observed, n_variables, allocator, score) =
    ccall((:gim_score_samples, libgim), Cint, (Cint, Ptr{Cdouble}, Csize_t, Ptr{Cdouble}, Csize_t, Csize_t,
            Ptr{gim_allocator}, Ptr{Cdouble}), metric, predicted, n_predicted, observed, n_observed, n_variables,
            allocator, score)

gim_shift_correlation(predicted, observed, reference, n_variables, correlation) =
    ccall((:gim_shift_correlation, libgim), Cint, (Ptr{Cdouble}, Ptr{Cdouble}, Ptr{Cdouble}, Csize_t, Ptr{Cdouble}),
            predicted, observed, reference, n_variables, correlation)

gim_discrimination(predicted, observed, n_environments, n_variables, rank) =
    ccall((:gim_discrimination, libgim), Cint, (Ptr{Cdouble}, Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cdouble}),
            predicted, observed, n_environments, n_variables, rank)

gim_coverage(predicted, n_predicted, observed, n_observed, n_variables, level, allocator, coverage) =
    ccall((:gim_coverage, libgim), Cint, (Ptr{Cdouble}, Csize_t, Ptr{Cdouble}, Csize_t, Csize_t, Cdouble,
            Ptr{gim_allocator}, Ptr{Cdouble}), predicted, n_predicted, observed, n_observed, n_variables, level,
            allocator, coverage)

gim_compare_graphs(estimate, truth, n_variables, allocator, scores) =
    ccall((:gim_compare_graphs, libgim), Cint, (Ptr{Cuchar}, Ptr{Cuchar}, Csize_t, Ptr{gim_allocator},
            Ptr{gim_graph_scores}), estimate, truth, n_variables, allocator, scores)

gim_average_precision(score, truth, n, allocator, value) =
    ccall((:gim_average_precision, libgim), Cint, (Ptr{Cdouble}, Ptr{Cuchar}, Csize_t, Ptr{gim_allocator},
            Ptr{Cdouble}), score, truth, n, allocator, value)

gim_model_save(model, path) =
    ccall((:gim_model_save, libgim), Cint, (Ptr{Cvoid}, Cstring), model, path)

gim_model_load(model, path, allocator) =
    ccall((:gim_model_load, libgim), Cint, (Ptr{Ptr{Cvoid}}, Cstring, Ptr{gim_allocator}), model, path, allocator)

gim_simulation_init(settings) =
    ccall((:gim_simulation_init, libgim), Cint, (Ptr{gim_simulation},), settings)

gim_system_new(system, settings, allocator) =
    ccall((:gim_system_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Ptr{gim_simulation}, Ptr{gim_allocator}), system,
            settings, allocator)

gim_system_free(system) =
    ccall((:gim_system_free, libgim), Cvoid, (Ptr{Cvoid},), system)

gim_system_message(system, text, size) =
    ccall((:gim_system_message, libgim), Csize_t, (Ptr{Cvoid}, Ptr{Cchar}, Csize_t), system, text, size)

gim_system_part(system, part, first, count) =
    ccall((:gim_system_part, libgim), Cint, (Ptr{Cvoid}, Cint, Ptr{Csize_t}, Ptr{Csize_t}), system, part, first, count)

gim_system_settings(system) =
    ccall((:gim_system_settings, libgim), Ptr{gim_simulation}, (Ptr{Cvoid},), system)

gim_system_environment(system, env, environment, features) =
    ccall((:gim_system_environment, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{gim_environment}, Ptr{Cdouble}), system,
            env, environment, features)

gim_system_perturbation(system, env, perturbation, dose, targets, effects) =
    ccall((:gim_system_perturbation, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{Csize_t}, Ptr{Cdouble}, Ptr{Cuchar},
            Ptr{Cdouble}), system, env, perturbation, dose, targets, effects)

gim_system_graph(system, edges, weights) =
    ccall((:gim_system_graph, libgim), Cint, (Ptr{Cvoid}, Ptr{Cuchar}, Ptr{Cdouble}), system, edges, weights)

gim_system_rows(system, env, n_rows, seed, x) =
    ccall((:gim_system_rows, libgim), Cint, (Ptr{Cvoid}, Csize_t, Csize_t, UInt64, Ptr{Cdouble}), system, env, n_rows,
            seed, x)

gim_ifm_graph_new(graph, n_variables, n_interventions, levels, allocator) =
    ccall((:gim_ifm_graph_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Csize_t, Csize_t, Ptr{Csize_t}, Ptr{gim_allocator}),
            graph, n_variables, n_interventions, levels, allocator)

gim_ifm_graph_free(graph) =
    ccall((:gim_ifm_graph_free, libgim), Cvoid, (Ptr{Cvoid},), graph)

gim_ifm_graph_message(graph, text, size) =
    ccall((:gim_ifm_graph_message, libgim), Csize_t, (Ptr{Cvoid}, Cstring, Csize_t), graph, text, size)

gim_ifm_graph_add_factor(graph, variables, interventions) =
    ccall((:gim_ifm_graph_add_factor, libgim), Cint, (Ptr{Cvoid}, Ptr{Cuchar}, Ptr{Cuchar}), graph, variables,
            interventions)

gim_ifm_graph_add_edges(graph, edges, targets) =
    ccall((:gim_ifm_graph_add_edges, libgim), Cint, (Ptr{Cvoid}, Ptr{Cuchar}, Ptr{Cuchar}), graph, edges, targets)

gim_ifm_factor_count(graph) =
    ccall((:gim_ifm_factor_count, libgim), Csize_t, (Ptr{Cvoid},), graph)

gim_ifm_variable_count(graph) =
    ccall((:gim_ifm_variable_count, libgim), Csize_t, (Ptr{Cvoid},), graph)

gim_ifm_intervention_count(graph) =
    ccall((:gim_ifm_intervention_count, libgim), Csize_t, (Ptr{Cvoid},), graph)

gim_ifm_level_count(graph, intervention) =
    ccall((:gim_ifm_level_count, libgim), Csize_t, (Ptr{Cvoid}, Csize_t), graph, intervention)

gim_ifm_factor(graph, factor, variables, interventions) =
    ccall((:gim_ifm_factor, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{Cuchar}, Ptr{Cuchar}), graph, factor, variables,
            interventions)

gim_ifm_identify(graph, observed, n_observed, target, criterion, verdict) =
    ccall((:gim_ifm_identify, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Csize_t, Ptr{Csize_t}, Cint, Ptr{Ptr{Cvoid}}),
            graph, observed, n_observed, target, criterion, verdict)

gim_ifm_identify_rows(graph, observed, rows, n_observed, target, criterion, verdict) =
    ccall((:gim_ifm_identify_rows, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Csize_t}, Csize_t, Ptr{Csize_t},
            Cint, Ptr{Ptr{Cvoid}}), graph, observed, rows, n_observed, target, criterion, verdict)

gim_ifm_verdict_free(verdict) =
    ccall((:gim_ifm_verdict_free, libgim), Cvoid, (Ptr{Cvoid},), verdict)

gim_ifm_verdict_summary(verdict, summary) =
    ccall((:gim_ifm_verdict_summary, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_ifm_summary}), verdict, summary)

gim_ifm_exponents(verdict, variable, exponents) =
    ccall((:gim_ifm_exponents, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{Cdouble}), verdict, variable, exponents)

gim_ifm_unseen(verdict, factors) =
    ccall((:gim_ifm_unseen, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}), verdict, factors)

gim_ifm_failed(verdict, variables) =
    ccall((:gim_ifm_failed, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}), verdict, variables)

gim_ifm_certificate(verdict, factors, regimes, weights) =
    ccall((:gim_ifm_certificate, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Csize_t}, Ptr{Cdouble}), verdict,
            factors, regimes, weights)

gim_ifm_terms(verdict, regimes, exponents, observed) =
    ccall((:gim_ifm_terms, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Int64}, Ptr{Cuchar}), verdict, regimes,
            exponents, observed)

gim_ifm_suggest(graph, observed, n_observed, target, criterion, regimes, capacity, n) =
    ccall((:gim_ifm_suggest, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Csize_t, Ptr{Csize_t}, Cint, Ptr{Csize_t},
            Csize_t, Ptr{Csize_t}), graph, observed, n_observed, target, criterion, regimes, capacity, n)

gim_ifm_settings_init(settings) =
    ccall((:gim_ifm_settings_init, libgim), Cint, (Ptr{gim_ifm_settings},), settings)

gim_ifm_new(model, graph, allocator) =
    ccall((:gim_ifm_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Ptr{Cvoid}, Ptr{gim_allocator}), model, graph, allocator)

gim_ifm_free(model) =
    ccall((:gim_ifm_free, libgim), Cvoid, (Ptr{Cvoid},), model)

gim_ifm_message(model, text, size) =
    ccall((:gim_ifm_message, libgim), Csize_t, (Ptr{Cvoid}, Cstring, Csize_t), model, text, size)

gim_ifm_graph_of(model) =
    ccall((:gim_ifm_graph_of, libgim), Ptr{Cvoid}, (Ptr{Cvoid},), model)

gim_ifm_set_variable_name(model, variable, name) =
    ccall((:gim_ifm_set_variable_name, libgim), Cint, (Ptr{Cvoid}, Csize_t, Cstring), model, variable, name)

gim_ifm_set_intervention_name(model, intervention, name) =
    ccall((:gim_ifm_set_intervention_name, libgim), Cint, (Ptr{Cvoid}, Csize_t, Cstring), model, intervention, name)

gim_ifm_set_note(model, note) =
    ccall((:gim_ifm_set_note, libgim), Cint, (Ptr{Cvoid}, Cstring), model, note)

gim_ifm_variable_name(model, variable) =
    ccall((:gim_ifm_variable_name, libgim), Ptr{Cchar}, (Ptr{Cvoid}, Csize_t), model, variable)

gim_ifm_intervention_name(model, intervention) =
    ccall((:gim_ifm_intervention_name, libgim), Ptr{Cchar}, (Ptr{Cvoid}, Csize_t), model, intervention)

gim_ifm_note(model) =
    ccall((:gim_ifm_note, libgim), Ptr{Cchar}, (Ptr{Cvoid},), model)

gim_ifm_fit(model, settings, data, progress, user) =
    ccall((:gim_ifm_fit, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_ifm_settings}, Ptr{gim_data}, Ptr{Cvoid}, Ptr{Cvoid}),
            model, settings, data, progress, user)

gim_ifm_get_report(model, report) =
    ccall((:gim_ifm_get_report, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_ifm_report}), model, report)

gim_ifm_get_settings(model, settings) =
    ccall((:gim_ifm_get_settings, libgim), Cint, (Ptr{Cvoid}, Ptr{gim_ifm_settings}), model, settings)

gim_ifm_regime_count(model) =
    ccall((:gim_ifm_regime_count, libgim), Csize_t, (Ptr{Cvoid},), model)

gim_ifm_regime(model, index, regime, levels) =
    ccall((:gim_ifm_regime, libgim), Cint, (Ptr{Cvoid}, Csize_t, Ptr{gim_environment}, Ptr{Csize_t}), model, index,
            regime, levels)

gim_ifm_save(model, path) =
    ccall((:gim_ifm_save, libgim), Cint, (Ptr{Cvoid}, Cstring), model, path)

gim_ifm_load(model, path, allocator) =
    ccall((:gim_ifm_load, libgim), Cint, (Ptr{Ptr{Cvoid}}, Cstring, Ptr{gim_allocator}), model, path, allocator)

gim_ifm_sampling_init(sampling) =
    ccall((:gim_ifm_sampling_init, libgim), Cint, (Ptr{gim_ifm_sampling},), sampling)

gim_ifm_sample(model, levels, sampling, n_rows, x) =
    ccall((:gim_ifm_sample, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{gim_ifm_sampling}, Csize_t, Ptr{Cdouble}),
            model, levels, sampling, n_rows, x)

gim_ifm_log_weights(model, levels, force, x, n_rows, log_weights, effective) =
    ccall((:gim_ifm_log_weights, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Cint, Ptr{Cdouble}, Csize_t, Ptr{Cdouble},
            Ptr{Cdouble}), model, levels, force, x, n_rows, log_weights, effective)

gim_regression_settings_init(settings) =
    ccall((:gim_regression_settings_init, libgim), Cint, (Ptr{gim_regression_settings},), settings)

gim_regression_new(regression, outcomes, settings, allocator) =
    ccall((:gim_regression_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Ptr{gim_outcomes}, Ptr{gim_regression_settings},
            Ptr{gim_allocator}), regression, outcomes, settings, allocator)

gim_regression_free(regression) =
    ccall((:gim_regression_free, libgim), Cvoid, (Ptr{Cvoid},), regression)

gim_regression_message(regression, text, size) =
    ccall((:gim_regression_message, libgim), Csize_t, (Ptr{Cvoid}, Cstring, Csize_t), regression, text, size)

gim_regression_predict(regression, x, n_rows, y) =
    ccall((:gim_regression_predict, libgim), Cint, (Ptr{Cvoid}, Ptr{Cdouble}, Csize_t, Ptr{Cdouble}), regression, x,
            n_rows, y)

gim_conformal_new(conformal, scores, log_weights, n, allocator) =
    ccall((:gim_conformal_new, libgim), Cint, (Ptr{Ptr{Cvoid}}, Ptr{Cdouble}, Ptr{Cdouble}, Csize_t,
            Ptr{gim_allocator}), conformal, scores, log_weights, n, allocator)

gim_conformal_free(conformal) =
    ccall((:gim_conformal_free, libgim), Cvoid, (Ptr{Cvoid},), conformal)

gim_conformal_effective(conformal) =
    ccall((:gim_conformal_effective, libgim), Cdouble, (Ptr{Cvoid},), conformal)

gim_conformal_quantile(conformal, log_weight, alpha, quantile) =
    ccall((:gim_conformal_quantile, libgim), Cint, (Ptr{Cvoid}, Cdouble, Cdouble, Ptr{Cdouble}), conformal,
            log_weight, alpha, quantile)

gim_conformal_unseen_quantile(conformal, alpha, quantile) =
    ccall((:gim_conformal_unseen_quantile, libgim), Cint, (Ptr{Cvoid}, Cdouble, Ptr{Cdouble}), conformal, alpha,
            quantile)

gim_ifm_predict(model, levels, asking, mean, effective) =
    ccall((:gim_ifm_predict, libgim), Cint, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{gim_ifm_asking}, Ptr{Cdouble},
            Ptr{Cdouble}), model, levels, asking, mean, effective)

end
