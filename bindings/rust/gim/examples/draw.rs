//! draw MODEL SEED NUMBER...: a thousand rows under the perturbation of these features, as raw doubles on standard
//! output. SPDX-License-Identifier: BSD-3-Clause
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let (path, seed, features) = match given.as_slice() {
        [path, seed, features @ ..] => (path, seed.parse()?, features),
        _ => return Err("usage: draw MODEL SEED NUMBER...".into()),
    };
    let features = features.iter().map(|number| number.parse()).collect::<Result<Vec<f64>, _>>()?;
    let x = gim::Model::load(path)?.sample(&features, 1000, seed)?;
    let bytes: Vec<u8> = x.iter().flat_map(|value| value.to_ne_bytes()).collect();
    std::io::stdout().write_all(&bytes)?;
    Ok(())
}
