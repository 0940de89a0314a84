// libgim's public functions, structures and constants, written by bindings/generate.py from its headers.
// SPDX-License-Identifier: BSD-3-Clause
use std::os::raw::{c_char, c_int, c_uchar, c_void};

pub type gim_status = c_int;
pub type gim_option = c_int;
pub type gim_mechanism = c_int;
pub type gim_intervention = c_int;
pub type gim_marginal = c_int;
pub type gim_relaxed_shift = c_int;
pub type gim_method = c_int;
pub type gim_option_kind = c_int;
pub type gim_report_item = c_int;
pub type gim_effect = c_int;
pub type gim_metric = c_int;
pub type gim_graph_kind = c_int;
pub type gim_part = c_int;
pub type gim_ifm_criterion = c_int;
pub type gim_ifm_method = c_int;
pub type gim_ifm_networks = c_int;
pub type gim_ifm_objective = c_int;
pub type gim_ifm_estimator = c_int;
pub const GIM_HISTORY_COLUMNS: usize = 6;
pub const GIM_OK: gim_status = 0;
pub const GIM_STOPPED: gim_status = 1;
pub const GIM_CYCLIC: gim_status = 2;
pub const GIM_LOW_OVERLAP: gim_status = 3;
pub const GIM_ERR_NOMEM: gim_status = -1;
pub const GIM_ERR_ARGUMENT: gim_status = -2;
pub const GIM_ERR_STATE: gim_status = -3;
pub const GIM_ERR_OPTION: gim_status = -4;
pub const GIM_ERR_DATA: gim_status = -5;
pub const GIM_ERR_BUSY: gim_status = -6;
pub const GIM_ERR_IO: gim_status = -7;
pub const GIM_ERR_FORMAT: gim_status = -8;
pub const GIM_ERR_VERSION: gim_status = -9;
pub const GIM_ERR_NUMERIC: gim_status = -10;
pub const GIM_ERR_REFUSED: gim_status = -11;
pub const GIM_MECHANISM: gim_option = 100;
pub const GIM_INTERVENTION: gim_option = 101;
pub const GIM_MARGINAL: gim_option = 102;
pub const GIM_HIDDEN: gim_option = 103;
pub const GIM_RANK: gim_option = 104;
pub const GIM_WIDTH: gim_option = 105;
pub const GIM_EDGE_SCALE: gim_option = 106;
pub const GIM_TEMPERATURE: gim_option = 107;
pub const GIM_EFFECT_NOISE: gim_option = 108;
pub const GIM_RELAXED_SHIFT: gim_option = 109;
pub const GIM_METHOD: gim_option = 110;
pub const GIM_DOSE_FEATURE: gim_option = 111;
pub const GIM_LOG_DETERMINANT: gim_option = 112;
pub const GIM_GRAPH_SPARSITY: gim_option = 200;
pub const GIM_TARGET_SPARSITY: gim_option = 201;
pub const GIM_SIGMA_LATENT: gim_option = 202;
pub const GIM_SIGMA_MECHANISM: gim_option = 203;
pub const GIM_SIGMA_NETWORK: gim_option = 204;
pub const GIM_TARGET_RELIEF: gim_option = 205;
pub const GIM_SEED: gim_option = 300;
pub const GIM_STEPS: gim_option = 301;
pub const GIM_DRAWS: gim_option = 302;
pub const GIM_BATCH_ROWS: gim_option = 303;
pub const GIM_LEARNING_RATE: gim_option = 304;
pub const GIM_CHECK_EVERY: gim_option = 305;
pub const GIM_HELD_OUT: gim_option = 306;
pub const GIM_PENALTY_START: gim_option = 307;
pub const GIM_PENALTY_GROWTH: gim_option = 308;
pub const GIM_TOLERANCE: gim_option = 309;
pub const GIM_POWER_STEPS: gim_option = 310;
pub const GIM_THREADS: gim_option = 311;
pub const GIM_MEMORY_BUDGET: gim_option = 312;
pub const GIM_ANNEAL: gim_option = 313;
pub const GIM_REFINE: gim_option = 314;
pub const GIM_PATIENCE: gim_option = 315;
pub const GIM_LINEAR: gim_mechanism = 0;
pub const GIM_NONLINEAR: gim_mechanism = 1;
pub const GIM_ZERO_INFLATED: gim_mechanism = 2;
pub const GIM_HARD: gim_intervention = 0;
pub const GIM_SHIFT: gim_intervention = 1;
pub const GIM_PER_SAMPLE: gim_marginal = 0;
pub const GIM_PER_ENVIRONMENT: gim_marginal = 1;
pub const GIM_PER_DATASET: gim_marginal = 2;
pub const GIM_SHIFT_SCALED: gim_relaxed_shift = 0;
pub const GIM_SHIFT_MIXED: gim_relaxed_shift = 1;
pub const GIM_METHOD_MODEL: gim_method = 0;
pub const GIM_METHOD_NO_CHANGE: gim_method = 1;
pub const GIM_METHOD_TRAIN_MEAN: gim_method = 2;
pub const GIM_METHOD_NEAREST: gim_method = 3;
pub const GIM_METHOD_NEAREST_DOSE: gim_method = 4;
pub const GIM_METHOD_LOWER_DOSE: gim_method = 5;
pub const GIM_METHOD_ADDITIVE: gim_method = 6;
pub const GIM_METHOD_RIDGE: gim_method = 7;
pub const GIM_METHOD_MLP: gim_method = 8;
pub const GIM_INT: gim_option_kind = 0;
pub const GIM_REAL: gim_option_kind = 1;
pub const GIM_CHOICE: gim_option_kind = 2;
pub const GIM_REPORT_STATUS: gim_report_item = 0;
pub const GIM_REPORT_STEP: gim_report_item = 1;
pub const GIM_REPORT_OBJECTIVE: gim_report_item = 2;
pub const GIM_REPORT_HELD_OUT: gim_report_item = 3;
pub const GIM_REPORT_ACYCLICITY: gim_report_item = 4;
pub const GIM_REPORT_EDGES: gim_report_item = 5;
pub const GIM_REPORT_EDGES_REMOVED: gim_report_item = 6;
pub const GIM_REPORT_SECONDS: gim_report_item = 7;
pub const GIM_REPORT_ROWS: gim_report_item = 8;
pub const GIM_REPORT_ROWS_HELD_OUT: gim_report_item = 9;
pub const GIM_REPORT_ROWS_IN_MEMORY: gim_report_item = 10;
pub const GIM_EFFECT_MEAN: gim_effect = 0;
pub const GIM_EFFECT_LOG_SCALE: gim_effect = 1;
pub const GIM_EFFECT_LOGIT_PI: gim_effect = 2;
pub const GIM_METRIC_MEAN_DISTANCE: gim_metric = 0;
pub const GIM_METRIC_KDE_NLL: gim_metric = 1;
pub const GIM_METRIC_WASSERSTEIN: gim_metric = 2;
pub const GIM_METRIC_ENERGY: gim_metric = 3;
pub const GIM_METRIC_MMD: gim_metric = 4;
pub const GIM_METRIC_WASSERSTEIN_1: gim_metric = 5;
pub const GIM_ERDOS_RENYI: gim_graph_kind = 0;
pub const GIM_SCALE_FREE: gim_graph_kind = 1;
pub const GIM_TRAINING: gim_part = 0;
pub const GIM_NEW_DOSES: gim_part = 1;
pub const GIM_NEW_PERTURBATIONS: gim_part = 2;
pub const GIM_IFM_PER_VARIABLE: gim_ifm_criterion = 0;
pub const GIM_IFM_PRODUCT_RATIO: gim_ifm_criterion = 1;
pub const GIM_IFM_MESSAGE_PASSING: gim_ifm_criterion = 2;
pub const GIM_IFM_NOT_IDENTIFIED: gim_ifm_method = 0;
pub const GIM_IFM_BY_OBSERVATION: gim_ifm_method = 1;
pub const GIM_IFM_BY_RATIO: gim_ifm_method = 2;
pub const GIM_IFM_BY_VARIABLES: gim_ifm_method = 3;
pub const GIM_IFM_BY_MESSAGES: gim_ifm_method = 4;
pub const GIM_IFM_SHARED: gim_ifm_networks = 0;
pub const GIM_IFM_TABLE: gim_ifm_networks = 1;
pub const GIM_IFM_QUADRATURE: gim_ifm_objective = 0;
pub const GIM_IFM_BINNED: gim_ifm_objective = 1;
pub const GIM_IFM_SCORE_MATCHING: gim_ifm_objective = 2;
pub const GIM_IFM_DIRECT: gim_ifm_estimator = 0;
pub const GIM_IFM_WEIGHTED: gim_ifm_estimator = 1;
pub const GIM_IFM_REWEIGHTED: gim_ifm_estimator = 2;

#[repr(C)]
pub struct gim_model {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_system {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_ifm_graph {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_ifm_verdict {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_ifm {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_regression {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct gim_conformal {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_allocator {
    pub struct_size: usize,
    pub allocate: Option<unsafe extern "C" fn(usize, *mut c_void) -> *mut c_void>,
    pub release: Option<unsafe extern "C" fn(*mut c_void, usize, *mut c_void)>,
    pub user: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_environment {
    pub struct_size: usize,
    pub n_rows: usize,
    pub observational: c_int,
    pub name: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_data {
    pub struct_size: usize,
    pub n_environments: usize,
    pub describe: Option<unsafe extern "C" fn(usize, *mut gim_environment, *mut f64, *mut c_void) -> c_int>,
    pub read: Option<unsafe extern "C" fn(usize, *const usize, usize, *mut f64, *mut c_void) -> c_int>,
    pub user: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_progress {
    pub struct_size: usize,
    pub step: i64,
    pub steps: i64,
    pub objective: f64,
    pub held_out: f64,
    pub acyclicity: f64,
    pub penalty: f64,
    pub edges: usize,
    pub seconds_left: f64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_graph_scores {
    pub struct_size: usize,
    pub true_positives: usize,
    pub false_positives: usize,
    pub false_negatives: usize,
    pub reversed: usize,
    pub shd: usize,
    pub shd_entries: usize,
    pub sid: f64,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_simulation {
    pub struct_size: usize,
    pub seed: u64,
    pub variables: usize,
    pub edges_per_variable: f64,
    pub graph: gim_graph_kind,
    pub mechanism: gim_mechanism,
    pub intervention: gim_intervention,
    pub weight_lowest: f64,
    pub weight_highest: f64,
    pub noise: f64,
    pub confounders: usize,
    pub perturbations: usize,
    pub new_perturbations: usize,
    pub doses: *const f64,
    pub new_doses: *const f64,
    pub n_doses: usize,
    pub n_new_doses: usize,
    pub effect_lowest: f64,
    pub effect_highest: f64,
    pub control_rows: usize,
    pub rows: usize,
    pub test_rows: usize,
    pub components: usize,
    pub raw: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_ifm_summary {
    pub struct_size: usize,
    pub method: gim_ifm_method,
    pub unique: c_int,
    pub residual: f64,
    pub n_unseen: usize,
    pub n_failed: usize,
    pub n_certificate: usize,
    pub n_terms: usize,
    pub n_fill: usize,
    pub difficulty: f64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_ifm_settings {
    pub struct_size: usize,
    pub seed: u64,
    pub networks: gim_ifm_networks,
    pub objective: gim_ifm_objective,
    pub hidden: usize,
    pub grid: usize,
    pub steps: usize,
    pub batch_rows: usize,
    pub learning_rate: f64,
    pub decay: f64,
    pub level_decay: f64,
    pub held_out: f64,
    pub check_every: usize,
    pub threads: usize,
    pub memory_budget: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_ifm_report {
    pub struct_size: usize,
    pub status: gim_status,
    pub step: i64,
    pub best: i64,
    pub objective: f64,
    pub held_out: f64,
    pub seconds: f64,
    pub rows: usize,
    pub rows_held_out: usize,
    pub rows_in_memory: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_ifm_sampling {
    pub struct_size: usize,
    pub seed: u64,
    pub chains: usize,
    pub burn: usize,
    pub thin: usize,
    pub grid: usize,
    pub threads: usize,
    pub force: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_outcomes {
    pub struct_size: usize,
    pub n_rows: usize,
    pub n_variables: usize,
    pub n_outcomes: usize,
    pub x: *const f64,
    pub y: *const f64,
    pub weights: *const f64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_regression_settings {
    pub struct_size: usize,
    pub seed: u64,
    pub width: usize,
    pub steps: usize,
    pub batch_rows: usize,
    pub learning_rate: f64,
    pub decay: f64,
    pub held_out: f64,
    pub threads: usize,
    pub networks: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gim_ifm_asking {
    pub struct_size: usize,
    pub estimator: gim_ifm_estimator,
    pub n_rows: usize,
    pub regression: *const gim_regression,
    pub outcomes: *const gim_outcomes,
    pub settings: *const gim_regression_settings,
    pub sampling: *const gim_ifm_sampling,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_allocator>() == 32);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_environment>() == 32);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_data>() == 40);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_progress>() == 72);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_graph_scores>() == 88);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_simulation>() == 184);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_ifm_summary>() == 72);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_ifm_settings>() == 112);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_ifm_report>() == 80);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_ifm_sampling>() == 64);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_outcomes>() == 56);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_regression_settings>() == 80);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<gim_ifm_asking>() == 56);

pub type gim_progress_fn = Option<unsafe extern "C" fn(*const gim_progress, *mut c_void) -> c_int>;

extern "C" {
    pub fn gim_version() -> *const c_char;
    pub fn gim_status_name(status: gim_status) -> *const c_char;
    pub fn gim_status_text(status: gim_status) -> *const c_char;
    pub fn gim_model_new(model: *mut *mut gim_model, n_variables: usize, n_features: usize,
            allocator: *const gim_allocator) -> gim_status;
    pub fn gim_model_free(model: *mut gim_model);
    pub fn gim_model_copy(copy: *mut *mut gim_model, model: *const gim_model) -> gim_status;
    pub fn gim_message(model: *const gim_model, text: *mut c_char, size: usize) -> usize;
    pub fn gim_variable_count(model: *const gim_model) -> usize;
    pub fn gim_feature_count(model: *const gim_model) -> usize;
    pub fn gim_set_variable_name(model: *mut gim_model, variable: usize, name: *const c_char) -> gim_status;
    pub fn gim_set_feature_name(model: *mut gim_model, feature: usize, name: *const c_char) -> gim_status;
    pub fn gim_variable_name(model: *const gim_model, variable: usize) -> *const c_char;
    pub fn gim_feature_name(model: *const gim_model, feature: usize) -> *const c_char;
    pub fn gim_set_note(model: *mut gim_model, note: *const c_char) -> gim_status;
    pub fn gim_note(model: *const gim_model) -> *const c_char;
    pub fn gim_option_count() -> usize;
    pub fn gim_option_at(index: usize, option: *mut gim_option) -> gim_status;
    pub fn gim_option_find(name: *const c_char, option: *mut gim_option) -> gim_status;
    pub fn gim_option_name(option: gim_option) -> *const c_char;
    pub fn gim_option_help(option: gim_option) -> *const c_char;
    pub fn gim_option_type(option: gim_option, kind: *mut gim_option_kind) -> gim_status;
    pub fn gim_option_range(option: gim_option, lowest: *mut f64, highest: *mut f64, preset: *mut f64) -> gim_status;
    pub fn gim_option_choice(option: gim_option, value: i64) -> *const c_char;
    pub fn gim_set_int(model: *mut gim_model, option: gim_option, value: i64) -> gim_status;
    pub fn gim_set_real(model: *mut gim_model, option: gim_option, value: f64) -> gim_status;
    pub fn gim_get_int(model: *const gim_model, option: gim_option, value: *mut i64) -> gim_status;
    pub fn gim_get_real(model: *const gim_model, option: gim_option, value: *mut f64) -> gim_status;
    pub fn gim_fit(model: *mut gim_model, data: *const gim_data, progress: gim_progress_fn,
            user: *mut c_void) -> gim_status;
    pub fn gim_resume(model: *mut gim_model, data: *const gim_data, progress: gim_progress_fn,
            user: *mut c_void) -> gim_status;
    pub fn gim_report(model: *const gim_model, item: gim_report_item, value: *mut f64) -> gim_status;
    pub fn gim_report_name(item: gim_report_item) -> *const c_char;
    pub fn gim_history(model: *const gim_model, n_rows: *mut usize, history: *mut f64, capacity: usize) -> gim_status;
    pub fn gim_environment_count(model: *const gim_model) -> usize;
    pub fn gim_environment_get(model: *const gim_model, env: usize, environment: *mut gim_environment,
            features: *mut f64) -> gim_status;
    pub fn gim_sample(model: *const gim_model, features: *const f64, n_perturbations: usize, n_rows: usize, seed: u64,
            x: *mut f64) -> gim_status;
    pub fn gim_targets(model: *const gim_model, features: *const f64, probability: *mut f64) -> gim_status;
    pub fn gim_effect_count(model: *const gim_model) -> usize;
    pub fn gim_effect_at(model: *const gim_model, index: usize) -> gim_effect;
    pub fn gim_effect_name(effect: gim_effect) -> *const c_char;
    pub fn gim_effects(model: *const gim_model, features: *const f64, effect: gim_effect, mean: *mut f64,
            spread: *mut f64) -> gim_status;
    pub fn gim_graph(model: *const gim_model, probability: *mut f64, edges: *mut c_uchar) -> gim_status;
    pub fn gim_weights(model: *const gim_model, weight: *mut f64) -> gim_status;
    pub fn gim_log_density(model: *const gim_model, features: *const f64, n_perturbations: usize, x: *const f64,
            n_rows: usize, log_density: *mut f64) -> gim_status;
    pub fn gim_feature_distance(model: *const gim_model, features: *const f64, distance: *mut f64,
            outside: *mut c_int) -> gim_status;
    pub fn gim_metric_name(metric: gim_metric) -> *const c_char;
    pub fn gim_score_samples(metric: gim_metric, predicted: *const f64, n_predicted: usize, observed: *const f64,
            n_observed: usize, n_variables: usize, allocator: *const gim_allocator, score: *mut f64) -> gim_status;
    pub fn gim_shift_correlation(predicted: *const f64, observed: *const f64, reference: *const f64,
            n_variables: usize, correlation: *mut f64) -> gim_status;
    pub fn gim_discrimination(predicted: *const f64, observed: *const f64, n_environments: usize, n_variables: usize,
            rank: *mut f64) -> gim_status;
    pub fn gim_coverage(predicted: *const f64, n_predicted: usize, observed: *const f64, n_observed: usize,
            n_variables: usize, level: f64, allocator: *const gim_allocator, coverage: *mut f64) -> gim_status;
    pub fn gim_compare_graphs(estimate: *const c_uchar, truth: *const c_uchar, n_variables: usize,
            allocator: *const gim_allocator, scores: *mut gim_graph_scores) -> gim_status;
    pub fn gim_average_precision(score: *const f64, truth: *const c_uchar, n: usize, allocator: *const gim_allocator,
            value: *mut f64) -> gim_status;
    pub fn gim_model_save(model: *const gim_model, path: *const c_char) -> gim_status;
    pub fn gim_model_load(model: *mut *mut gim_model, path: *const c_char,
            allocator: *const gim_allocator) -> gim_status;
    pub fn gim_simulation_init(settings: *mut gim_simulation) -> gim_status;
    pub fn gim_system_new(system: *mut *mut gim_system, settings: *const gim_simulation,
            allocator: *const gim_allocator) -> gim_status;
    pub fn gim_system_free(system: *mut gim_system);
    pub fn gim_system_message(system: *const gim_system, text: *mut c_char, size: usize) -> usize;
    pub fn gim_system_part(system: *const gim_system, part: gim_part, first: *mut usize,
            count: *mut usize) -> gim_status;
    pub fn gim_system_settings(system: *const gim_system) -> *const gim_simulation;
    pub fn gim_system_environment(system: *const gim_system, env: usize, environment: *mut gim_environment,
            features: *mut f64) -> gim_status;
    pub fn gim_system_perturbation(system: *const gim_system, env: usize, perturbation: *mut usize, dose: *mut f64,
            targets: *mut c_uchar, effects: *mut f64) -> gim_status;
    pub fn gim_system_graph(system: *const gim_system, edges: *mut c_uchar, weights: *mut f64) -> gim_status;
    pub fn gim_system_rows(system: *const gim_system, env: usize, n_rows: usize, seed: u64, x: *mut f64) -> gim_status;
    pub fn gim_ifm_graph_new(graph: *mut *mut gim_ifm_graph, n_variables: usize, n_interventions: usize,
            levels: *const usize, allocator: *const gim_allocator) -> gim_status;
    pub fn gim_ifm_graph_free(graph: *mut gim_ifm_graph);
    pub fn gim_ifm_graph_message(graph: *const gim_ifm_graph, text: *mut c_char, size: usize) -> usize;
    pub fn gim_ifm_graph_add_factor(graph: *mut gim_ifm_graph, variables: *const c_uchar,
            interventions: *const c_uchar) -> gim_status;
    pub fn gim_ifm_graph_add_edges(graph: *mut gim_ifm_graph, edges: *const c_uchar,
            targets: *const c_uchar) -> gim_status;
    pub fn gim_ifm_factor_count(graph: *const gim_ifm_graph) -> usize;
    pub fn gim_ifm_variable_count(graph: *const gim_ifm_graph) -> usize;
    pub fn gim_ifm_intervention_count(graph: *const gim_ifm_graph) -> usize;
    pub fn gim_ifm_level_count(graph: *const gim_ifm_graph, intervention: usize) -> usize;
    pub fn gim_ifm_factor(graph: *const gim_ifm_graph, factor: usize, variables: *mut c_uchar,
            interventions: *mut c_uchar) -> gim_status;
    pub fn gim_ifm_identify(graph: *const gim_ifm_graph, observed: *const usize, n_observed: usize,
            target: *const usize, criterion: gim_ifm_criterion, verdict: *mut *mut gim_ifm_verdict) -> gim_status;
    pub fn gim_ifm_identify_rows(graph: *const gim_ifm_graph, observed: *const usize, rows: *const usize,
            n_observed: usize, target: *const usize, criterion: gim_ifm_criterion,
            verdict: *mut *mut gim_ifm_verdict) -> gim_status;
    pub fn gim_ifm_verdict_free(verdict: *mut gim_ifm_verdict);
    pub fn gim_ifm_verdict_summary(verdict: *const gim_ifm_verdict, summary: *mut gim_ifm_summary) -> gim_status;
    pub fn gim_ifm_exponents(verdict: *const gim_ifm_verdict, variable: usize, exponents: *mut f64) -> gim_status;
    pub fn gim_ifm_unseen(verdict: *const gim_ifm_verdict, factors: *mut usize) -> gim_status;
    pub fn gim_ifm_failed(verdict: *const gim_ifm_verdict, variables: *mut usize) -> gim_status;
    pub fn gim_ifm_certificate(verdict: *const gim_ifm_verdict, factors: *mut usize, regimes: *mut usize,
            weights: *mut f64) -> gim_status;
    pub fn gim_ifm_terms(verdict: *const gim_ifm_verdict, regimes: *mut usize, exponents: *mut i64,
            observed: *mut c_uchar) -> gim_status;
    pub fn gim_ifm_suggest(graph: *const gim_ifm_graph, observed: *const usize, n_observed: usize,
            target: *const usize, criterion: gim_ifm_criterion, regimes: *mut usize, capacity: usize,
            n: *mut usize) -> gim_status;
    pub fn gim_ifm_settings_init(settings: *mut gim_ifm_settings) -> gim_status;
    pub fn gim_ifm_new(model: *mut *mut gim_ifm, graph: *const gim_ifm_graph,
            allocator: *const gim_allocator) -> gim_status;
    pub fn gim_ifm_free(model: *mut gim_ifm);
    pub fn gim_ifm_message(model: *const gim_ifm, text: *mut c_char, size: usize) -> usize;
    pub fn gim_ifm_graph_of(model: *const gim_ifm) -> *const gim_ifm_graph;
    pub fn gim_ifm_set_variable_name(model: *mut gim_ifm, variable: usize, name: *const c_char) -> gim_status;
    pub fn gim_ifm_set_intervention_name(model: *mut gim_ifm, intervention: usize, name: *const c_char) -> gim_status;
    pub fn gim_ifm_set_note(model: *mut gim_ifm, note: *const c_char) -> gim_status;
    pub fn gim_ifm_variable_name(model: *const gim_ifm, variable: usize) -> *const c_char;
    pub fn gim_ifm_intervention_name(model: *const gim_ifm, intervention: usize) -> *const c_char;
    pub fn gim_ifm_note(model: *const gim_ifm) -> *const c_char;
    pub fn gim_ifm_fit(model: *mut gim_ifm, settings: *const gim_ifm_settings, data: *const gim_data,
            progress: gim_progress_fn, user: *mut c_void) -> gim_status;
    pub fn gim_ifm_get_report(model: *const gim_ifm, report: *mut gim_ifm_report) -> gim_status;
    pub fn gim_ifm_get_settings(model: *const gim_ifm, settings: *mut gim_ifm_settings) -> gim_status;
    pub fn gim_ifm_regime_count(model: *const gim_ifm) -> usize;
    pub fn gim_ifm_regime(model: *const gim_ifm, index: usize, regime: *mut gim_environment,
            levels: *mut usize) -> gim_status;
    pub fn gim_ifm_save(model: *const gim_ifm, path: *const c_char) -> gim_status;
    pub fn gim_ifm_load(model: *mut *mut gim_ifm, path: *const c_char, allocator: *const gim_allocator) -> gim_status;
    pub fn gim_ifm_sampling_init(sampling: *mut gim_ifm_sampling) -> gim_status;
    pub fn gim_ifm_sample(model: *const gim_ifm, levels: *const usize, sampling: *const gim_ifm_sampling,
            n_rows: usize, x: *mut f64) -> gim_status;
    pub fn gim_ifm_log_weights(model: *const gim_ifm, levels: *const usize, force: c_int, x: *const f64,
            n_rows: usize, log_weights: *mut f64, effective: *mut f64) -> gim_status;
    pub fn gim_regression_settings_init(settings: *mut gim_regression_settings) -> gim_status;
    pub fn gim_regression_new(regression: *mut *mut gim_regression, outcomes: *const gim_outcomes,
            settings: *const gim_regression_settings, allocator: *const gim_allocator) -> gim_status;
    pub fn gim_regression_free(regression: *mut gim_regression);
    pub fn gim_regression_message(regression: *const gim_regression, text: *mut c_char, size: usize) -> usize;
    pub fn gim_regression_predict(regression: *const gim_regression, x: *const f64, n_rows: usize,
            y: *mut f64) -> gim_status;
    pub fn gim_conformal_new(conformal: *mut *mut gim_conformal, scores: *const f64, log_weights: *const f64,
            n: usize, allocator: *const gim_allocator) -> gim_status;
    pub fn gim_conformal_free(conformal: *mut gim_conformal);
    pub fn gim_conformal_effective(conformal: *const gim_conformal) -> f64;
    pub fn gim_conformal_quantile(conformal: *const gim_conformal, log_weight: f64, alpha: f64,
            quantile: *mut f64) -> gim_status;
    pub fn gim_conformal_unseen_quantile(conformal: *const gim_conformal, alpha: f64, quantile: *mut f64) -> gim_status;
    pub fn gim_ifm_predict(model: *const gim_ifm, levels: *const usize, asking: *const gim_ifm_asking, mean: *mut f64,
            effective: *mut f64) -> gim_status;
}
