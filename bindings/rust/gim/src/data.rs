//! The data of a fit, and the callbacks through which libgim asks for them. SPDX-License-Identifier: BSD-3-Clause
use crate::error::{rows_of, same_length};
use crate::{Error, Failure};
use gim_sys as sys;
use std::any::Any;
use std::ffi::CString;
use std::ops::ControlFlow;
use std::os::raw::{c_int, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

/// One environment: rows that were measured under one perturbation.
#[derive(Clone, Debug)]
pub struct Environment {
    pub name: String,
    /// Nothing is perturbed here.
    pub observational: bool,
    pub features: Vec<f64>,
    pub n_rows: usize,
}

/// Where a fit stands.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub step: i64,
    pub steps: i64,
    /// Of the newest step, per training row.
    pub objective: f64,
    /// Log-likelihood per held-out row; NaN where no row is held out.
    pub held_out: f64,
    pub acyclicity: f64,
    pub penalty: f64,
    pub edges: usize,
    pub seconds_left: f64,
}

/// Data for a fit. [`Table`] is for rows in memory, [`from_fn`] makes them from a closure.
pub trait Data {
    fn environments(&self) -> usize;
    fn environment(&mut self, env: usize) -> Result<Environment, Failure>;
    /// Fills x (rows.len(), variables) with the rows of an environment that have these indices, which ascend.
    fn read(&mut self, env: usize, rows: &[usize], x: &mut [f64]) -> Result<(), Failure>;
}

/// Rows in memory, borrowed: nothing is copied but what libgim asks for.
#[derive(Default)]
pub struct Table<'a> {
    variables: usize,
    all: Vec<(Environment, &'a [f64], usize)>,
}

impl<'a> Table<'a> {
    pub fn new(variables: usize) -> Table<'a> {
        Table { variables, all: Vec::new() }
    }

    /// Adds an environment; `rows` is row-major, `variables` numbers a row.
    pub fn add(&mut self, name: &str, observational: bool, features: &[f64], rows: &'a [f64]) -> Result<(), Error> {
        let n_rows = rows_of(name, rows, self.variables)?;
        self.push(name, observational, features, rows, n_rows, self.variables);
        Ok(())
    }

    /// The same, of n rows that begin `stride` numbers apart, as columns of a wider matrix have it.
    pub fn add_strided(
        &mut self,
        name: &str,
        observational: bool,
        features: &[f64],
        rows: &'a [f64],
        n_rows: usize,
        stride: usize,
    ) -> Result<(), Error> {
        let needed = n_rows.checked_sub(1).and_then(|n| n.checked_mul(stride)?.checked_add(self.variables));
        if stride < self.variables || needed.map_or(true, |needed| rows.len() < needed) {
            let found = rows.len();
            return Err(Error::Length(format!("{name}: {found} numbers are not {n_rows} rows {stride} apart")));
        }
        self.push(name, observational, features, rows, n_rows, stride);
        Ok(())
    }

    fn push(&mut self, name: &str, observational: bool, features: &[f64], rows: &'a [f64], n: usize, stride: usize) {
        let environment = Environment { name: name.to_string(), observational, features: features.to_vec(), n_rows: n };
        self.all.push((environment, rows, stride));
    }
}

impl Data for Table<'_> {
    fn environments(&self) -> usize {
        self.all.len()
    }

    fn environment(&mut self, env: usize) -> Result<Environment, Failure> {
        Ok(self.all[env].0.clone())
    }

    fn read(&mut self, env: usize, rows: &[usize], x: &mut [f64]) -> Result<(), Failure> {
        let (_, all, stride) = &self.all[env];
        for (row, into) in rows.iter().zip(x.chunks_exact_mut(self.variables)) {
            into.copy_from_slice(&all[row * stride..row * stride + self.variables]);
        }
        Ok(())
    }
}

struct FromFn<F> {
    environments: Vec<Environment>,
    read: F,
}

/// Rows by a closure: `read(environment, rows, x)` fills x with those rows.
pub fn from_fn<F>(environments: Vec<Environment>, read: F) -> impl Data
where
    F: FnMut(usize, &[usize], &mut [f64]) -> Result<(), Failure>,
{
    FromFn { environments, read }
}

impl<F: FnMut(usize, &[usize], &mut [f64]) -> Result<(), Failure>> Data for FromFn<F> {
    fn environments(&self) -> usize {
        self.environments.len()
    }

    fn environment(&mut self, env: usize) -> Result<Environment, Failure> {
        Ok(self.environments[env].clone())
    }

    fn read(&mut self, env: usize, rows: &[usize], x: &mut [f64]) -> Result<(), Failure> {
        (self.read)(env, rows, x)
    }
}

// ---- the callbacks --------------------------------------------------------------------------------------------------

/// A callback's failure, given back by gim_fit() as it is.
const FAILED: c_int = -2000;

/// What the callbacks reach through `user`.
struct Host<'a> {
    variables: usize,
    features: usize,
    data: &'a mut dyn Data,
    progress: &'a mut dyn FnMut(&Progress) -> ControlFlow<()>,
    name: CString, // of the environment that was described last
    failure: Option<Error>,
    panic: Option<Box<dyn Any + Send>>,
}

impl Host<'_> {
    fn describe(&mut self, env: usize, out: &mut sys::gim_environment, features: &mut [f64]) -> Result<(), Error> {
        let environment = self.data.environment(env).map_err(Error::Callback)?;
        let what = format!("features of environment \"{}\"", environment.name);
        same_length(&what, environment.features.len(), features.len())?;
        features.copy_from_slice(&environment.features);
        self.name = c_text(&environment.name)?;
        out.n_rows = environment.n_rows;
        out.observational = c_int::from(environment.observational);
        out.name = self.name.as_ptr();
        Ok(())
    }
}

pub(crate) fn c_text(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::Unknown(format!("{text:?} holds a zero byte")))
}

/// Runs one callback: neither an error nor a panic leaves it, both are kept.
unsafe fn guard(user: *mut c_void, call: impl FnOnce(&mut Host) -> Result<c_int, Error>) -> c_int {
    let host = &mut *user.cast::<Host>();
    match catch_unwind(AssertUnwindSafe(|| call(host))) {
        Ok(Ok(code)) => return code,
        Ok(Err(error)) => host.failure = Some(error),
        Err(panic) => host.panic = Some(panic),
    }
    FAILED
}

unsafe extern "C" fn describe(env: usize, out: *mut sys::gim_environment, x: *mut f64, user: *mut c_void) -> c_int {
    guard(user, |host| {
        let features = std::slice::from_raw_parts_mut(x, host.features);
        host.describe(env, &mut *out, features).map(|()| 0)
    })
}

unsafe extern "C" fn read(env: usize, rows: *const usize, n: usize, x: *mut f64, user: *mut c_void) -> c_int {
    guard(user, |host| {
        let rows = std::slice::from_raw_parts(rows, n);
        let x = std::slice::from_raw_parts_mut(x, n * host.variables);
        host.data.read(env, rows, x).map(|()| 0).map_err(Error::Callback)
    })
}

unsafe extern "C" fn progress(at: *const sys::gim_progress, user: *mut c_void) -> c_int {
    guard(user, |host| {
        let at = &*at;
        let progress = Progress {
            step: at.step,
            steps: at.steps,
            objective: at.objective,
            held_out: at.held_out,
            acyclicity: at.acyclicity,
            penalty: at.penalty,
            edges: at.edges,
            seconds_left: at.seconds_left,
        };
        Ok(c_int::from((host.progress)(&progress).is_break()))
    })
}

pub(crate) type FitFunction =
    unsafe extern "C" fn(*mut sys::gim_model, *const sys::gim_data, sys::gim_progress_fn, *mut c_void) -> c_int;

/// gim_fit() or gim_resume(): its status, or what the caller's own part failed with. Panics go on from here.
pub(crate) unsafe fn run(
    function: FitFunction,
    model: *mut sys::gim_model,
    data: &mut dyn Data,
    report: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<sys::gim_status, Error> {
    let mut host = Host {
        variables: sys::gim_variable_count(model),
        features: sys::gim_feature_count(model),
        data,
        progress: report,
        name: CString::default(),
        failure: None,
        panic: None,
    };
    let n_environments = host.data.environments();
    let user: *mut c_void = (&mut host as *mut Host).cast();
    let asked = sys::gim_data {
        struct_size: std::mem::size_of::<sys::gim_data>(),
        n_environments,
        describe: Some(describe),
        read: Some(read),
        user,
    };
    let status = function(model, &asked, Some(progress), user);
    if let Some(panic) = host.panic {
        resume_unwind(panic);
    }
    match host.failure {
        Some(failure) => Err(failure),
        None => Ok(status),
    }
}
