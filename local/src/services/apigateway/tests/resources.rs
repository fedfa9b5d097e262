//! The resource tree.

use serde_json::json;

use super::{Client, patch};

#[test]
fn the_path_of_a_resource_includes_its_parents() {
    let client = Client::new();
    let pets = client.resource(&client.root, "pets");
    let pet = client.resource(&pets, "{id}");
    let resource = client.call("GetResource", json!({ "resourceId": pet }));
    assert_eq!(resource, json!({ "id": pet, "parentId": pets, "pathPart": "{id}", "path": "/pets/{id}" }));
}

#[test]
fn an_invalid_resource_is_rejected() {
    let client = Client::new();
    client.resource(&client.root, "pets");
    client.resource(&client.root, "{id}");
    let files = client.resource(&client.root, "files");
    let greedy = client.resource(&files, "{proxy+}");
    let parts = "400 BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path \
                 variable and curly braces at the beginning and the end.";
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
        (&client.root, "{a:b}", parts),
        (&client.root, "größe", parts),
        (&client.root, "{}", parts),
        ("nowhere", "x", "404 NotFoundException: Invalid Resource identifier specified"),
        (&client.root, "", "400 BadRequestException: Invalid request input: pathPart is missing"),
    ];
    for (parent, part, refusal) in cases {
        let input = json!({ "parentId": parent, "pathPart": part });
        assert_eq!(client.refusal("CreateResource", input), refusal, "{part}");
    }
}

#[test]
fn a_literal_path_part_can_contain_colons_commas_and_dollar_signs() {
    let client = Client::new();
    for part in ["events:batch", "$metadata", "52.5,13.4"] {
        client.resource(&client.root, part);
    }
}

#[test]
fn deleting_a_resource_deletes_its_descendants() {
    let client = Client::new();
    let pets = client.resource(&client.root, "pets");
    let pet = client.resource(&pets, "{id}");
    client.resource(&client.root, "shops");
    client.call("DeleteResource", json!({ "resourceId": pets }));
    assert_eq!(
        client.refusal("GetResource", json!({ "resourceId": pet })),
        "404 NotFoundException: Invalid Resource identifier specified"
    );
    assert_eq!(client.call("GetResources", json!({}))["item"].as_array().unwrap().len(), 2);
    assert_eq!(
        client.refusal("DeleteResource", json!({ "resourceId": client.root })),
        "400 BadRequestException: The root resource cannot be deleted"
    );
}

#[test]
fn a_resource_can_be_renamed_and_moved_with_its_descendants() {
    let client = Client::new();
    let pets = client.resource(&client.root, "pets");
    let pet = client.resource(&pets, "{id}");
    let shops = client.resource(&client.root, "shops");
    let ids = json!({ "resourceId": pets });
    let patches = json!([patch("replace", "/pathPart", Some("cats")), patch("replace", "/parentId", Some(&shops))]);
    let moved = client.patch("UpdateResource", ids.clone(), patches).unwrap();
    assert_eq!(moved["path"], "/shops/cats");
    assert_eq!(client.call("GetResource", json!({ "resourceId": pet }))["path"], "/shops/cats/{id}");
    let beneath = json!([patch("replace", "/parentId", Some(&pet))]);
    assert_eq!(
        client.patch("UpdateResource", ids, beneath).unwrap_err(),
        "400 BadRequestException: A resource cannot be its own ancestor"
    );
    let rename = json!([patch("replace", "/pathPart", Some("x"))]);
    assert_eq!(
        client.patch("UpdateResource", json!({ "resourceId": client.root }), rename).unwrap_err(),
        "400 BadRequestException: The root resource cannot be changed"
    );
}

#[test]
fn methods_are_listed_in_full_only_when_embedded() {
    let client = Client::new();
    client.served_root();
    let named = client.call("GetResources", json!({}));
    assert_eq!(named["item"][0]["resourceMethods"], json!({ "GET": {} }));
    let embedded = client.call("GetResources", json!({ "embed": ["methods"] }));
    let method = &embedded["item"][0]["resourceMethods"]["GET"];
    assert_eq!(method["authorizationType"], "NONE");
    assert_eq!(method["methodIntegration"]["type"], "AWS_PROXY");
}
