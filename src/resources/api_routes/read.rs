//! Reads the tree of an API: one call for 500 paths with everything on them, and one for the gateway responses.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::types::{GatewayResponse as Described, Resource};
use serde_json::json;

use super::{shape::Shape, spec::GatewayResponse, tree::Tree};
use crate::{
    aws::{Context, look, operation, spelled},
    engine::{ResourceError, Result},
};

/// AWS's own template, which it answers for a customised response that has none of its own.
pub(super) const STANDARD_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

/// The tree that is there, with the ids of its paths.
pub(super) struct LiveTree {
    pub(super) tree: Tree,
    pub(super) ids: BTreeMap<String, String>,
}

/// Reads the tree; `None` when the API is gone.
pub(super) async fn read(context: &Context<'_>, rest_api_id: &str) -> Result<Option<LiveTree>> {
    let Some(mut live) = paths(context, rest_api_id).await? else { return Ok(None) };
    let Some(responses) = gateway_responses(context, rest_api_id).await? else { return Ok(None) };
    live.tree.gateway_responses = responses;
    Ok(Some(live))
}

/// Reads paths and methods only.
pub(super) async fn paths(context: &Context<'_>, rest_api_id: &str) -> Result<Option<LiveTree>> {
    let mut live = LiveTree { tree: Tree::default(), ids: BTreeMap::new() };
    let mut position = None;
    loop {
        let client = &context.cloud.apigateway;
        let request =
            client.get_resources().rest_api_id(rest_api_id).embed("methods").limit(500).set_position(position);
        let Some(page) = look(context, &operation::GET_RESOURCES, || request.clone().send()).await? else {
            return Ok(None);
        };
        page.items().iter().try_for_each(|resource| live.add(resource))?;
        match page.position {
            Some(next) => position = Some(next),
            None => return Ok(Some(live)),
        }
    }
}

impl LiveTree {
    fn add(&mut self, resource: &Resource) -> Result<()> {
        let (Some(path), Some(id)) = (resource.path(), resource.id()) else {
            // What it stands for would be deleted as a path without a route.
            return Err(ResourceError::refused("apigateway:GetResources returned a resource without its path or id"));
        };
        let methods = resource.resource_methods().into_iter().flatten();
        let methods = methods.map(|(verb, method)| (verb.to_uppercase(), Shape::of(&verb.to_uppercase(), method)));
        self.tree.paths.insert(path.to_owned(), methods.collect());
        self.ids.insert(path.to_owned(), id.to_owned());
        Ok(())
    }
}

async fn gateway_responses(
    context: &Context<'_>,
    rest_api_id: &str,
) -> Result<Option<BTreeMap<String, GatewayResponse>>> {
    let mut all = BTreeMap::new();
    let mut position = None;
    loop {
        let client = &context.cloud.apigateway;
        let request = client.get_gateway_responses().rest_api_id(rest_api_id).limit(500).set_position(position);
        let Some(page) = look(context, &operation::GET_GATEWAY_RESPONSES, || request.clone().send()).await? else {
            return Ok(None);
        };
        // AWS lists every type there is; those that are not customized are its own.
        let customised = page.items().iter().filter(|response| !response.default_response);
        all.extend(customised.map(|response| (type_of(response), gateway_response(response))));
        match page.position {
            Some(next) => position = Some(next),
            None => return Ok(Some(all)),
        }
    }
}

fn type_of(response: &Described) -> String {
    response.response_type().map(spelled).unwrap_or_default()
}

fn gateway_response(response: &Described) -> GatewayResponse {
    let mut read = GatewayResponse::default();
    for (name, value) in response.response_parameters().into_iter().flatten() {
        match name.strip_prefix("gatewayresponse.header.") {
            Some(header) => drop(read.headers.insert(header.to_owned(), value.clone())),
            None => drop(read.unmanaged.insert(name.clone(), json!(value))),
        }
    }
    let standard = HashMap::from([("application/json".to_owned(), STANDARD_TEMPLATE.to_owned())]);
    let templates = response.response_templates().filter(|there| !there.is_empty() && **there != standard);
    if let Some(templates) = templates {
        read.unmanaged.insert("response_templates".into(), json!(templates.iter().collect::<BTreeMap<_, _>>()));
    }
    // The two default types stand for many statuses and have none of their own.
    if let Some(status) = response.status_code().filter(|_| type_of(response).starts_with("DEFAULT_")) {
        read.unmanaged.insert("status_code".into(), json!(status));
    }
    read
}

#[cfg(test)]
mod tests {
    use aws_sdk_apigateway::types::GatewayResponseType;

    use super::*;

    #[test]
    fn a_gateway_response_that_somebody_customised_further_shows_it() {
        let described = Described::builder()
            .response_type(GatewayResponseType::Default4Xx)
            .status_code("418")
            .response_parameters("gatewayresponse.header.X", "'1'")
            .response_templates("application/json", "{}")
            .build();
        let read = gateway_response(&described);
        assert_eq!(read.headers, BTreeMap::from([("X".into(), "'1'".into())]));
        assert_eq!(
            read.unmanaged,
            BTreeMap::from([
                ("response_templates".into(), json!({ "application/json": "{}" })),
                ("status_code".into(), json!("418")),
            ])
        );
    }
}
