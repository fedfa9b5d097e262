//! The AWS CLI on the local emulator: every block of `docs/aws-cli.md`.

use super::emulator::programs;
use crate::{
    docs::page::{self, Block, Page},
    readme::tour,
};

#[test]
#[ignore = "needs the AWS CLI that tests/conformance/run installs"]
fn the_commands_on_the_aws_cli_page_work() {
    let beginning = "export PATH=\"$PWD/target/debug:$PATH\"\nmkdir ../hand && cd ../hand\n";
    let mut blocks = vec![Block { commands: beginning.to_owned(), shown: None }];
    blocks.extend(page::blocks(&Page::read("docs/aws-cli.md").text));
    assert!(blocks.len() > 10, "too few blocks were read");
    tour::take(&blocks, Some(&programs()));
}
