//! Finds libgim: GIM_LIB_DIR names its folder, else pkg-config knows it. SPDX-License-Identifier: BSD-3-Clause
fn main() {
    println!("cargo:rerun-if-env-changed=GIM_LIB_DIR");
    if let Ok(folder) = std::env::var("GIM_LIB_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-lib=gim");
        return;
    }
    if let Err(error) = pkg_config::Config::new().atleast_version(env!("CARGO_PKG_VERSION")).probe("libgim") {
        eprintln!("libgim {} or later is needed: {error}", env!("CARGO_PKG_VERSION"));
        eprintln!(
            "Install it (make install), and set PKG_CONFIG_PATH=PREFIX/lib/pkgconfig where that is not /usr/local,"
        );
        eprintln!("or name the folder of libgim.so in GIM_LIB_DIR.");
        std::process::exit(1);
    }
}
