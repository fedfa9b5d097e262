//! The AWS CLI on the local emulator: every block of its page.

use super::emulator::programs;
use crate::readme::{
    page::{self, Block},
    tour,
};

#[test]
#[ignore = "needs the AWS CLI that tests/conformance/run installs"]
fn the_page_of_the_aws_cli_works() {
    let beginning = "export PATH=\"$PWD/target/debug:$PATH\"\nmkdir ../hand && cd ../hand\n";
    let mut blocks = vec![Block { commands: beginning.to_owned(), shown: None }];
    blocks.extend(page::blocks(&page::text("docs/aws-cli.md")));
    assert!(blocks.len() > 10, "the page was not read");
    tour::take(&blocks, Some(&programs()));
}
