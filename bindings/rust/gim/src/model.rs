//! The model. SPDX-License-Identifier: BSD-3-Clause
use crate::data::{c_text, run, FitFunction};
use crate::error::{check, message, rows_of, same_length, text};
use crate::{Data, Environment, Error, Progress};
use gim_sys as sys;
use std::ffi::CString;
use std::ops::{ControlFlow, Index};
use std::os::raw::{c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{null, null_mut, NonNull};

/// A generative intervention model, or a baseline.
///
/// Functions that take `&self` may be called by many threads at once, so a `Model` is `Sync`; those that change it take
/// `&mut self`, and the borrow checker keeps them apart from all else.
#[derive(Debug)]
pub struct Model {
    raw: NonNull<sys::gim_model>,
}

// The library has no variable that changes and no tie to a thread: docs/threads.md.
unsafe impl Send for Model {}
unsafe impl Sync for Model {}

impl Drop for Model {
    fn drop(&mut self) {
        unsafe { sys::gim_model_free(self.raw.as_ptr()) }
    }
}

/// How a fit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Converged,
    /// A closure asked for it; `resume` goes on.
    Stopped,
    /// All steps are done, but the graph was not acyclic by itself: not converged.
    Cyclic,
}

/// A value of an option: `set("steps", 2000)`, `set("held-out", 0.1)`, `set("intervention", "shift")`.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Int(i64),
    Real(f64),
    Choice(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}
impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Value::Int(value.into())
    }
}
impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Real(value)
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Choice(value)
    }
}

/// What a perturbation does to each variable, were it a target: Normal(mean, spread²).
#[derive(Clone, Debug)]
pub struct Effect {
    pub name: &'static str,
    pub mean: Vec<f64>,
    pub spread: Vec<f64>,
}

/// An environment of the fit.
pub type Training = Environment;

/// A square matrix; of a graph, `m[(i, j)]` is the edge i -> j.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<T> {
    pub n: usize,
    /// Row-major.
    pub values: Vec<T>,
}

impl<T> Index<(usize, usize)> for Matrix<T> {
    type Output = T;
    fn index(&self, (i, j): (usize, usize)) -> &T {
        assert!(i < self.n && j < self.n, "({i}, {j}) of a matrix of {}", self.n);
        &self.values[i * self.n + j]
    }
}

/// The names of all options; `gim fit --list-options` says more.
pub fn option_names() -> Vec<&'static str> {
    (0..unsafe { sys::gim_option_count() })
        .filter_map(|index| {
            let mut option = 0;
            unsafe { sys::gim_option_at(index, &mut option) };
            text(unsafe { sys::gim_option_name(option) })
        })
        .collect()
}

fn find_option(name: &str) -> Result<sys::gim_option, Error> {
    let mut option = 0;
    if unsafe { sys::gim_option_find(c_text(name)?.as_ptr(), &mut option) } < 0 {
        return Err(Error::unknown("option", name, &option_names()));
    }
    Ok(option)
}

fn choices(option: sys::gim_option) -> Vec<&'static str> {
    (0..).map_while(|value| text(unsafe { sys::gim_option_choice(option, value) })).collect()
}

fn c_path(path: &Path) -> Result<CString, Error> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| Error::Unknown(format!("{path:?} holds a zero byte")))
}

impl Model {
    /// A model of so many variables under perturbations of so many features, without a fit.
    pub fn new(variables: usize, features: usize) -> Result<Model, Error> {
        let mut raw = null_mut();
        check(unsafe { sys::gim_model_new(&mut raw, variables, features, null()) })?;
        Ok(Model { raw: NonNull::new(raw).expect("a model where there was no error") })
    }

    /// Reads a model that any binding, or `gim fit`, has written.
    pub fn load(path: impl AsRef<Path>) -> Result<Model, Error> {
        let mut raw = null_mut();
        let status = unsafe { sys::gim_model_load(&mut raw, c_path(path.as_ref())?.as_ptr(), null()) };
        let model = NonNull::new(raw).map(|raw| Model { raw });
        match model {
            Some(model) => model.check(status).map(|_| ()).map(|()| model),
            None => Err(Error::library(status, String::new())),
        }
    }

    /// Writes the model; the file is whole, or as it was before.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = c_path(path.as_ref())?;
        self.check(unsafe { sys::gim_model_save(self.get(), path.as_ptr()) }).map(|_| ())
    }

    /// An independent copy, fit included.
    pub fn try_clone(&self) -> Result<Model, Error> {
        let mut raw = null_mut();
        self.check(unsafe { sys::gim_model_copy(&mut raw, self.get()) })?;
        Ok(Model { raw: NonNull::new(raw).expect("a model where there was no error") })
    }

    /// The handle, for functions of `gim::sys`. The model stays its owner.
    pub fn as_ptr(&self) -> *mut sys::gim_model {
        self.raw.as_ptr()
    }

    fn get(&self) -> *const sys::gim_model {
        self.raw.as_ptr()
    }

    fn check(&self, status: sys::gim_status) -> Result<sys::gim_status, Error> {
        if status < 0 {
            let words = message(|into: *mut c_char, size| unsafe { sys::gim_message(self.get(), into, size) });
            return Err(Error::library(status, words));
        }
        Ok(status)
    }

    // ---- names and options

    pub fn variables(&self) -> Vec<&str> {
        let count = unsafe { sys::gim_variable_count(self.get()) };
        (0..count).map(|i| text(unsafe { sys::gim_variable_name(self.get(), i) }).unwrap_or("")).collect()
    }

    pub fn features(&self) -> Vec<&str> {
        let count = unsafe { sys::gim_feature_count(self.get()) };
        (0..count).map(|i| text(unsafe { sys::gim_feature_name(self.get(), i) }).unwrap_or("")).collect()
    }

    pub fn set_variables(&mut self, names: &[&str]) -> Result<(), Error> {
        for (i, name) in names.iter().enumerate() {
            let name = c_text(name)?;
            self.check(unsafe { sys::gim_set_variable_name(self.as_ptr(), i, name.as_ptr()) })?;
        }
        Ok(())
    }

    pub fn set_features(&mut self, names: &[&str]) -> Result<(), Error> {
        for (i, name) in names.iter().enumerate() {
            let name = c_text(name)?;
            self.check(unsafe { sys::gim_set_feature_name(self.as_ptr(), i, name.as_ptr()) })?;
        }
        Ok(())
    }

    /// Sets an option, which must be of the value's kind.
    pub fn set<'a>(&mut self, name: &str, value: impl Into<Value<'a>>) -> Result<(), Error> {
        let option = find_option(name)?;
        let status = match value.into() {
            Value::Int(value) => unsafe { sys::gim_set_int(self.as_ptr(), option, value) },
            Value::Real(value) => unsafe { sys::gim_set_real(self.as_ptr(), option, value) },
            Value::Choice(word) => {
                let known = choices(option);
                let value = known.iter().position(|choice| *choice == word);
                let value = value.ok_or_else(|| Error::unknown(name, word, &known))?;
                unsafe { sys::gim_set_int(self.as_ptr(), option, value as i64) }
            }
        };
        self.check(status).map(|_| ())
    }

    pub fn get_int(&self, name: &str) -> Result<i64, Error> {
        let mut value = 0;
        self.check(unsafe { sys::gim_get_int(self.get(), find_option(name)?, &mut value) })?;
        Ok(value)
    }

    pub fn get_real(&self, name: &str) -> Result<f64, Error> {
        let mut value = 0.0;
        self.check(unsafe { sys::gim_get_real(self.get(), find_option(name)?, &mut value) })?;
        Ok(value)
    }

    // ---- fitting

    fn run(
        &mut self,
        function: FitFunction,
        data: &mut dyn Data,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit, Error> {
        let status = unsafe { run(function, self.as_ptr(), data, progress) }?;
        match self.check(status)? {
            sys::GIM_STOPPED => Ok(Fit::Stopped),
            sys::GIM_CYCLIC => Ok(Fit::Cyclic),
            _ => Ok(Fit::Converged),
        }
    }

    /// Fits the model, from the start.
    pub fn fit(&mut self, data: &mut dyn Data) -> Result<Fit, Error> {
        self.fit_with(data, |_| ControlFlow::Continue(()))
    }

    /// The same, with a closure that is called at every check; `Break` stops the fit, which leaves a usable model.
    pub fn fit_with(
        &mut self,
        data: &mut dyn Data,
        mut progress: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit, Error> {
        self.run(sys::gim_fit, data, &mut progress)
    }

    /// Goes on with a fit that was stopped, on the same data, to the numbers that it would have had.
    pub fn resume(
        &mut self,
        data: &mut dyn Data,
        mut progress: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit, Error> {
        self.run(sys::gim_resume, data, &mut progress)
    }

    // ---- what it was fitted to

    /// One figure of how the fit went: `report(gim::sys::GIM_REPORT_HELD_OUT)`.
    pub fn report(&self, item: sys::gim_report_item) -> Result<f64, Error> {
        let mut value = 0.0;
        self.check(unsafe { sys::gim_report(self.get(), item, &mut value) })?;
        Ok(value)
    }

    /// The checks, six numbers a row: step, objective, held_out, acyclicity, penalty, edges.
    pub fn history(&self) -> Result<Vec<f64>, Error> {
        let mut n = 0;
        self.check(unsafe { sys::gim_history(self.get(), &mut n, null_mut(), 0) })?;
        let mut table = vec![0.0; n * sys::GIM_HISTORY_COLUMNS];
        self.check(unsafe { sys::gim_history(self.get(), &mut n, table.as_mut_ptr(), n) })?;
        Ok(table)
    }

    /// The environments of the fit.
    pub fn environments(&self) -> Result<Vec<Training>, Error> {
        (0..unsafe { sys::gim_environment_count(self.get()) })
            .map(|env| {
                let struct_size = std::mem::size_of::<sys::gim_environment>();
                let mut found = sys::gim_environment { struct_size, n_rows: 0, observational: 0, name: null() };
                let mut features = vec![0.0; self.features().len()];
                let into = features.as_mut_ptr();
                self.check(unsafe { sys::gim_environment_get(self.get(), env, &mut found, into) })?;
                let name = text(found.name).unwrap_or("").to_string();
                Ok(Training { name, observational: found.observational != 0, features, n_rows: found.n_rows })
            })
            .collect()
    }

    // ---- asking

    /// Features by name, in the model's order; all must be given.
    pub fn perturbation(&self, values: &[(&str, f64)]) -> Result<Vec<f64>, Error> {
        let known = self.features();
        if let Some((name, _)) = values.iter().find(|(name, _)| !known.contains(name)) {
            return Err(Error::unknown("feature", name, &known));
        }
        known
            .iter()
            .map(|feature| {
                let given = values.iter().find(|(name, _)| name == feature).map(|(_, value)| *value);
                let all = known.join(", ");
                given.ok_or_else(|| Error::Unknown(format!("feature \"{feature}\" is missing; all are needed: {all}")))
            })
            .collect()
    }

    /// n rows of all variables, row-major, under perturbations applied together: `features` holds those of one after
    /// those of the other. Empty: the unperturbed system.
    pub fn sample(&self, features: &[f64], n: usize, seed: u64) -> Result<Vec<f64>, Error> {
        let mut x = vec![0.0; n * self.variables().len()];
        self.sample_into(features, seed, &mut x)?;
        Ok(x)
    }

    /// The same, into memory of the caller's.
    pub fn sample_into(&self, features: &[f64], seed: u64, x: &mut [f64]) -> Result<(), Error> {
        let together = rows_of("features", features, self.features().len())?;
        let n = rows_of("x", x, self.variables().len())?;
        let status = unsafe { sys::gim_sample(self.get(), features.as_ptr(), together, n, seed, x.as_mut_ptr()) };
        self.check(status).map(|_| ())
    }

    /// The probability that the perturbation acts on each variable.
    pub fn targets(&self, features: &[f64]) -> Result<Vec<f64>, Error> {
        same_length("features", features.len(), self.features().len())?;
        let mut probability = vec![0.0; self.variables().len()];
        self.check(unsafe { sys::gim_targets(self.get(), features.as_ptr(), probability.as_mut_ptr()) })?;
        Ok(probability)
    }

    /// What the perturbation does to each variable, were it a target.
    pub fn effects(&self, features: &[f64]) -> Result<Vec<Effect>, Error> {
        same_length("features", features.len(), self.features().len())?;
        let d = self.variables().len();
        (0..unsafe { sys::gim_effect_count(self.get()) })
            .map(|index| {
                let effect = unsafe { sys::gim_effect_at(self.get(), index) };
                let (mut mean, mut spread) = (vec![0.0; d], vec![0.0; d]);
                let (into, beside) = (mean.as_mut_ptr(), spread.as_mut_ptr());
                self.check(unsafe { sys::gim_effects(self.get(), features.as_ptr(), effect, into, beside) })?;
                Ok(Effect { name: text(unsafe { sys::gim_effect_name(effect) }).unwrap_or(""), mean, spread })
            })
            .collect()
    }

    /// The final graph, which has no cycle.
    pub fn graph(&self) -> Result<Matrix<bool>, Error> {
        let n = self.variables().len();
        let mut edges = vec![0u8; n * n];
        self.check(unsafe { sys::gim_graph(self.get(), null_mut(), edges.as_mut_ptr()) })?;
        Ok(Matrix { n, values: edges.into_iter().map(|edge| edge != 0).collect() })
    }

    /// The probability of each edge.
    pub fn edge_probabilities(&self) -> Result<Matrix<f64>, Error> {
        let n = self.variables().len();
        let mut values = vec![0.0; n * n];
        self.check(unsafe { sys::gim_graph(self.get(), values.as_mut_ptr(), null_mut()) })?;
        Ok(Matrix { n, values })
    }

    /// Of the final graph's edges, in units of target per unit of source; with linear mechanisms.
    pub fn weights(&self) -> Result<Matrix<f64>, Error> {
        let n = self.variables().len();
        let mut values = vec![0.0; n * n];
        self.check(unsafe { sys::gim_weights(self.get(), values.as_mut_ptr()) })?;
        Ok(Matrix { n, values })
    }

    /// The log-density of each row of x under perturbations, in nats.
    pub fn log_density(&self, features: &[f64], x: &[f64]) -> Result<Vec<f64>, Error> {
        let together = rows_of("features", features, self.features().len())?;
        let n = rows_of("x", x, self.variables().len())?;
        let mut density = vec![0.0; n];
        let (asked, into) = (features.as_ptr(), density.as_mut_ptr());
        self.check(unsafe { sys::gim_log_density(self.get(), asked, together, x.as_ptr(), n, into) })?;
        Ok(density)
    }

    /// How far from the training features, and whether the answer is an extrapolation.
    pub fn distance(&self, features: &[f64]) -> Result<(f64, bool), Error> {
        same_length("features", features.len(), self.features().len())?;
        let (mut distance, mut outside): (f64, c_int) = (0.0, 0);
        let status = unsafe { sys::gim_feature_distance(self.get(), features.as_ptr(), &mut distance, &mut outside) };
        self.check(status)?;
        Ok((distance, outside != 0))
    }
}
