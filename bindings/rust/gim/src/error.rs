//! Status codes as errors. SPDX-License-Identifier: BSD-3-Clause
use gim_sys as sys;
use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;

/// What a closure of the caller's went wrong with.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong.
#[derive(Debug)]
pub enum Error {
    /// A call into libgim failed: its code, one of `gim::sys::GIM_ERR_*`, and its message.
    Library { status: i32, message: String },
    /// No option, feature, ... of this name; the text says what there is.
    Unknown(String),
    /// A slice has the wrong length.
    Length(String),
    /// Data or progress failed with this.
    Callback(Failure),
}

impl Error {
    /// The library's code; 0 where the failure is not the library's.
    pub fn status(&self) -> i32 {
        match self {
            Error::Library { status, .. } => *status,
            _ => 0,
        }
    }

    /// The code's name, such as `GIM_ERR_DATA`; empty where the failure is not the library's.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Library { status, .. } => text(unsafe { sys::gim_status_name(*status) }).unwrap_or(""),
            _ => "",
        }
    }

    pub(crate) fn library(status: sys::gim_status, message: String) -> Error {
        let meaning = text(unsafe { sys::gim_status_text(status) }).unwrap_or("");
        Error::Library { status, message: if message.is_empty() { meaning.to_string() } else { message } }
    }

    pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
        Error::Unknown(format!("no {what} \"{name}\"; there are: {}", known.join(", ")))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Library { message, .. } => write!(out, "{}: {message}", self.name()),
            Error::Unknown(text) | Error::Length(text) => out.write_str(text),
            Error::Callback(failure) => failure.fmt(out),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Callback(failure) => Some(&**failure),
            _ => None,
        }
    }
}

/// A text of the library's, where there is one.
pub(crate) fn text<'a>(pointer: *const c_char) -> Option<&'a str> {
    if pointer.is_null() {
        return None;
    }
    unsafe { CStr::from_ptr(pointer) }.to_str().ok()
}

pub(crate) fn check(status: sys::gim_status) -> Result<sys::gim_status, Error> {
    if status < 0 {
        return Err(Error::library(status, String::new()));
    }
    Ok(status)
}

/// What `ask` (gim_message() or its like) has to say.
pub(crate) fn message(ask: impl Fn(*mut c_char, usize) -> usize) -> String {
    let mut text = vec![0u8; ask(std::ptr::null_mut(), 0) + 1];
    let length = ask(text.as_mut_ptr().cast(), text.len()).min(text.len() - 1);
    text.truncate(length);
    String::from_utf8_lossy(&text).into_owned()
}

pub(crate) fn same_length(what: &str, found: usize, wanted: usize) -> Result<(), Error> {
    if found != wanted {
        return Err(Error::Length(format!("{what}: {found} numbers, where {wanted} are wanted")));
    }
    Ok(())
}

/// How many rows of d a slice holds.
pub(crate) fn rows_of(what: &str, x: &[f64], d: usize) -> Result<usize, Error> {
    if d == 0 || x.len() % d != 0 {
        return Err(Error::Length(format!("{what}: {} numbers are not rows of {d}", x.len())));
    }
    Ok(x.len() / d)
}
