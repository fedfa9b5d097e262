//! Runtimes, as of a pinned day.

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
fn a_runtime_is_fine_until_the_day_aws_ends_it() {
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
fn runtimes_that_ended_long_ago_are_refused_with_what_came_after() {
    let today = date(2026, 11, 23);
    assert_snapshot!(problems("go1.x", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `go1.x`: no function can be created with it
    hint: what came after it is `provided.al2023`
    ");
    assert_snapshot!(problems("nodejs14.x", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `nodejs14.x`: no function can be created with it
    hint: what came after it is `nodejs24.x`
    ");
    assert_snapshot!(problems("nodejs8.10", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `nodejs8.10`: no function can be created with it
    hint: what came after it is `nodejs24.x`
    ");
    assert_snapshot!(problems("python3.7", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `python3.7`: no function can be created with it
    hint: what came after it is `python3.14`
    ");
    assert_snapshot!(problems("ruby2.7", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `ruby2.7`: no function can be created with it
    hint: what came after it is `ruby4.0`
    ");
    assert_snapshot!(problems("dotnetcore3.1", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `dotnetcore3.1`: no function can be created with it
    hint: what came after it is `dotnet10`
    ");
    assert_snapshot!(problems("java8", today), @"
    error: config.json:4:71: functions.hello.runtime: AWS ended the runtime `java8`: no function can be created with it
    hint: what came after it is `java25`
    ");
}

#[test]
fn a_runtime_that_aws_may_have_by_now_is_a_warning_because_the_list_grows() {
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
fn an_unknown_runtime_is_refused_with_a_guess() {
    let mut reported = Vec::new();
    let today = date(2026, 11, 23);
    reported.push(problems("pyton3.13", today));
    reported.push(problems("node", today));
    reported.push(problems("nodejs23.x", today));
    reported.push(problems("rust", today));
    reported.push(problems("cobol", today));
    reported.push(problems("custom", date(2026, 11, 23)));
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json:4:71: functions.hello.runtime: there is no runtime `pyton3.13`
      runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, ruby3.4, ruby3.3
    hint: did you mean `python3.13`?
    error: config.json:4:71: functions.hello.runtime: there is no runtime `node`
      runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, ruby3.4, ruby3.3
    hint: did you mean `nodejs24.x`?
    error: config.json:4:71: functions.hello.runtime: there is no runtime `nodejs23.x`
      runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, ruby3.4, ruby3.3
    hint: did you mean `nodejs24.x`?
    error: config.json:4:71: functions.hello.runtime: there is no runtime `rust`
      runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, ruby3.4, ruby3.3
    hint: did you mean `provided.al2023`?
    error: config.json:4:71: functions.hello.runtime: there is no runtime `cobol`
      runtimes are: python3.14, python3.13, python3.12, python3.11, nodejs24.x, nodejs22.x, provided.al2023, java25, java21, java17.al2023, java17, java11.al2023, java11, java8.al2023, java8.al2, dotnet10, ruby4.0, ruby3.4, ruby3.3
    error: config.json:4:71: functions.hello.runtime: Lambda refuses the runtime `custom` without the ARN of a runtime of your own
      stackctl cannot name one
    hint: put the runtime into the package: `provided.al2023`
    ");
}
