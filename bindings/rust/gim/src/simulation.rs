//! Perturbed systems whose truth is known: docs/simulation.md. SPDX-License-Identifier: BSD-3-Clause
use crate::error::{check, message, text};
use crate::{Environment, Error, Matrix};
use gim_sys as sys;
use std::os::raw::c_char;
use std::ptr::{null, null_mut};

/// What is simulated, as `gim.h` describes it; `Default` has the library's values.
///
/// ```
/// let system = gim::simulate(&gim::Settings { variables: 6, seed: 3, ..Default::default() }).unwrap();
/// assert_eq!(system.graph().unwrap().n, 6);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub seed: u64,
    pub variables: usize,
    pub edges_per_variable: f64,
    pub graph: sys::gim_graph_kind,
    pub mechanism: sys::gim_mechanism,
    pub intervention: sys::gim_intervention,
    pub noise: f64,
    pub confounders: usize,
    pub perturbations: usize,
    pub new_perturbations: usize,
    pub doses: Vec<f64>,
    pub new_doses: Vec<f64>,
    pub control_rows: usize,
    pub rows: usize,
    pub test_rows: usize,
    pub components: usize,
    pub raw: bool,
}

fn defaults() -> sys::gim_simulation {
    let mut settings: sys::gim_simulation = unsafe { std::mem::zeroed() };
    settings.struct_size = std::mem::size_of::<sys::gim_simulation>();
    unsafe { sys::gim_simulation_init(&mut settings) };
    settings
}

impl Default for Settings {
    fn default() -> Settings {
        let s = defaults();
        let list = |values: *const f64, n| unsafe { std::slice::from_raw_parts(values, n) }.to_vec();
        Settings {
            seed: s.seed,
            variables: s.variables,
            edges_per_variable: s.edges_per_variable,
            graph: s.graph,
            mechanism: s.mechanism,
            intervention: s.intervention,
            noise: s.noise,
            confounders: s.confounders,
            perturbations: s.perturbations,
            new_perturbations: s.new_perturbations,
            doses: list(s.doses, s.n_doses),
            new_doses: list(s.new_doses, s.n_new_doses),
            control_rows: s.control_rows,
            rows: s.rows,
            test_rows: s.test_rows,
            components: s.components,
            raw: s.raw != 0,
        }
    }
}

/// Which environments.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    Training,
    NewDoses,
    NewPerturbations,
}

/// A random system.
#[derive(Debug)]
pub struct System {
    raw: *mut sys::gim_system,
    variables: usize,
    components: usize,
}

// Nothing of it changes after it is made: docs/threads.md.
unsafe impl Send for System {}
unsafe impl Sync for System {}

impl Drop for System {
    fn drop(&mut self) {
        unsafe { sys::gim_system_free(self.raw) }
    }
}

/// Draws a system.
pub fn simulate(settings: &Settings) -> Result<System, Error> {
    let asked = sys::gim_simulation {
        seed: settings.seed,
        variables: settings.variables,
        edges_per_variable: settings.edges_per_variable,
        graph: settings.graph,
        mechanism: settings.mechanism,
        intervention: settings.intervention,
        noise: settings.noise,
        confounders: settings.confounders,
        perturbations: settings.perturbations,
        new_perturbations: settings.new_perturbations,
        doses: settings.doses.as_ptr(),
        n_doses: settings.doses.len(),
        new_doses: settings.new_doses.as_ptr(),
        n_new_doses: settings.new_doses.len(),
        control_rows: settings.control_rows,
        rows: settings.rows,
        test_rows: settings.test_rows,
        components: settings.components,
        raw: i32::from(settings.raw),
        ..defaults()
    };
    let mut system = System { raw: null_mut(), variables: 0, components: 0 };
    let status = unsafe { sys::gim_system_new(&mut system.raw, &asked, null()) };
    system.check(status)?;
    let made = unsafe { &*sys::gim_system_settings(system.raw) };
    system.variables = made.variables;
    system.components = made.components;
    Ok(system)
}

impl System {
    fn check(&self, status: sys::gim_status) -> Result<sys::gim_status, Error> {
        if status >= 0 || self.raw.is_null() {
            return check(status);
        }
        let ask = |into: *mut c_char, size| unsafe { sys::gim_system_message(self.raw, into, size) };
        Err(Error::library(status, message(ask)))
    }

    /// The environments of a part: the number of each, and what it is.
    pub fn environments(&self, part: Part) -> Result<Vec<(usize, Environment)>, Error> {
        let (mut first, mut count) = (0, 0);
        self.check(unsafe { sys::gim_system_part(self.raw, part as sys::gim_part, &mut first, &mut count) })?;
        (first..first + count)
            .map(|env| {
                let struct_size = std::mem::size_of::<sys::gim_environment>();
                let mut found = sys::gim_environment { struct_size, n_rows: 0, observational: 0, name: null() };
                let mut features = vec![0.0; self.components];
                let into = features.as_mut_ptr();
                self.check(unsafe { sys::gim_system_environment(self.raw, env, &mut found, into) })?;
                let name = text(found.name).unwrap_or("").to_string();
                let observational = found.observational != 0;
                Ok((env, Environment { name, observational, features, n_rows: found.n_rows }))
            })
            .collect()
    }

    /// Draws n rows of an environment, row-major.
    pub fn rows(&self, env: usize, n: usize, seed: u64) -> Result<Vec<f64>, Error> {
        let mut x = vec![0.0; n * self.variables];
        self.check(unsafe { sys::gim_system_rows(self.raw, env, n, seed, x.as_mut_ptr()) })?;
        Ok(x)
    }

    /// The true edges.
    pub fn graph(&self) -> Result<Matrix<bool>, Error> {
        let n = self.variables;
        let mut edges = vec![0u8; n * n];
        self.check(unsafe { sys::gim_system_graph(self.raw, edges.as_mut_ptr(), null_mut()) })?;
        Ok(Matrix { n, values: edges.into_iter().map(|edge| edge != 0).collect() })
    }

    /// Which variables an environment's perturbation truly acts on.
    pub fn targets(&self, env: usize) -> Result<Vec<bool>, Error> {
        let mut targets = vec![0u8; self.variables];
        let into = targets.as_mut_ptr();
        let (nothing, number, dose) = (null_mut(), null_mut(), null_mut());
        self.check(unsafe { sys::gim_system_perturbation(self.raw, env, number, dose, into, nothing) })?;
        Ok(targets.into_iter().map(|is| is != 0).collect())
    }
}
