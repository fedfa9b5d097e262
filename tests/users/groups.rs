//! Groups and their members.

use serde_json::json;

use super::place::{PASSWORD, Place, told};

const ANN: &str = "ann@example.com";

async fn with_ann() -> Place {
    let place = Place::new().await;
    place.create(ANN).await.unwrap();
    place
}

#[tokio::test(start_paused = true)]
async fn a_user_is_added_to_groups_and_removed() {
    let place = with_ann().await;
    let people = place.people();
    for group in ["readers", "admins"] {
        people.create_group(group).await.unwrap();
        people.add_to_group(ANN, group).await.unwrap();
    }
    assert_eq!(people.groups_of(ANN).await.unwrap(), ["admins", "readers"]);
    let token = place.sign_in(ANN, PASSWORD).await.unwrap().id;
    let claims = stackctl::users::WebToken::read(token.text.reveal()).unwrap().claims;
    assert_eq!(claims["cognito:groups"].as_array().unwrap().len(), 2);
    people.remove_from_group(ANN, "admins").await.unwrap();
    people.remove_from_group(ANN, "admins").await.unwrap();
    assert_eq!(people.groups_of(ANN).await.unwrap(), ["readers"]);
}

#[tokio::test(start_paused = true)]
async fn creating_an_existing_group_does_not_change_it() {
    let place = with_ann().await;
    place.call("CreateGroup", json!({ "GroupName": "admins", "Precedence": 7 })).await;
    place.people().create_group("admins").await.unwrap();
    let group = place.call("GetGroup", json!({ "GroupName": "admins" })).await;
    assert_eq!(group["Group"]["Precedence"], 7);
}

#[tokio::test(start_paused = true)]
async fn a_missing_group_is_reported_with_the_existing_groups() {
    let place = with_ann().await;
    let people = place.people();
    insta::assert_snapshot!(told(&people.add_to_group(ANN, "admins").await.unwrap_err()), @r"
    error: group `admins` not found
      the user pool has no groups
    ");
    for group in ["writers", "readers"] {
        people.create_group(group).await.unwrap();
    }
    insta::assert_snapshot!(told(&people.remove_from_group(ANN, "admins").await.unwrap_err()), @r"
    error: group `admins` not found
      groups are: readers, writers
    ");
    insta::assert_snapshot!(told(&people.add_to_group("bob", "readers").await.unwrap_err()), @r"
    error: user `bob` not found
    hint: `stackctl user list` lists the users, `stackctl user create bob` creates this one
    ");
}
