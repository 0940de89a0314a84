"""libgim's functions, structures and constants, written by bindings/generate.py from its headers."""
# SPDX-License-Identifier: BSD-3-Clause
import ctypes as c

VERSION = "0.1.0"
HISTORY_COLUMNS = 6
OK = 0
STOPPED = 1
CYCLIC = 2
LOW_OVERLAP = 3
ERR_NOMEM = -1
ERR_ARGUMENT = -2
ERR_STATE = -3
ERR_OPTION = -4
ERR_DATA = -5
ERR_BUSY = -6
ERR_IO = -7
ERR_FORMAT = -8
ERR_VERSION = -9
ERR_NUMERIC = -10
ERR_REFUSED = -11
MECHANISM = 100
INTERVENTION = 101
MARGINAL = 102
HIDDEN = 103
RANK = 104
WIDTH = 105
EDGE_SCALE = 106
TEMPERATURE = 107
EFFECT_NOISE = 108
RELAXED_SHIFT = 109
METHOD = 110
DOSE_FEATURE = 111
LOG_DETERMINANT = 112
GRAPH_SPARSITY = 200
TARGET_SPARSITY = 201
SIGMA_LATENT = 202
SIGMA_MECHANISM = 203
SIGMA_NETWORK = 204
TARGET_RELIEF = 205
SEED = 300
STEPS = 301
DRAWS = 302
BATCH_ROWS = 303
LEARNING_RATE = 304
CHECK_EVERY = 305
HELD_OUT = 306
PENALTY_START = 307
PENALTY_GROWTH = 308
TOLERANCE = 309
POWER_STEPS = 310
THREADS = 311
MEMORY_BUDGET = 312
ANNEAL = 313
REFINE = 314
PATIENCE = 315
LINEAR = 0
NONLINEAR = 1
ZERO_INFLATED = 2
HARD = 0
SHIFT = 1
PER_SAMPLE = 0
PER_ENVIRONMENT = 1
PER_DATASET = 2
SHIFT_SCALED = 0
SHIFT_MIXED = 1
METHOD_MODEL = 0
METHOD_NO_CHANGE = 1
METHOD_TRAIN_MEAN = 2
METHOD_NEAREST = 3
METHOD_NEAREST_DOSE = 4
METHOD_LOWER_DOSE = 5
METHOD_ADDITIVE = 6
METHOD_RIDGE = 7
METHOD_MLP = 8
INT = 0
REAL = 1
CHOICE = 2
REPORT_STATUS = 0
REPORT_STEP = 1
REPORT_OBJECTIVE = 2
REPORT_HELD_OUT = 3
REPORT_ACYCLICITY = 4
REPORT_EDGES = 5
REPORT_EDGES_REMOVED = 6
REPORT_SECONDS = 7
REPORT_ROWS = 8
REPORT_ROWS_HELD_OUT = 9
REPORT_ROWS_IN_MEMORY = 10
EFFECT_MEAN = 0
EFFECT_LOG_SCALE = 1
EFFECT_LOGIT_PI = 2
METRIC_MEAN_DISTANCE = 0
METRIC_KDE_NLL = 1
METRIC_WASSERSTEIN = 2
METRIC_ENERGY = 3
METRIC_MMD = 4
METRIC_WASSERSTEIN_1 = 5
ERDOS_RENYI = 0
SCALE_FREE = 1
TRAINING = 0
NEW_DOSES = 1
NEW_PERTURBATIONS = 2
IFM_PER_VARIABLE = 0
IFM_PRODUCT_RATIO = 1
IFM_MESSAGE_PASSING = 2
IFM_NOT_IDENTIFIED = 0
IFM_BY_OBSERVATION = 1
IFM_BY_RATIO = 2
IFM_BY_VARIABLES = 3
IFM_BY_MESSAGES = 4
IFM_SHARED = 0
IFM_TABLE = 1
IFM_QUADRATURE = 0
IFM_BINNED = 1
IFM_SCORE_MATCHING = 2
IFM_DIRECT = 0
IFM_WEIGHTED = 1
IFM_REWEIGHTED = 2


class Allocator(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("allocate", c.CFUNCTYPE(c.c_void_p, c.c_size_t, c.c_void_p)),
        ("release", c.CFUNCTYPE(None, c.c_void_p, c.c_size_t, c.c_void_p)),
        ("user", c.c_void_p),
    ]


class Environment(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("n_rows", c.c_size_t),
        ("observational", c.c_int),
        ("name", c.c_char_p),
    ]


class Data(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("n_environments", c.c_size_t),
        ("describe", c.CFUNCTYPE(c.c_int, c.c_size_t, c.POINTER(Environment), c.POINTER(c.c_double), c.c_void_p)),
        ("read", c.CFUNCTYPE(c.c_int, c.c_size_t, c.POINTER(c.c_size_t), c.c_size_t, c.POINTER(c.c_double),
                c.c_void_p)),
        ("user", c.c_void_p),
    ]


class Progress(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("step", c.c_int64),
        ("steps", c.c_int64),
        ("objective", c.c_double),
        ("held_out", c.c_double),
        ("acyclicity", c.c_double),
        ("penalty", c.c_double),
        ("edges", c.c_size_t),
        ("seconds_left", c.c_double),
    ]


class GraphScores(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("true_positives", c.c_size_t),
        ("false_positives", c.c_size_t),
        ("false_negatives", c.c_size_t),
        ("reversed", c.c_size_t),
        ("shd", c.c_size_t),
        ("shd_entries", c.c_size_t),
        ("sid", c.c_double),
        ("precision", c.c_double),
        ("recall", c.c_double),
        ("f1", c.c_double),
    ]


class Simulation(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("seed", c.c_uint64),
        ("variables", c.c_size_t),
        ("edges_per_variable", c.c_double),
        ("graph", c.c_int),
        ("mechanism", c.c_int),
        ("intervention", c.c_int),
        ("weight_lowest", c.c_double),
        ("weight_highest", c.c_double),
        ("noise", c.c_double),
        ("confounders", c.c_size_t),
        ("perturbations", c.c_size_t),
        ("new_perturbations", c.c_size_t),
        ("doses", c.POINTER(c.c_double)),
        ("new_doses", c.POINTER(c.c_double)),
        ("n_doses", c.c_size_t),
        ("n_new_doses", c.c_size_t),
        ("effect_lowest", c.c_double),
        ("effect_highest", c.c_double),
        ("control_rows", c.c_size_t),
        ("rows", c.c_size_t),
        ("test_rows", c.c_size_t),
        ("components", c.c_size_t),
        ("raw", c.c_int),
    ]


class IfmSummary(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("method", c.c_int),
        ("unique", c.c_int),
        ("residual", c.c_double),
        ("n_unseen", c.c_size_t),
        ("n_failed", c.c_size_t),
        ("n_certificate", c.c_size_t),
        ("n_terms", c.c_size_t),
        ("n_fill", c.c_size_t),
        ("difficulty", c.c_double),
    ]


class IfmSettings(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("seed", c.c_uint64),
        ("networks", c.c_int),
        ("objective", c.c_int),
        ("hidden", c.c_size_t),
        ("grid", c.c_size_t),
        ("steps", c.c_size_t),
        ("batch_rows", c.c_size_t),
        ("learning_rate", c.c_double),
        ("decay", c.c_double),
        ("level_decay", c.c_double),
        ("held_out", c.c_double),
        ("check_every", c.c_size_t),
        ("threads", c.c_size_t),
        ("memory_budget", c.c_size_t),
    ]


class IfmReport(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("status", c.c_int),
        ("step", c.c_int64),
        ("best", c.c_int64),
        ("objective", c.c_double),
        ("held_out", c.c_double),
        ("seconds", c.c_double),
        ("rows", c.c_size_t),
        ("rows_held_out", c.c_size_t),
        ("rows_in_memory", c.c_int),
    ]


class IfmSampling(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("seed", c.c_uint64),
        ("chains", c.c_size_t),
        ("burn", c.c_size_t),
        ("thin", c.c_size_t),
        ("grid", c.c_size_t),
        ("threads", c.c_size_t),
        ("force", c.c_int),
    ]


class Outcomes(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("n_rows", c.c_size_t),
        ("n_variables", c.c_size_t),
        ("n_outcomes", c.c_size_t),
        ("x", c.POINTER(c.c_double)),
        ("y", c.POINTER(c.c_double)),
        ("weights", c.POINTER(c.c_double)),
    ]


class RegressionSettings(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("seed", c.c_uint64),
        ("width", c.c_size_t),
        ("steps", c.c_size_t),
        ("batch_rows", c.c_size_t),
        ("learning_rate", c.c_double),
        ("decay", c.c_double),
        ("held_out", c.c_double),
        ("threads", c.c_size_t),
        ("networks", c.c_size_t),
    ]


class IfmAsking(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("estimator", c.c_int),
        ("n_rows", c.c_size_t),
        ("regression", c.c_void_p),
        ("outcomes", c.POINTER(Outcomes)),
        ("settings", c.POINTER(RegressionSettings)),
        ("sampling", c.POINTER(IfmSampling)),
    ]


ProgressFn = c.CFUNCTYPE(c.c_int, c.POINTER(Progress), c.c_void_p)


# name: (result, arguments)
FUNCTIONS = {
    "gim_version": (c.c_char_p, []),
    "gim_status_name": (c.c_char_p, [c.c_int]),
    "gim_status_text": (c.c_char_p, [c.c_int]),
    "gim_model_new": (c.c_int, [c.POINTER(c.c_void_p), c.c_size_t, c.c_size_t, c.POINTER(Allocator)]),
    "gim_model_free": (None, [c.c_void_p]),
    "gim_model_copy": (c.c_int, [c.POINTER(c.c_void_p), c.c_void_p]),
    "gim_message": (c.c_size_t, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "gim_variable_count": (c.c_size_t, [c.c_void_p]),
    "gim_feature_count": (c.c_size_t, [c.c_void_p]),
    "gim_set_variable_name": (c.c_int, [c.c_void_p, c.c_size_t, c.c_char_p]),
    "gim_set_feature_name": (c.c_int, [c.c_void_p, c.c_size_t, c.c_char_p]),
    "gim_variable_name": (c.c_char_p, [c.c_void_p, c.c_size_t]),
    "gim_feature_name": (c.c_char_p, [c.c_void_p, c.c_size_t]),
    "gim_set_note": (c.c_int, [c.c_void_p, c.c_char_p]),
    "gim_note": (c.c_char_p, [c.c_void_p]),
    "gim_option_count": (c.c_size_t, []),
    "gim_option_at": (c.c_int, [c.c_size_t, c.POINTER(c.c_int)]),
    "gim_option_find": (c.c_int, [c.c_char_p, c.POINTER(c.c_int)]),
    "gim_option_name": (c.c_char_p, [c.c_int]),
    "gim_option_help": (c.c_char_p, [c.c_int]),
    "gim_option_type": (c.c_int, [c.c_int, c.POINTER(c.c_int)]),
    "gim_option_range": (c.c_int, [c.c_int, c.POINTER(c.c_double), c.POINTER(c.c_double), c.POINTER(c.c_double)]),
    "gim_option_choice": (c.c_char_p, [c.c_int, c.c_int64]),
    "gim_set_int": (c.c_int, [c.c_void_p, c.c_int, c.c_int64]),
    "gim_set_real": (c.c_int, [c.c_void_p, c.c_int, c.c_double]),
    "gim_get_int": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(c.c_int64)]),
    "gim_get_real": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(c.c_double)]),
    "gim_fit": (c.c_int, [c.c_void_p, c.POINTER(Data), ProgressFn, c.c_void_p]),
    "gim_resume": (c.c_int, [c.c_void_p, c.POINTER(Data), ProgressFn, c.c_void_p]),
    "gim_report": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(c.c_double)]),
    "gim_report_name": (c.c_char_p, [c.c_int]),
    "gim_history": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_double), c.c_size_t]),
    "gim_environment_count": (c.c_size_t, [c.c_void_p]),
    "gim_environment_get": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(Environment), c.POINTER(c.c_double)]),
    "gim_sample": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.c_size_t, c.c_size_t, c.c_uint64,
            c.POINTER(c.c_double)]),
    "gim_targets": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.POINTER(c.c_double)]),
    "gim_effect_count": (c.c_size_t, [c.c_void_p]),
    "gim_effect_at": (c.c_int, [c.c_void_p, c.c_size_t]),
    "gim_effect_name": (c.c_char_p, [c.c_int]),
    "gim_effects": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.c_int, c.POINTER(c.c_double),
            c.POINTER(c.c_double)]),
    "gim_graph": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.POINTER(c.c_ubyte)]),
    "gim_weights": (c.c_int, [c.c_void_p, c.POINTER(c.c_double)]),
    "gim_log_density": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.c_size_t, c.POINTER(c.c_double), c.c_size_t,
            c.POINTER(c.c_double)]),
    "gim_feature_distance": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.POINTER(c.c_double), c.POINTER(c.c_int)]),
    "gim_metric_name": (c.c_char_p, [c.c_int]),
    "gim_score_samples": (c.c_int, [c.c_int, c.POINTER(c.c_double), c.c_size_t, c.POINTER(c.c_double), c.c_size_t,
            c.c_size_t, c.POINTER(Allocator), c.POINTER(c.c_double)]),
    "gim_shift_correlation": (c.c_int, [c.POINTER(c.c_double), c.POINTER(c.c_double), c.POINTER(c.c_double),
            c.c_size_t, c.POINTER(c.c_double)]),
    "gim_discrimination": (c.c_int, [c.POINTER(c.c_double), c.POINTER(c.c_double), c.c_size_t, c.c_size_t,
            c.POINTER(c.c_double)]),
    "gim_coverage": (c.c_int, [c.POINTER(c.c_double), c.c_size_t, c.POINTER(c.c_double), c.c_size_t, c.c_size_t,
            c.c_double, c.POINTER(Allocator), c.POINTER(c.c_double)]),
    "gim_compare_graphs": (c.c_int, [c.POINTER(c.c_ubyte), c.POINTER(c.c_ubyte), c.c_size_t, c.POINTER(Allocator),
            c.POINTER(GraphScores)]),
    "gim_average_precision": (c.c_int, [c.POINTER(c.c_double), c.POINTER(c.c_ubyte), c.c_size_t, c.POINTER(Allocator),
            c.POINTER(c.c_double)]),
    "gim_model_save": (c.c_int, [c.c_void_p, c.c_char_p]),
    "gim_model_load": (c.c_int, [c.POINTER(c.c_void_p), c.c_char_p, c.POINTER(Allocator)]),
    "gim_simulation_init": (c.c_int, [c.POINTER(Simulation)]),
    "gim_system_new": (c.c_int, [c.POINTER(c.c_void_p), c.POINTER(Simulation), c.POINTER(Allocator)]),
    "gim_system_free": (None, [c.c_void_p]),
    "gim_system_message": (c.c_size_t, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "gim_system_part": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(c.c_size_t), c.POINTER(c.c_size_t)]),
    "gim_system_settings": (c.POINTER(Simulation), [c.c_void_p]),
    "gim_system_environment": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(Environment), c.POINTER(c.c_double)]),
    "gim_system_perturbation": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(c.c_size_t), c.POINTER(c.c_double),
            c.POINTER(c.c_ubyte), c.POINTER(c.c_double)]),
    "gim_system_graph": (c.c_int, [c.c_void_p, c.POINTER(c.c_ubyte), c.POINTER(c.c_double)]),
    "gim_system_rows": (c.c_int, [c.c_void_p, c.c_size_t, c.c_size_t, c.c_uint64, c.POINTER(c.c_double)]),
    "gim_ifm_graph_new": (c.c_int, [c.POINTER(c.c_void_p), c.c_size_t, c.c_size_t, c.POINTER(c.c_size_t),
            c.POINTER(Allocator)]),
    "gim_ifm_graph_free": (None, [c.c_void_p]),
    "gim_ifm_graph_message": (c.c_size_t, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "gim_ifm_graph_add_factor": (c.c_int, [c.c_void_p, c.POINTER(c.c_ubyte), c.POINTER(c.c_ubyte)]),
    "gim_ifm_graph_add_edges": (c.c_int, [c.c_void_p, c.POINTER(c.c_ubyte), c.POINTER(c.c_ubyte)]),
    "gim_ifm_factor_count": (c.c_size_t, [c.c_void_p]),
    "gim_ifm_variable_count": (c.c_size_t, [c.c_void_p]),
    "gim_ifm_intervention_count": (c.c_size_t, [c.c_void_p]),
    "gim_ifm_level_count": (c.c_size_t, [c.c_void_p, c.c_size_t]),
    "gim_ifm_factor": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(c.c_ubyte), c.POINTER(c.c_ubyte)]),
    "gim_ifm_identify": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.c_size_t, c.POINTER(c.c_size_t), c.c_int,
            c.POINTER(c.c_void_p)]),
    "gim_ifm_identify_rows": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_size_t), c.c_size_t,
            c.POINTER(c.c_size_t), c.c_int, c.POINTER(c.c_void_p)]),
    "gim_ifm_verdict_free": (None, [c.c_void_p]),
    "gim_ifm_verdict_summary": (c.c_int, [c.c_void_p, c.POINTER(IfmSummary)]),
    "gim_ifm_exponents": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(c.c_double)]),
    "gim_ifm_unseen": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t)]),
    "gim_ifm_failed": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t)]),
    "gim_ifm_certificate": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_size_t), c.POINTER(c.c_double)]),
    "gim_ifm_terms": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(c.c_int64), c.POINTER(c.c_ubyte)]),
    "gim_ifm_suggest": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.c_size_t, c.POINTER(c.c_size_t), c.c_int,
            c.POINTER(c.c_size_t), c.c_size_t, c.POINTER(c.c_size_t)]),
    "gim_ifm_settings_init": (c.c_int, [c.POINTER(IfmSettings)]),
    "gim_ifm_new": (c.c_int, [c.POINTER(c.c_void_p), c.c_void_p, c.POINTER(Allocator)]),
    "gim_ifm_free": (None, [c.c_void_p]),
    "gim_ifm_message": (c.c_size_t, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "gim_ifm_graph_of": (c.c_void_p, [c.c_void_p]),
    "gim_ifm_set_variable_name": (c.c_int, [c.c_void_p, c.c_size_t, c.c_char_p]),
    "gim_ifm_set_intervention_name": (c.c_int, [c.c_void_p, c.c_size_t, c.c_char_p]),
    "gim_ifm_set_note": (c.c_int, [c.c_void_p, c.c_char_p]),
    "gim_ifm_variable_name": (c.c_char_p, [c.c_void_p, c.c_size_t]),
    "gim_ifm_intervention_name": (c.c_char_p, [c.c_void_p, c.c_size_t]),
    "gim_ifm_note": (c.c_char_p, [c.c_void_p]),
    "gim_ifm_fit": (c.c_int, [c.c_void_p, c.POINTER(IfmSettings), c.POINTER(Data), ProgressFn, c.c_void_p]),
    "gim_ifm_get_report": (c.c_int, [c.c_void_p, c.POINTER(IfmReport)]),
    "gim_ifm_get_settings": (c.c_int, [c.c_void_p, c.POINTER(IfmSettings)]),
    "gim_ifm_regime_count": (c.c_size_t, [c.c_void_p]),
    "gim_ifm_regime": (c.c_int, [c.c_void_p, c.c_size_t, c.POINTER(Environment), c.POINTER(c.c_size_t)]),
    "gim_ifm_save": (c.c_int, [c.c_void_p, c.c_char_p]),
    "gim_ifm_load": (c.c_int, [c.POINTER(c.c_void_p), c.c_char_p, c.POINTER(Allocator)]),
    "gim_ifm_sampling_init": (c.c_int, [c.POINTER(IfmSampling)]),
    "gim_ifm_sample": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(IfmSampling), c.c_size_t,
            c.POINTER(c.c_double)]),
    "gim_ifm_log_weights": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.c_int, c.POINTER(c.c_double), c.c_size_t,
            c.POINTER(c.c_double), c.POINTER(c.c_double)]),
    "gim_regression_settings_init": (c.c_int, [c.POINTER(RegressionSettings)]),
    "gim_regression_new": (c.c_int, [c.POINTER(c.c_void_p), c.POINTER(Outcomes), c.POINTER(RegressionSettings),
            c.POINTER(Allocator)]),
    "gim_regression_free": (None, [c.c_void_p]),
    "gim_regression_message": (c.c_size_t, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "gim_regression_predict": (c.c_int, [c.c_void_p, c.POINTER(c.c_double), c.c_size_t, c.POINTER(c.c_double)]),
    "gim_conformal_new": (c.c_int, [c.POINTER(c.c_void_p), c.POINTER(c.c_double), c.POINTER(c.c_double), c.c_size_t,
            c.POINTER(Allocator)]),
    "gim_conformal_free": (None, [c.c_void_p]),
    "gim_conformal_effective": (c.c_double, [c.c_void_p]),
    "gim_conformal_quantile": (c.c_int, [c.c_void_p, c.c_double, c.c_double, c.POINTER(c.c_double)]),
    "gim_conformal_unseen_quantile": (c.c_int, [c.c_void_p, c.c_double, c.POINTER(c.c_double)]),
    "gim_ifm_predict": (c.c_int, [c.c_void_p, c.POINTER(c.c_size_t), c.POINTER(IfmAsking), c.POINTER(c.c_double),
            c.POINTER(c.c_double)]),
}
