//! How good predictions and graphs are. SPDX-License-Identifier: BSD-3-Clause
use crate::error::{check, rows_of, same_length, text};
use crate::Error;
use gim_sys as sys;
use std::ptr::null;

/// The distance of predicted rows from observed ones, both of d variables, by the metric of this name: `mean_distance`,
/// `kde_nll`, `wasserstein`, `energy`, `mmd` or `wasserstein_1`. The lower the better.
pub fn score(metric: &str, predicted: &[f64], observed: &[f64], d: usize) -> Result<f64, Error> {
    let known: Vec<&str> = (0..).map_while(|metric| text(unsafe { sys::gim_metric_name(metric) })).collect();
    let number = known.iter().position(|name| *name == metric);
    let number = number.ok_or_else(|| Error::unknown("metric", metric, &known))? as sys::gim_metric;
    let (n, m) = (rows_of("predicted", predicted, d)?, rows_of("observed", observed, d)?);
    let (mut value, p, o) = (0.0, predicted.as_ptr(), observed.as_ptr());
    check(unsafe { sys::gim_score_samples(number, p, n, o, m, d, null(), &mut value) })?;
    Ok(value)
}

/// Of each of d variables, the share of the observed values between the predicted sample's quantiles.
pub fn coverage(predicted: &[f64], observed: &[f64], d: usize, level: f64) -> Result<Vec<f64>, Error> {
    let (n, m) = (rows_of("predicted", predicted, d)?, rows_of("observed", observed, d)?);
    let (mut share, p, o) = (vec![0.0; d], predicted.as_ptr(), observed.as_ptr());
    check(unsafe { sys::gim_coverage(p, n, o, m, d, level, null(), share.as_mut_ptr()) })?;
    Ok(share)
}

/// An estimated graph against the true one; `gim.h` says what each figure is.
pub type GraphScores = sys::gim_graph_scores;

/// Compares two adjacency matrices (n, n), row-major.
pub fn compare_graphs(estimate: &[bool], truth: &[bool], n: usize) -> Result<GraphScores, Error> {
    same_length("estimate", estimate.len(), n * n)?;
    same_length("truth", truth.len(), n * n)?;
    let bytes = |graph: &[bool]| graph.iter().map(|edge| u8::from(*edge)).collect::<Vec<u8>>();
    let (estimate, truth) = (bytes(estimate), bytes(truth));
    let mut scores: GraphScores = unsafe { std::mem::zeroed() };
    scores.struct_size = std::mem::size_of::<GraphScores>();
    check(unsafe { sys::gim_compare_graphs(estimate.as_ptr(), truth.as_ptr(), n, null(), &mut scores) })?;
    Ok(scores)
}

/// The area under the precision-recall curve.
pub fn average_precision(score: &[f64], truth: &[bool]) -> Result<f64, Error> {
    same_length("truth", truth.len(), score.len())?;
    let truth: Vec<u8> = truth.iter().map(|is| u8::from(*is)).collect();
    let mut value = 0.0;
    check(unsafe { sys::gim_average_precision(score.as_ptr(), truth.as_ptr(), truth.len(), null(), &mut value) })?;
    Ok(value)
}
