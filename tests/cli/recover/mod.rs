//! `stackctl recover`: a state that was lost or damaged is rebuilt of what there is.

mod found;
mod refused;

use std::fs;

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

const STATE: &str = "state/shop.dev.json";

/// A stack that is up, in the Region in which things are done by hand.
fn stack() -> (Served, Sandbox) {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit("eu-west-1", "us-west-2");
    assert_eq!(sandbox.run("up --yes").code, 0);
    (aws, sandbox)
}

/// Takes the state away to where its ids are still known.
fn lose(sandbox: &Sandbox) {
    fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
}
