//! Moves that are rejected: the reasons, and the hints, which always lead to a possible command.

use stackctl::{
    engine::State,
    state::{Arriving, Document, Moved},
};

use super::{
    fixture::state,
    moving::{Way, World, migrate},
};

/// Tries to move the document of the old place over that of the new place, and returns the error. An announcement from
/// `FOLDER` is from the old place.
async fn refused(here: Option<Document>, there: Option<Document>) -> String {
    let world = World::new();
    let (from, to) = world.places(Way::Up);
    let announced = |document| match document {
        Document::Arriving(Arriving { from: origin, state }) if origin == "FOLDER" => {
            Document::Arriving(Arriving { from: from.address(), state })
        }
        document => document,
    };
    let (here, there) = (here.map(announced), there.map(announced));
    for (place, document) in [(&from, &here), (&to, &there)] {
        if let Some(document) = document {
            place.document().await.unwrap();
            place.replace(document).await.unwrap();
        }
    }
    let error = migrate(&*from, &*to).await.unwrap_err();
    assert_eq!((from.document().await, to.document().await), (Ok(here), Ok(there)), "nothing has changed");
    let told = format!("{error}\n  {}", stackctl::hint::joined(&error.hints(), "\n  "));
    told.replace(&world.folder.path().display().to_string(), "FOLDER")
}

#[tokio::test(start_paused = true)]
async fn a_state_that_must_not_be_overwritten_is_reported_with_a_hint() {
    let of_another = |serial| State { lineage: "another".into(), ..state(serial) };
    let here = || Some(Document::State(state(2)));
    let arriving = |state| Some(Document::Arriving(Arriving { from: "FOLDER".into(), state }));
    let moved = |to: &str, serial| Some(Document::Moved(Moved { to: to.into(), lineage: state(1).lineage, serial }));
    let mut beside = state(2);
    beside.pending.clear();
    let rejections = [
        refused(None, Some(Document::State(state(2)))).await,
        refused(here(), Some(Document::State(of_another(1)))).await,
        refused(here(), arriving(of_another(1))).await,
        refused(here(), Some(Document::State(state(3)))).await,
        refused(here(), Some(Document::State(beside))).await,
        refused(here(), moved("s3://other/shop.json", 3)).await,
        refused(Some(Document::State(State { stage: "prod".into(), ..state(2) })), None).await,
        refused(moved("s3://states/shop.json", 2), None).await,
        refused(moved("s3://other/shop.json", 2), None).await,
        refused(moved("s3://other/shop.json", 2), Some(Document::State(of_another(2)))).await,
        refused(arriving(state(2)), None).await,
    ];
    insta::assert_snapshot!(rejections.join("\n\n"), @r"
    FOLDER/shop.dev.json: no state to move to s3://states/shop.json
      `--from` names the place where the state is now

    s3://states/shop.json: a different state exists, unrelated to the one at FOLDER/shop.dev.json
      if the stack does not need it, move the one at s3://states/shop.json away; `stackctl state show` shows it

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      if the one at FOLDER/shop.dev.json is right, move the one at s3://states/shop.json away: it has not been used yet

    s3://states/shop.json: the state there was saved 3 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` to see which of them is right

    s3://states/shop.json: the state there was saved 2 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` to see which of them is right

    s3://states/shop.json: the state there was saved 3 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` to see which of them is right

    the state is of stage `prod`, not of `dev`
      write `${stage}` into `state.s3.key`, so that each stage has a state of its own

    s3://states/shop.json: the state that was moved here from FOLDER/shop.dev.json is missing
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions
      `stackctl recover` rebuilds it from AWS

    FOLDER/shop.dev.json: the state is not here any more: it was moved to s3://other/shop.json
      set `state` in the config to its present place
      or move it back: `stackctl state migrate --from s3://other/shop.json`
      use `--from-region` and `--from-owner` for a bucket in another Region or account

    FOLDER/shop.dev.json: the state is not here any more: it was moved to s3://other/shop.json
      set `state` in the config to its present place
      or move it back: `stackctl state migrate --from s3://other/shop.json`
      use `--from-region` and `--from-owner` for a bucket in another Region or account

    FOLDER/shop.dev.json: the state is on its way here from FOLDER
      `stackctl state migrate --from FOLDER` moves it here
    ");
}

#[tokio::test(start_paused = true)]
async fn no_hint_of_a_rejected_move_leads_to_another_rejection() {
    let of_another = |serial| State { lineage: "another".into(), ..state(serial) };
    let here = || Some(Document::State(state(2)));
    let arriving = |from: &str, state| Some(Document::Arriving(Arriving { from: from.into(), state }));
    let moved = |to: &str, serial| Some(Document::Moved(Moved { to: to.into(), lineage: state(1).lineage, serial }));
    let rejections = [
        refused(None, arriving("FOLDER", state(2))).await,
        refused(None, arriving("s3://third/shop.json", state(2))).await,
        refused(here(), arriving("FOLDER", state(3))).await,
        refused(here(), arriving("s3://third/shop.json", of_another(1))).await,
        refused(arriving("s3://third/shop.json", state(2)), None).await,
        refused(moved("s3://states/shop.json", 2), Some(Document::State(state(1)))).await,
        refused(moved("s3://states/shop.json", 2), Some(Document::State(of_another(2)))).await,
        refused(moved("s3://states/shop.json", 2), moved("s3://third/shop.json", 5)).await,
    ];
    insta::assert_snapshot!(rejections.join("\n\n"), @r"
    s3://states/shop.json: a move from FOLDER/shop.dev.json was interrupted, and there is no state at FOLDER/shop.dev.json any more
      if it was moved elsewhere, move it back to FOLDER/shop.dev.json
      if it was lost, move what is at s3://states/shop.json away, then `stackctl recover` rebuilds it

    FOLDER/shop.dev.json: no state to move to s3://states/shop.json
      `--from` names the place where the state is now

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      if the one at FOLDER/shop.dev.json is right, move the one at s3://states/shop.json away: it has not been used yet

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      `stackctl state migrate --from s3://third/shop.json` continues with that one
      if the one at FOLDER/shop.dev.json is right, move the one at s3://states/shop.json away: it has not been used yet

    FOLDER/shop.dev.json: the state is on its way here from s3://third/shop.json
      `stackctl state migrate --from s3://third/shop.json` moves it here
      use `--from-region` and `--from-owner` for a bucket in another Region or account

    s3://states/shop.json: this is not the state that was moved there from FOLDER/shop.dev.json
      if what is at s3://states/shop.json is right, there is nothing to move; `stackctl state pull` prints it
      if it is not, move it away, then `stackctl recover` rebuilds the state from AWS
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions

    s3://states/shop.json: this is not the state that was moved there from FOLDER/shop.dev.json
      if what is at s3://states/shop.json is right, there is nothing to move; `stackctl state pull` prints it
      if it is not, move it away, then `stackctl recover` rebuilds the state from AWS
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions

    s3://states/shop.json: the state is not here any more: it was moved to s3://third/shop.json
      set `state` in the config to its present place
      or move it back: `stackctl state migrate --from s3://third/shop.json`
      use `--from-region` and `--from-owner` for a bucket in another Region or account
    ");
}
