//! Lists and changes of users.

use serde_json::json;
use stackctl::users::{Secret, User};
use stackctl_local::{Emulator, Settings};

use super::place::{PASSWORD, Place, told};
use crate::harness::Bridge;

const ANN: &str = "ann@example.com";

/// Seven users in pages of two.
async fn seven() -> Place {
    let local = Emulator::new(Settings { page_size: Some(2), ..Settings::default() });
    let wire = Bridge::client(&local);
    let place = Place::on(local, wire, json!({}), json!({})).await;
    for number in 1..=7 {
        let user = json!({ "Username": format!("user{number}"), "MessageAction": "SUPPRESS" });
        place.call("AdminCreateUser", user).await;
    }
    place
}

#[tokio::test(start_paused = true)]
async fn a_list_contains_all_pages() {
    let place = seven().await;
    let (users, more) = place.people().list(usize::MAX).await.unwrap();
    let names: Vec<&str> = users.iter().map(User::name).collect();
    assert_eq!(names, ["user1", "user2", "user3", "user4", "user5", "user6", "user7"]);
    assert!(!more);
    assert!(users.iter().all(|user| user.status == "FORCE_CHANGE_PASSWORD" && user.enabled && user.created.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_limited_list_shows_whether_there_are_more_users_and_requests_no_further_pages() {
    for (limit, count, more, pages) in [(1, 1, true, 1), (2, 2, true, 2), (7, 7, false, 4), (8, 7, false, 4)] {
        let place = seven().await;
        let (users, is_more) = place.people().list(limit).await.unwrap();
        assert_eq!((users.len(), is_more), (count, more), "{limit}");
        assert_eq!(place.local.call_counts()["cognito-idp:ListUsers"], pages, "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_disabled_enabled_and_deleted() {
    let place = Place::new().await;
    place.create(ANN).await.unwrap();
    let people = place.people();
    people.disable(ANN).await.unwrap();
    assert!(!people.find(ANN).await.unwrap().unwrap().enabled);
    people.enable(ANN).await.unwrap();
    place.sign_in(ANN, PASSWORD).await.unwrap();
    people.delete(ANN).await.unwrap();
    assert_eq!(people.find(ANN).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_password_is_set_permanently_or_until_the_next_sign_in() {
    let place = Place::new().await;
    place.create(ANN).await.unwrap();
    let people = place.people();
    people.set_password(ANN, &Secret::new("Other-1842"), false).await.unwrap();
    place.sign_in(ANN, "Other-1842").await.unwrap();
    people.set_password(ANN, &Secret::new("Other-1843"), true).await.unwrap();
    let asked = place.sign_in(ANN, "Other-1843").await.unwrap_err();
    assert!(asked.to_string().starts_with("NEW_PASSWORD_REQUIRED: "), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_user_cannot_be_changed() {
    let place = Place::new().await;
    let people = place.people();
    let password = Secret::new(PASSWORD);
    let errors = [
        people.disable(ANN).await,
        people.enable(ANN).await,
        people.delete(ANN).await,
        people.set_password(ANN, &password, false).await,
        people.groups_of(ANN).await.map(drop),
    ];
    for error in errors {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&error.unwrap_err()), @r"
            error: user `ann@example.com` not found
            hint: `stackctl user list` lists the users, `stackctl user create ann@example.com` creates this one
            ");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_denied_call_is_reported_with_the_missing_permission() {
    let place = Place::new().await;
    place.create(ANN).await.unwrap();
    let people = place.people();
    let denied = |operation: &str| place.refuse(operation, "AccessDeniedException", "User: ann is not authorized");
    denied("cognito-idp:ListUsers");
    let mut texts = told(&people.list(1).await.unwrap_err());
    denied("cognito-idp:AdminDeleteUser");
    texts += &told(&people.delete(ANN).await.unwrap_err());
    denied("cognito-idp:DescribeUserPool");
    texts += &told(&place.create("bob@example.com").await.unwrap_err());
    insta::assert_snapshot!(texts, @r"
    error: the users: not listed
      cognito-idp:ListUsers: AccessDeniedException: User: ann is not authorized
    hint: the caller needs `cognito-idp:ListUsers`: see the statement `UserPools` of `stackctl policy`
    error: ann@example.com: not deleted
      cognito-idp:AdminDeleteUser: AccessDeniedException: User: ann is not authorized
    hint: the caller needs `cognito-idp:AdminDeleteUser`: see the statement `UserPools` of `stackctl policy`
    error: the user pool cannot be used
      cognito-idp:DescribeUserPool: AccessDeniedException: User: ann is not authorized
    hint: the caller needs `cognito-idp:DescribeUserPool`: see the statement `FindResources` of `stackctl policy`
    ");
}
