#![doc = include_str!("../README.md")]

mod data;
mod error;
mod judge;
mod model;
mod simulation;

pub use data::{from_fn, Data, Environment, Progress, Table};
pub use error::{Error, Failure};
pub use gim_sys as sys;
pub use judge::{average_precision, compare_graphs, coverage, score, GraphScores};
pub use model::{option_names, Effect, Fit, Matrix, Model, Training, Value};
pub use simulation::{simulate, Part, Settings, System};

/// The version of libgim that is loaded.
pub fn version() -> &'static str {
    error::text(unsafe { sys::gim_version() }).unwrap_or("")
}

/// The seed with which `gim sample --seed` draws the rows of an environment.
pub fn environment_seed(seed: u64, environment: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    environment.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
