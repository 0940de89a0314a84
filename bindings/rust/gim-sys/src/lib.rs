//! libgim's C interface as it stands in `gim/gim.h`, which says what each function does. The safe crate is `gim`.
//!
//! `bindings.rs` is written by `bindings/generate.py` from the header, and checked against it by libgim's tests.
//!
//! SPDX-License-Identifier: BSD-3-Clause
#![allow(non_camel_case_types)]

#[rustfmt::skip]
mod bindings;
pub use bindings::*;
