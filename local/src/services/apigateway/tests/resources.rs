//! The resource tree.

use serde_json::json;

use super::Client;

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
        (
            &greedy,
            "more",
            "400 BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}",
        ),
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
