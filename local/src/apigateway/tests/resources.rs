//! The tree of resources.

use serde_json::json;

use super::{Client, patch};

#[tokio::test]
async fn a_resource_has_the_path_of_its_parents() {
    let client = Client::new().await;
    let pets = client.resource(&client.root, "pets").await;
    let pet = client.resource(&pets, "{id}").await;
    let resource = client.call("GetResource", json!({ "resourceId": pet })).await;
    assert_eq!(resource, json!({ "id": pet, "parentId": pets, "pathPart": "{id}", "path": "/pets/{id}" }));
}

#[tokio::test]
async fn a_resource_that_aws_would_not_make_is_refused() {
    let client = Client::new().await;
    client.resource(&client.root, "pets").await;
    client.resource(&client.root, "{id}").await;
    let files = client.resource(&client.root, "files").await;
    let greedy = client.resource(&files, "{proxy+}").await;
    let parts = "400 BadRequestException: Resource's path part only allow a-zA-Z0-9._- or curly braces at the \
                 beginning and the end";
    let variable = "400 BadRequestException: A sibling ({id}) of this resource already has a variable path part -- \
                    only one is allowed";
    let cases = [
        (
            client.root.as_str(),
            "pets",
            "409 ConflictException: Another resource with the same parent already has this name: pets",
        ),
        (&client.root, "{name}", variable),
        (&client.root, "{proxy+}", variable),
        (&greedy, "more", "400 BadRequestException: Cannot create a child of a resource with a greedy path variable."),
        (&client.root, "a b", parts),
        (&client.root, "a/b", parts),
        (&client.root, "x{id}", parts),
        (&client.root, "{}", parts),
        ("nowhere", "x", "404 NotFoundException: Invalid Resource identifier specified"),
        (&client.root, "", "400 BadRequestException: Invalid request input: pathPart is missing"),
    ];
    for (parent, part, refusal) in cases {
        let input = json!({ "parentId": parent, "pathPart": part });
        assert_eq!(client.refusal("CreateResource", input).await, refusal, "{part}");
    }
}

#[tokio::test]
async fn deleting_a_resource_deletes_what_is_beneath() {
    let client = Client::new().await;
    let pets = client.resource(&client.root, "pets").await;
    let pet = client.resource(&pets, "{id}").await;
    client.resource(&client.root, "shops").await;
    client.call("DeleteResource", json!({ "resourceId": pets })).await;
    assert_eq!(
        client.refusal("GetResource", json!({ "resourceId": pet })).await,
        "404 NotFoundException: Invalid Resource identifier specified"
    );
    assert_eq!(client.call("GetResources", json!({})).await["item"].as_array().unwrap().len(), 2);
    assert_eq!(
        client.refusal("DeleteResource", json!({ "resourceId": client.root })).await,
        "400 BadRequestException: The root resource cannot be deleted"
    );
}

#[tokio::test]
async fn a_resource_can_be_renamed_and_moved_with_what_is_beneath() {
    let client = Client::new().await;
    let pets = client.resource(&client.root, "pets").await;
    let pet = client.resource(&pets, "{id}").await;
    let shops = client.resource(&client.root, "shops").await;
    let ids = json!({ "resourceId": pets });
    let patches = json!([patch("replace", "/pathPart", Some("cats")), patch("replace", "/parentId", Some(&shops))]);
    let moved = client.patch("UpdateResource", ids.clone(), patches).await.unwrap();
    assert_eq!(moved["path"], "/shops/cats");
    assert_eq!(client.call("GetResource", json!({ "resourceId": pet })).await["path"], "/shops/cats/{id}");
    let beneath = json!([patch("replace", "/parentId", Some(&pet))]);
    assert_eq!(
        client.patch("UpdateResource", ids, beneath).await.unwrap_err(),
        "400 BadRequestException: A resource cannot be its own ancestor"
    );
    let rename = json!([patch("replace", "/pathPart", Some("x"))]);
    assert_eq!(
        client.patch("UpdateResource", json!({ "resourceId": client.root }), rename).await.unwrap_err(),
        "400 BadRequestException: The root resource cannot be changed"
    );
}

#[tokio::test]
async fn methods_are_in_the_list_only_when_it_embeds_them() {
    let client = Client::new().await;
    client.served_root().await;
    let named = client.call("GetResources", json!({})).await;
    assert_eq!(named["item"][0]["resourceMethods"], json!({ "GET": {} }));
    let embedded = client.call("GetResources", json!({ "embed": ["methods"] })).await;
    let method = &embedded["item"][0]["resourceMethods"]["GET"];
    assert_eq!(method["authorizationType"], "NONE");
    assert_eq!(method["methodIntegration"]["type"], "AWS_PROXY");
}
