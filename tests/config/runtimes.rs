//! Runtimes, as of a pinned date.

use insta::assert_snapshot;
use jiff::civil::{Date, date};

use super::harness::Folder;

fn problems(runtime: &str, today: Date) -> String {
    let members = format!(r#""source": "lambdas/test", "handler": "test.handler", "runtime": "{runtime}""#);
    let mut folder = Folder::with_function_of(&members)
        .write("lambdas/test/test.mjs", "handler")
        .write("lambdas/test/bootstrap", "");
    folder.selection.today = today;
    folder.problems()
}

#[test]
fn a_runtime_is_valid_until_the_day_aws_ends_it() {
    let mut reported = Vec::new();
    assert_eq!(problems("nodejs24.x", date(2028, 4, 29)), "");
    reported.push(problems("nodejs24.x", date(2028, 4, 30)));
    reported.push(problems("nodejs24.x", date(2028, 5, 31)));
    reported.push(problems("nodejs24.x", date(2028, 6, 1)));
    let today = date(2026, 11, 23);
    reported.push(problems("python3.10", today));
    reported.push(problems("provided.al2", today));
    reported.push(problems("dotnet8", today));
    reported.push(problems("python3.9", today));
    assert_snapshot!(reported.join("\n"), @r"
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `nodejs24.x` on 2028-04-30: it gets no security updates
      no function can be created with it from 2028-06-01 on
      no function with it can be updated from 2028-07-01 on
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `nodejs24.x` on 2028-04-30: it gets no security updates
      no function can be created with it from 2028-06-01 on
      no function with it can be updated from 2028-07-01 on
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `nodejs24.x` on 2028-04-30: it gets no security updates
      no function can be created with it since 2028-06-01
      no function with it can be updated from 2028-07-01 on
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `python3.10` on 2026-10-31: it gets no security updates
      no function can be created with it from 2027-02-01 on
      no function with it can be updated from 2027-03-03 on
    hint: the newest of its family is `python3.14`
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `provided.al2` on 2026-07-31: it gets no security updates
      no function can be created with it from 2027-02-01 on
      no function with it can be updated from 2027-03-03 on
    hint: the newest of its family is `provided.al2023`
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `dotnet8` on 2026-11-10: it gets no security updates
      no function can be created with it from 2027-02-01 on
      no function with it can be updated from 2027-03-03 on
    hint: the newest of its family is `dotnet10`
    warning: config.json:4:71: functions.hello.runtime: AWS ended the runtime `python3.9` on 2025-12-15: it gets no security updates
      no function can be created with it from 2027-02-01 on
      no function with it can be updated from 2027-03-03 on
    hint: the newest of its family is `python3.14`
    ");
}

#[test]
fn runtimes_that_ended_long_ago_are_rejected_with_their_successor() {
    for (ended, successor) in [
        ("go1.x", "provided.al2023"),
        ("nodejs14.x", "nodejs24.x"),
        ("nodejs8.10", "nodejs24.x"),
        ("python3.7", "python3.14"),
        ("ruby2.7", "ruby4.0"),
        ("dotnetcore3.1", "dotnet10"),
        ("java8", "java25"),
    ] {
        let expected = format!(
            "error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `{ended}`: no function can be created \
             with it\nhint: what came after it is `{successor}`"
        );
        assert_eq!(problems(ended, date(2026, 11, 23)), expected);
    }
}

#[test]
fn a_runtime_that_aws_may_support_by_now_is_a_warning() {
    let today = date(2026, 11, 23);
    let said = |runtime: &str| {
        format!(
            "warning: config.json:4:71: functions.hello.runtime: this version of stackctl does not know the runtime \
             `{runtime}`\n  whether AWS does shows when the function is created"
        )
    };
    for runtime in ["nodejs26.x", "python3.15", "java30", "provided.al2027", "java21.al2023", "swift6.x"] {
        assert_eq!(problems(runtime, today), said(runtime));
    }
}

#[test]
fn an_unknown_runtime_is_rejected_with_a_suggestion() {
    let today = date(2026, 11, 23);
    let known = "runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, \
                 java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, \
                 ruby3.4, ruby3.3";
    for (unknown, guess) in [
        ("pyton3.13", "\nhint: did you mean `python3.13`?"),
        ("node", "\nhint: did you mean `nodejs24.x`?"),
        ("nodejs23.x", "\nhint: did you mean `nodejs24.x`?"),
        ("rust", "\nhint: did you mean `provided.al2023`?"),
        ("cobol", ""),
    ] {
        let problem = format!("error: config.json:4:71: functions.hello.runtime: unknown runtime `{unknown}`");
        assert_eq!(problems(unknown, today), format!("{problem}\n  {known}{guess}"));
    }
    assert_snapshot!(problems("custom", today), @"
    error: config.json:4:71: functions.hello.runtime: Lambda does not allow the runtime `custom` without the ARN of your own runtime
      stackctl cannot name one
    hint: put the runtime into the package: `provided.al2023`
    ");
}
