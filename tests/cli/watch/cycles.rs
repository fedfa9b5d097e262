//! What a save leads to, and what it costs.

use std::fs;

use stackctl_local::Settings;

use super::{Served, Watching, calls_since, replace, up};
use crate::cli::locks::bob;

const CODE: &str = "hello/bootstrap";

#[test]
fn a_save_of_code_looks_at_its_function_alone_and_deploys_it() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "");
    for text in ["#!/bin/sh\n# one\n", "#!/bin/sh\n# two\n"] {
        let before = aws.cloud.call_counts();
        replace(&sandbox, CODE, text);
        let cycle = watching.until("cycle");
        assert_eq!((&cycle["outcome"], &cycle["code_only"]), (&"deployed".into(), &true.into()), "{cycle}");
        assert_eq!((&cycle["functions"][0], &cycle["steps"]["update"]), (&"hello".into(), &1.into()), "{cycle}");
        assert_eq!(cycle["files"], serde_json::json!([CODE]));
        let calls = [
            "GetAlias",
            "GetFunction",
            "ListVersionsByFunction",
            "PublishVersion",
            "UpdateAlias",
            "UpdateFunctionCode",
        ];
        assert_eq!(calls_since(&aws, &before), calls.map(|call| (format!("lambda:{call}"), 1)));
    }
    assert_eq!(watching.interrupted().0, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn a_save_of_what_is_there_or_does_not_count_does_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "");
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, &fs::read_to_string(sandbox.path(CODE)).unwrap());
    sandbox.write("hello/__pycache__/bootstrap.pyc", "x");
    sandbox.edit("{\n", "{ // with a reason\n");
    sandbox.edit("// with a reason\n", "");
    sandbox.write("hello/.bootstrap.swp", "x");
    // It is told only what changes something, so this one is the first that it tells of.
    sandbox.edit("\"hello\": {", "\"hello\": { \"nonsense\": 1,");
    assert_eq!(watching.cycle().0, "failed");
    assert_eq!(calls_since(&aws, &before), []);
    let (code, rest) = watching.interrupted();
    let done = rest.last().unwrap();
    assert_eq!((code, &done["event"], &done["writes"]), (0, &"done".into(), &0.into()), "{rest:?}");
}

#[test]
fn another_change_waits_for_somebody_to_agree_and_code_goes_on_after_that() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "");
    sandbox.edit("\"GET /hello\":", "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":");
    let plan = watching.until("plan");
    assert_eq!(plan["counts"]["update"], 2, "{plan}");
    let left = watching.until("cycle");
    assert_eq!((&left["outcome"], &left["way_out"]), (&"left".into(), &"stackctl up".into()));
    // It keeps nobody from deploying.
    assert_eq!(sandbox.run("up --yes").code, 0);
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle(), ("deployed".into(), vec![CODE.into()]));
    let looks = calls_since(&aws, &before).iter().map(|(_, count)| count).sum::<usize>();
    assert!(looks > 20, "somebody else has deployed, so everything is looked at: {looks}");
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, "#!/bin/sh\n# two\n");
    assert_eq!(watching.cycle().0, "deployed");
    let looks = calls_since(&aws, &before).iter().map(|(_, count)| count).sum::<usize>();
    assert_eq!(looks, 6);
}

#[test]
fn with_yes_every_change_is_deployed() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "--yes");
    sandbox.edit("\"GET /hello\":", "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":");
    let cycle = watching.until("cycle");
    assert_eq!((&cycle["outcome"], &cycle["code_only"]), (&"deployed".into(), &false.into()), "{cycle}");
    assert_eq!(watching.interrupted().0, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn what_fails_is_told_and_the_next_save_goes_on() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "");
    aws.refuse("lambda:UpdateAlias");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    let error = watching.until("error");
    assert_eq!(error["hints"][0], "0 of 1 steps are done and recorded; the next save goes on", "{error}");
    assert_eq!(watching.cycle().0, "failed");
    // Also one that changes nothing.
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle().0, "deployed");
    fs::remove_file(sandbox.path(CODE)).unwrap();
    assert_eq!(watching.cycle(), ("failed".into(), vec![CODE.into()]));
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle().0, "same");
    assert_eq!(watching.interrupted().0, 0);
}

#[test]
fn a_function_that_somebody_deleted_is_not_made_anew_without_a_word() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "");
    aws.delete_function("shop-dev-hello");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert!(watching.until("plan")["counts"]["create"].as_u64() > Some(0));
    assert_eq!(watching.cycle().0, "left");
}

#[test]
fn a_config_that_means_another_stack_is_not_followed() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut watching = Watching::new(&sandbox, "--yes");
    let before = aws.cloud.call_counts();
    sandbox.edit("\"stage\": \"dev\"", "\"stage\": \"prod\"");
    let error = &watching.until("error")["errors"][0];
    assert_eq!(error["message"], "config.json: `deployment.stage` is `prod` now, and `dev` is at work");
    assert_eq!((watching.cycle().0, calls_since(&aws, &before)), ("failed".into(), vec![]));
    sandbox.edit("\"stage\": \"prod\"", "\"stage\": \"dev\"");
    assert_eq!(watching.cycle().0, "same");
}

#[test]
fn a_save_is_noticed_while_the_first_run_waits_for_the_lock() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let text = fs::read_to_string(sandbox.path("config.json")).unwrap();
    let lock = bob(&sandbox);
    let mut watching = Watching::begin(&sandbox, "--lock-timeout 10m");
    watching.until("lock");
    replace(&sandbox, "config.json", &text.replace("GET /hello", "GET /more"));
    drop(lock);
    watching.until("watching");
    assert_eq!(watching.cycle(), ("left".into(), vec!["config.json".into()]));
}
