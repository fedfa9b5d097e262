//! Large configs: loading time grows linearly with the size, not quadratically.

use std::fmt::Write as _;

use super::harness::Folder;

/// A config with this many functions and routes, each on its own line or all on one.
fn config(count: usize, separator: &str) -> String {
    let (mut functions, mut routes, mut staged) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..count {
        let mut function = String::new();
        let _ = write!(function, r#""f{number}": {{ "source": "lambdas/test", "handler": "test.handler", "#);
        let _ = write!(function, r#""runtime": "python3.13", "timeout": 60, "memory": 64 }}"#);
        functions.push(function);
        let check = r#""check": { "status": 200, "as": "none" }"#;
        routes.push(format!(r#""ANY /p{number}": {{ "function": "f{number}", "auth": "none", {check} }}"#));
        staged.push(format!(r#""f{number}": {{ "memory": 64 }}"#));
    }
    let [functions, routes, staged] = [functions, routes, staged].map(|lines| lines.join(&format!(",{separator}")));
    format!(
        r#"{{ "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }}, "functions": {{ {functions} }},{separator}
        "routes": {{ {routes} }}, "stages": {{ "dev": {{ "functions": {{ {staged} }} }} }} }}"#
    )
}

/// The processor time of this thread, which does not depend on other load.
fn processor_time() -> u64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse().unwrap()
}

fn time_of(folder: &Folder) -> u64 {
    let began = processor_time();
    assert!(folder.load().is_err(), "every function has too little memory");
    processor_time() - began
}

#[test]
fn eight_times_the_size_takes_about_eight_times_as_long() {
    for separator in ["\n", ""] {
        let (small, large) = (Folder::with(&config(250, separator)), Folder::with(&config(2_000, separator)));
        time_of(&small);
        let (small, large) = (time_of(&small), time_of(&large));
        // Quadratic growth would take 64 times as long.
        assert!(large < small * 24, "{small} ns, and {large} ns for eight times as much");
    }
}
