//! Gateway responses.

use serde_json::json;

use super::{Client, patch};

#[test]
fn a_gateway_response_is_the_default_until_it_is_customized() {
    let client = Client::new();
    let ids = json!({ "responseType": "UNAUTHORIZED" });
    let template = json!({ "application/json": "{\"message\":$context.error.messageString}" });
    let standard = json!({
        "responseType": "UNAUTHORIZED", "statusCode": "401", "responseParameters": {},
        "responseTemplates": template, "defaultResponse": true,
    });
    assert_eq!(client.call("GetGatewayResponse", ids.clone()), standard);
    let origin = "gatewayresponse.header.Access-Control-Allow-Origin";
    let custom = json!({ "responseType": "UNAUTHORIZED", "responseParameters": { origin: "'*'" } });
    client.call("PutGatewayResponse", custom);
    let changes = json!([
        patch("replace", "/statusCode", Some("418")),
        patch("add", "/responseTemplates/text~1plain", Some("no")),
        patch("remove", "/responseTemplates/application~1json", None),
    ]);
    client.patch("UpdateGatewayResponse", ids.clone(), changes).unwrap();
    assert_eq!(
        client.call("GetGatewayResponse", ids.clone()),
        json!({
            "responseType": "UNAUTHORIZED", "statusCode": "418", "responseParameters": { origin: "'*'" },
            "responseTemplates": { "text/plain": "no" }, "defaultResponse": false,
        })
    );
    client.call("DeleteGatewayResponse", ids.clone());
    assert_eq!(client.call("GetGatewayResponse", ids.clone()), standard);
    assert_eq!(
        client.refusal("DeleteGatewayResponse", ids),
        "404 NotFoundException: Gateway response type not defined on api"
    );
    assert_eq!(
        client.refusal("PutGatewayResponse", json!({ "responseType": "TEAPOT" })),
        "400 BadRequestException: Invalid Gateway response type specified: 'TEAPOT'"
    );
    let wrong = json!({ "responseType": "DEFAULT_4XX", "responseParameters": { "header.X": "'*'" } });
    assert_eq!(
        client.refusal("PutGatewayResponse", wrong),
        "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : \
         [Invalid mapping expression parameter specified: header.X]"
    );
    for value in ["*", "https://a.example", "'", "method.request.header.", "integration.response.header.X"] {
        let wrong = json!({ "responseType": "DEFAULT_4XX", "responseParameters": { origin: value } });
        assert_eq!(
            client.refusal("PutGatewayResponse", wrong),
            format!(
                "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], \
                 errors : [Invalid mapping expression specified: {value}]"
            )
        );
    }
}
