#!/bin/sh
# The Rust crates: their tests and documents, against libgim as it is installed. SPDX-License-Identifier: BSD-3-Clause
#
# usage: rust.sh BUILD
set -eu
. "$(dirname "$0")/tools.sh"
build=$(realpath "$1")
command -v cargo >/dev/null || skip "Rust is not installed: apt-get install cargo, or rustup"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

installed "$build" "$work/prefix"
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$build/rust}
export CARGO_TARGET_DIR
cd "$source/bindings/rust"
cargo fetch --locked -q || skip "cargo cannot fetch the crate pkg-config, which the build needs"
RUSTFLAGS="-D warnings" RUSTDOCFLAGS="-D warnings" cargo test --locked --offline -q --workspace
RUSTDOCFLAGS="-D warnings" cargo doc --locked --offline -q --no-deps --workspace
