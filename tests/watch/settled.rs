//! Saves in quick succession, on virtual time.

use std::{path::PathBuf, time::Duration};

use stackctl::watch::{QUIET, Saved, Settling, Touched};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::{Instant, sleep, timeout},
};

/// Ignores files whose names end in `.log`.
async fn next(settling: &mut Settling) -> Saved {
    settling.next(|path| path.extension().is_none_or(|end| end != "log")).await
}

/// The sending and the receiving end.
fn both_ends() -> (UnboundedSender<Touched>, Settling) {
    let (tell, touched) = unbounded_channel();
    (tell, Settling::new(touched))
}

/// Saves a file this many times, this far apart.
async fn save(tell: &UnboundedSender<Touched>, name: &str, times: u32, apart: Duration) {
    for _ in 0..times {
        tell.send(Touched::Paths(vec![PathBuf::from(name)])).unwrap();
        sleep(apart).await;
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_saves_in_a_second_are_reported_once() {
    let (tell, mut settling) = both_ends();
    let began = Instant::now();
    let saves = async {
        save(&tell, "app.py", 20, Duration::from_millis(50)).await;
        sleep(Duration::from_secs(1)).await;
        save(&tell, "later.py", 1, Duration::ZERO).await;
    };
    let both = async { (next(&mut settling).await, Instant::now(), next(&mut settling).await) };
    let ((), (first, told, second)) = tokio::join!(saves, both);
    assert_eq!(first, Saved { files: [PathBuf::from("app.py")].into(), at: began + Duration::from_millis(950) });
    assert_eq!(told, first.at + QUIET, "it is reported after the quiet period");
    assert_eq!(second.files, [PathBuf::from("later.py")].into());
}

#[tokio::test(start_paused = true)]
async fn files_that_are_saved_together_are_reported_together() {
    let (tell, mut settling) = both_ends();
    tell.send(Touched::Paths(vec!["b.py".into(), "x.log".into(), "a.py".into()])).unwrap();
    tell.send(Touched::Paths(vec!["c.py".into()])).unwrap();
    let files = ["a.py", "b.py", "c.py"].map(PathBuf::from).into();
    assert_eq!(next(&mut settling).await, Saved { files, at: Instant::now() - QUIET });
}

#[tokio::test(start_paused = true)]
async fn ignored_files_neither_trigger_nor_delay_a_report() {
    let (tell, mut settling) = both_ends();
    let began = Instant::now();
    let saves = async {
        save(&tell, "x.log", 10, Duration::from_millis(30)).await;
        save(&tell, "app.py", 1, Duration::ZERO).await;
        save(&tell, "x.log", 100, Duration::from_millis(30)).await;
    };
    tokio::join!(saves, async {
        assert_eq!(next(&mut settling).await.at, began + Duration::from_millis(300));
        assert_eq!(Instant::now(), began + Duration::from_millis(300) + QUIET);
    });
}

#[tokio::test(start_paused = true)]
async fn when_the_system_loses_events_any_file_may_have_changed() {
    let (tell, mut settling) = both_ends();
    tell.send(Touched::Anything).unwrap();
    assert_eq!(next(&mut settling).await.files, [].into());
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_wait_misses_no_saves() {
    let (tell, mut settling) = both_ends();
    tell.send(Touched::Paths(vec!["a.py".into()])).unwrap();
    assert!(timeout(QUIET / 2, next(&mut settling)).await.is_err(), "the quiet period has not passed");
    tell.send(Touched::Paths(vec!["b.py".into()])).unwrap();
    sleep(QUIET * 10).await;
    assert_eq!(next(&mut settling).await.files, ["a.py", "b.py"].map(PathBuf::from).into());
}

#[tokio::test(start_paused = true)]
async fn an_unhandled_change_is_reported_with_the_next_one() {
    let early = Instant::now();
    let late = early + Duration::from_secs(1);
    let saved = |names: &[&str], at| Saved { files: names.iter().map(PathBuf::from).collect(), at };
    assert_eq!(saved(&["b.py"], late).after(saved(&["a.py"], early)), saved(&["a.py", "b.py"], late));
    // After lost events, the other changed files are unknown.
    assert_eq!(saved(&["b.py"], late).after(saved(&[], early)), saved(&[], late));
    assert_eq!(saved(&[], late).after(saved(&["a.py"], early)), saved(&[], late));
}
