//! The safe crate, as its users call it. SPDX-License-Identifier: BSD-3-Clause
use gim::{Error, Fit, Model, Table};
use std::ops::ControlFlow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

const POWERS: [f64; 4] = [0.0, 1.0, 2.0, 4.0];

fn noise(state: &mut u64) -> f64 {
    (0..12).fold(-6.0, |sum, _| {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        sum + (*state >> 11) as f64 / (1u64 << 53) as f64
    })
}

fn experiment() -> Vec<Vec<f64>> {
    let mut state = 7;
    let mut row = |power: f64| {
        let heat = 20.0 + 5.0 * power + 2.0 * noise(&mut state);
        [heat, 1.0 + 0.1 * heat + 0.2 * noise(&mut state)]
    };
    POWERS.iter().map(|power| (0..40).flat_map(|_| row(*power)).collect()).collect()
}

fn table(rows: &[Vec<f64>]) -> Table<'_> {
    let mut data = Table::new(2);
    for (power, rows) in POWERS.iter().zip(rows) {
        data.add(&format!("power {power}"), *power == 0.0, &[*power], rows).unwrap();
    }
    data
}

fn quick() -> Model {
    let mut model = Model::new(2, 1).unwrap();
    model.set_variables(&["heat", "pressure"]).unwrap();
    model.set_features(&["power"]).unwrap();
    model.set("intervention", "shift").unwrap();
    for (name, value) in [("steps", 60), ("check-every", 20), ("width", 8)] {
        model.set(name, value).unwrap();
    }
    model
}

fn fitted() -> Model {
    let mut model = quick();
    model.fit(&mut table(&experiment())).unwrap();
    model
}

#[test]
fn asks() {
    let model = fitted();
    let x = model.sample(&[3.0], 50, 7).unwrap();
    assert_eq!(x.len(), 100);
    assert_eq!(x[..20], model.sample(&model.perturbation(&[("power", 3.0)]).unwrap(), 10, 7).unwrap()[..]);
    assert_ne!(model.sample(&[], 5, 1).unwrap(), model.sample(&[4.0], 5, 1).unwrap());
    assert_eq!(model.sample(&[1.0, 2.0], 5, 1).unwrap().len(), 10);
    assert_eq!(model.targets(&[3.0]).unwrap().len(), 2);
    assert_eq!(model.effects(&[3.0]).unwrap()[0].name, "mean");
    assert!(!model.graph().unwrap()[(0, 0)]);
    assert_eq!(model.edge_probabilities().unwrap()[(1, 1)], 0.0);
    assert_eq!(model.weights().unwrap().values.len(), 4);
    assert_eq!(model.log_density(&[2.0], &x).unwrap().len(), 50);
    assert_eq!(model.distance(&[2.0]).unwrap(), (0.0, false));
    assert!(model.distance(&[9.0]).unwrap().1);
    assert_eq!(model.report(gim::sys::GIM_REPORT_ROWS).unwrap(), 160.0);
    assert_eq!(model.history().unwrap().len() % gim::sys::GIM_HISTORY_COLUMNS, 0);
    let off = &model.environments().unwrap()[0];
    assert_eq!((off.name.as_str(), off.observational, off.n_rows), ("power 0", true, 40));
    assert_eq!(model.get_int("steps").unwrap(), 60);
}

#[test]
fn strides_and_closures_give_the_same_numbers() {
    let rows = experiment();
    let wanted = fitted().sample(&[3.0], 20, 1).unwrap();

    let wide: Vec<Vec<f64>> =
        rows.iter().map(|rows| rows.chunks(2).flat_map(|row| [row[0], row[1], f64::NAN]).collect()).collect();
    let mut strided = Table::new(2);
    for (power, rows) in POWERS.iter().zip(&wide) {
        strided.add_strided(&format!("power {power}"), *power == 0.0, &[*power], rows, 40, 3).unwrap();
    }
    let mut model = quick();
    model.fit(&mut strided).unwrap();
    assert_eq!(model.sample(&[3.0], 20, 1).unwrap(), wanted);
    assert!(strided.add_strided("short", false, &[1.0], &wide[0], 41, 3).is_err());
    assert!(strided.add_strided("none", false, &[1.0], &wide[0], 0, 3).is_err());

    let environments = POWERS
        .iter()
        .map(|&power| gim::Environment {
            name: format!("power {power}"),
            observational: power == 0.0,
            features: vec![power],
            n_rows: 40,
        })
        .collect();
    let mut data = gim::from_fn(environments, |env, which, x| {
        for (row, into) in which.iter().zip(x.chunks_mut(2)) {
            into.copy_from_slice(&rows[env][2 * row..2 * row + 2]);
        }
        Ok(())
    });
    let mut model = quick();
    model.fit(&mut data).unwrap();
    assert_eq!(model.sample(&[3.0], 20, 1).unwrap(), wanted);
}

#[test]
fn errors_have_the_librarys_words() {
    let model = fitted();
    let error = model.sample(&[f64::NAN], 1, 1).unwrap_err();
    assert_eq!(error.status(), gim::sys::GIM_ERR_ARGUMENT);
    assert!(error.to_string().starts_with("GIM_ERR_ARGUMENT: perturbation 0, feature \"power\" is nan"), "{error}");

    let mut rows = experiment();
    rows[1][11] = f64::NAN;
    let error = quick().fit(&mut table(&rows)).unwrap_err();
    assert!(error.to_string().contains("environment \"power 1\", row 5, variable \"pressure\" is nan"), "{error}");

    let text = |result: Result<Vec<f64>, Error>| result.unwrap_err().to_string();
    assert_eq!(text(model.perturbation(&[("powr", 3.0)])), "no feature \"powr\"; there are: power");
    assert_eq!(text(model.perturbation(&[])), "feature \"power\" is missing; all are needed: power");
    assert!(matches!(model.targets(&[1.0, 2.0]), Err(Error::Length(_))));
    let mut model = quick();
    assert!(model.set("stepz", 1).unwrap_err().to_string().starts_with("no option \"stepz\"; there are: mechanism"));
    assert!(model.set("steps", -1).unwrap_err().to_string().contains("\"steps\" cannot be -1"));
    assert!(model.set("mechanism", "liner").unwrap_err().to_string().contains("there are: linear, nonlinear"));
    assert!(Model::load("/none.gim").unwrap_err().to_string().contains("No such file"));
    assert_eq!(Model::new(1, 1).unwrap_err().status(), gim::sys::GIM_ERR_ARGUMENT);
    assert!(model.set_variables(&["a", "b", "c"]).unwrap_err().to_string().contains('2'));
}

#[test]
fn stops_and_resumes() {
    let rows = experiment();
    let mut model = quick();
    let mut steps = Vec::new();
    let ended = model.fit_with(&mut table(&rows), |at| {
        steps.push(at.step);
        if at.step >= 20 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!((ended.unwrap(), steps), (Fit::Stopped, vec![0, 20]));
    model.resume(&mut table(&rows), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(model.sample(&[3.0], 9, 1).unwrap(), fitted().sample(&[3.0], 9, 1).unwrap());
}

#[test]
fn a_flag_of_another_thread_stops() {
    let stop = AtomicBool::new(false);
    let rows = experiment();
    let mut model = quick();
    model.set("steps", 10_000_000).unwrap();
    model.set("patience", 1.0).unwrap();
    let mut data = table(&rows);
    let ended = std::thread::scope(|scope| {
        let fit = scope.spawn(|| {
            model.fit_with(&mut data, |_| {
                if stop.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        stop.store(true, Ordering::Relaxed);
        fit.join().unwrap()
    });
    assert_eq!(ended.unwrap(), Fit::Stopped);
}

#[test]
fn failures_and_panics_come_out_of_fit() {
    let environments = |n| {
        (0..n)
            .map(|e| gim::Environment {
                name: format!("e{e}"),
                observational: e == 0,
                features: vec![e as f64],
                n_rows: 9,
            })
            .collect::<Vec<_>>()
    };
    let mut broken = gim::from_fn(environments(2), |_, _, _| Err("disk on fire".into()));
    let error = quick().fit(&mut broken).unwrap_err();
    assert!(matches!(error, Error::Callback(_)));
    assert_eq!(error.to_string(), "disk on fire");

    let mut panics = gim::from_fn(environments(2), |_, _, _| panic!("mine"));
    let mut model = fitted();
    let before = model.sample(&[3.0], 9, 1).unwrap();
    let caught = catch_unwind(AssertUnwindSafe(|| model.fit(&mut panics)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert_eq!(model.sample(&[3.0], 9, 1).unwrap(), before);
}

#[test]
fn many_threads_ask_one_model() {
    let model = fitted();
    let wanted = model.sample(&[3.0], 200, 1).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|_| assert_eq!(model.sample(&[3.0], 200, 1).unwrap(), wanted)));
        }
    });
}

#[test]
fn saves_loads_and_copies() {
    let path = std::env::temp_dir().join(format!("gim-rust-{}.gim", std::process::id()));
    let model = fitted();
    model.save(&path).unwrap();
    let wanted = model.sample(&[3.0], 9, 1).unwrap();
    for other in [Model::load(&path).unwrap(), model.try_clone().unwrap()] {
        assert_eq!(other.sample(&[3.0], 9, 1).unwrap(), wanted);
        assert_eq!((other.variables(), other.features()), (vec!["heat", "pressure"], vec!["power"]));
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn judges_and_simulates() {
    let settings = gim::Settings { variables: 6, perturbations: 4, doses: vec![1.0, 2.0], ..Default::default() };
    let system = gim::simulate(&settings).unwrap();
    let environments = system.environments(gim::Part::Training).unwrap();
    assert_eq!(environments.len(), 9);
    assert!(environments[0].1.observational && system.targets(0).unwrap().iter().all(|is| !is));
    let x = system.rows(0, 20, 1).unwrap();
    assert_eq!(gim::score("mean_distance", &x, &x, 6).unwrap(), 0.0);
    assert!(gim::score("energie", &x, &x, 6).unwrap_err().to_string().contains("energy"));
    assert_eq!(gim::coverage(&x, &x, 6, 1.0).unwrap(), vec![1.0; 6]);
    let truth = system.graph().unwrap();
    assert_eq!(gim::compare_graphs(&truth.values, &truth.values, 6).unwrap().shd, 0);
    assert_eq!(gim::average_precision(&[2.0, 1.0], &[true, false]).unwrap(), 1.0);
    let error = gim::simulate(&gim::Settings { variables: 1, ..Default::default() }).unwrap_err();
    assert!(error.to_string().contains("variables"), "{error}");
}

#[test]
fn is_of_the_headers_version() {
    assert_eq!(gim::version(), env!("CARGO_PKG_VERSION"));
    assert_eq!(gim::environment_seed(1, "three"), 10369692203762474332);
}
