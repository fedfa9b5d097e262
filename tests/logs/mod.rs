//! Log groups of the local emulator, read page by page and followed, on tokio's clock.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use jiff::{Timestamp, ToSpan as _};
use stackctl::{
    aws,
    engine::{Interrupt, Key, Kind, Silent},
    logs::{Line, LogQuery, Source, Tail},
};
use stackctl_local::{Effect, Fault, Settings};
use tokio::time::sleep;

use crate::harness::connect;

const GROUPS: [&str; 2] = ["/aws/lambda/one", "/aws/lambda/two"];

struct Trial {
    local: stackctl_local::Emulator,
    cloud: aws::Clients,
    interrupt: Interrupt,
    begin: Timestamp,
}

impl Trial {
    /// Two empty log groups, with at most two events for each page.
    async fn new() -> Self {
        let local = stackctl_local::Emulator::new(Settings { page_size: Some(2), ..Settings::default() });
        let cloud = connect(&local).await;
        for group in GROUPS {
            cloud.logs.create_log_group().log_group_name(group).send().await.unwrap();
            cloud.logs.create_log_stream().log_group_name(group).log_stream_name("only").send().await.unwrap();
        }
        // CloudWatch rejects events that are much older than its own clock, which is the real one here.
        Self { local, cloud, interrupt: Interrupt::new(), begin: Timestamp::now() - 5.minutes() }
    }

    /// Writes lines with these times, in seconds from the beginning.
    async fn write(&self, group: &str, seconds: &[i64]) {
        let event = |at: &i64| {
            let time = (self.begin + at.seconds()).as_millisecond();
            InputLogEvent::builder().timestamp(time).message(format!("{at}\n")).build().unwrap()
        };
        let request = self.cloud.logs.put_log_events().log_group_name(group).log_stream_name("only");
        request.set_log_events(Some(seconds.iter().map(event).collect())).send().await.unwrap();
    }

    fn tail(&self, since: Timestamp, filter: Option<&str>) -> Tail<'_> {
        let source = |group: &str| Source { key: Key::new(Kind::new("log_group"), group), group: group.into() };
        let wanted = LogQuery { since, filter: filter.map(str::to_owned) };
        Tail::new(&self.cloud, (&Silent, &self.interrupt), GROUPS.iter().map(|group| source(group)).collect(), wanted)
    }

    fn reads(&self) -> usize {
        self.local.call_counts().get("logs:FilterLogEvents").copied().unwrap_or_default()
    }
}

fn said(line: &Line) -> String {
    format!("{}@{}", ["one", "two"][line.source], line.message)
}

async fn read(tail: &mut Tail<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    tail.read(|line| lines.push(said(&line))).await.unwrap();
    lines
}

#[tokio::test(start_paused = true)]
async fn groups_are_read_to_their_ends_and_merged_by_time() {
    let trial = Trial::new().await;
    trial.write(GROUPS[0], &[1, 4, 5, 6, 9]).await;
    trial.write(GROUPS[1], &[2, 3, 7, 8]).await;
    let lines = read(&mut trial.tail(trial.begin, None)).await;
    let expected = ["one@1", "two@2", "two@3", "one@4", "one@5", "one@6", "two@7", "two@8", "one@9"];
    assert_eq!(lines, expected);
    assert_eq!(trial.reads(), 5, "three pages of one group, two of the other");
}

#[tokio::test(start_paused = true)]
async fn the_start_time_and_the_filter_are_applied_by_cloudwatch() {
    let trial = Trial::new().await;
    trial.write(GROUPS[0], &[1, 20, 30]).await;
    trial.write(GROUPS[1], &[25]).await;
    assert_eq!(read(&mut trial.tail(trial.begin + 20.seconds(), None)).await, ["one@20", "two@25", "one@30"]);
    assert_eq!(read(&mut trial.tail(trial.begin, Some("-1 -30"))).await, ["one@20", "two@25"]);
}

#[tokio::test(start_paused = true)]
async fn events_are_returned_once_even_when_they_arrive_late() {
    let trial = Trial::new().await;
    let mut tail = trial.tail(trial.begin, None);
    trial.write(GROUPS[0], &[1, 60]).await;
    assert_eq!(read(&mut tail).await, ["one@1", "one@60"]);
    assert_eq!(read(&mut tail).await, Vec::<String>::new());
    // The last event is more than half a minute behind, so it is no longer requested from CloudWatch.
    trial.write(GROUPS[0], &[40]).await;
    trial.write(GROUPS[1], &[2]).await;
    trial.write(GROUPS[0], &[29]).await;
    assert_eq!(read(&mut tail).await, ["two@2", "one@40"]);
    trial.write(GROUPS[0], &[60, 61]).await;
    assert_eq!(read(&mut tail).await, ["one@60", "one@61"], "an equal message at the same time is another event");
}

#[tokio::test(start_paused = true)]
async fn a_follower_reads_every_second_until_it_is_dropped() {
    let trial = Trial::new().await;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut tail = trial.tail(trial.begin, None);
    let heard = Arc::clone(&lines);
    let writer = async {
        trial.write(GROUPS[0], &[1]).await;
        sleep(Duration::from_millis(2500)).await;
        trial.write(GROUPS[1], &[2]).await;
        sleep(Duration::from_secs(2)).await;
    };
    tokio::select! {
        ended = tail.follow(|line| heard.lock().unwrap().push(said(&line))) => panic!("{:?}", ended.unwrap_err()),
        () = writer => {}
    }
    assert_eq!(*lines.lock().unwrap(), ["one@1", "two@2"]);
    assert_eq!(trial.reads(), 10, "both groups, at 0, 1, 2, 3 and 4 seconds");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_cannot_be_read_is_named() {
    let trial = Trial::new().await;
    let effect = Effect::Refuse { status: 400, code: "AccessDeniedException".into(), message: "no".into() };
    trial.local.add_fault(Fault { operation: Some("logs:FilterLogEvents".into()), skip: 1, times: 1, effect });
    let unread = trial.tail(trial.begin, None).read(|_| {}).await.unwrap_err();
    assert_eq!(
        (unread.source, unread.error.to_string().as_str()),
        (1, "logs:FilterLogEvents: AccessDeniedException: no")
    );
    assert_eq!(
        unread.error.hints,
        ["the caller needs `logs:FilterLogEvents`: see the statement `LogGroups` of `stackctl policy`"]
    );
}
