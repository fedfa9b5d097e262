//! Measures requests per second to a deployed API with a warm Python function, over the number of users and routes.
//!
//! `just bench-emulator` prints the table. It asserts nothing: the figures depend on the machine.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops at the first error and prints")]

mod client;
mod stack;

use std::time::Duration;

use stack::Stack;
use stackctl_local::{Emulator, Settings};

/// The connections that send requests at the same time.
const CONNECTIONS: usize = 10;

/// The users and routes of each row of the table.
const SIZES: [(usize, usize); 5] = [(0, 10), (1_000, 10), (10_000, 10), (100_000, 10), (1_000, 2_000)];

fn main() {
    let seconds = number("BENCH_SECONDS", 5);
    let most_users = number("BENCH_USERS", 100_000);
    println!(
        "{:>8} {:>7}  {:>30}  {:>30}  {:>7}",
        "users", "routes", "public req/s p50 p99", "protected req/s p50 p99", "memory"
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (users, routes) in SIZES.into_iter().filter(|(users, _)| *users as u64 <= most_users) {
        let folder = tempfile::tempdir().unwrap();
        let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
        let (public, protected) = runtime.block_on(async {
            let stack = Stack::new(&emulator, users, routes).await;
            let time = Duration::from_secs(seconds);
            let public = client::load(&stack, &stack.public(), CONNECTIONS, time).await;
            let protected = client::load(&stack, &stack.protected(), CONNECTIONS, time).await;
            stack.stop().await;
            (public, protected)
        });
        println!("{users:>8} {routes:>7}  {public:>30}  {protected:>30}  {:>4} MB", memory());
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The resident memory of this process in megabytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}
