//! What the references of a configuration become: names and ARNs where they follow from the configuration, and otherwise
//! outputs of the resource that they mean, for which every resource that refers to it waits.

use serde_json::Value;

use super::{
    keys::main,
    names::{NameScope, called_arn},
};
use crate::{
    config::{Config, Function, Piece, Reference, pieces},
    engine::{Desired, Key, TextPart, text},
    resources::{
        rest_api::RestApi,
        stage::invoke_url,
        user_pool::{UserPool, issuer},
        user_pool_client::UserPoolClient,
    },
};

/// Replaces the references in all settings.
pub(super) fn refer(desired: &mut Desired, config: &Config, identity: &NameScope) {
    desired.replace_texts(|text| symbolic(text, config, identity));
}

/// The resources whose ids stand in the variables of a function. A version keeps them, so it works as long as these are
/// there.
pub(super) fn named_by(function: &Function) -> impl Iterator<Item = Key> {
    let pieces = function.environment.values().filter_map(|value| pieces(value)).flatten();
    pieces.filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Reference(reference) => resource(&reference),
    })
}

/// The resource whose id AWS chooses; `None` for what has a name of ours.
fn resource(reference: &Reference) -> Option<Key> {
    match reference {
        Reference::UserPoolId | Reference::UserPoolArn | Reference::UserPoolIssuer => Some(main::<UserPool>()),
        Reference::ClientId => Some(main::<UserPoolClient>()),
        Reference::ApiId | Reference::ApiUrl => Some(main::<RestApi>()),
        Reference::FunctionArn(_) | Reference::FunctionName(_) => None,
    }
}

fn symbolic(written: &str, config: &Config, identity: &NameScope) -> Option<Value> {
    let parts = pieces(written)?.into_iter().flat_map(|piece| match piece {
        Piece::Text(text) => vec![TextPart::Literal(text)],
        Piece::Reference(reference) => parts(&reference, config, identity),
    });
    Some(text(parts.collect()))
}

fn parts(reference: &Reference, config: &Config, identity: &NameScope) -> Vec<TextPart> {
    let (region, endpoint) = (&identity.region, identity.endpoint.as_deref());
    let whole = |key: Key, output: &str| vec![TextPart::Ref(key.output(output))];
    let known = |text: String| vec![TextPart::Literal(text)];
    match reference {
        Reference::UserPoolId => whole(main::<UserPool>(), "id"),
        Reference::UserPoolArn => whole(main::<UserPool>(), "arn"),
        Reference::UserPoolIssuer => around(&main::<UserPool>(), |id| issuer(region, id)),
        Reference::ClientId => whole(main::<UserPoolClient>(), "id"),
        Reference::ApiId => whole(main::<RestApi>(), "id"),
        Reference::ApiUrl => {
            around(&main::<RestApi>(), |id| invoke_url(endpoint, region, id, &config.deployment.stage))
        }
        Reference::FunctionArn(function) => known(called_arn(config, identity, function)),
        Reference::FunctionName(function) => known(config.function_name(function)),
    }
}

/// A text around the id of a resource.
fn around(key: &Key, text: impl Fn(&str) -> String) -> Vec<TextPart> {
    const ID: &str = "{id}";
    let text = text(ID);
    let (before, after) = text.split_once(ID).unwrap_or((&text, ""));
    vec![TextPart::Literal(before.to_owned()), TextPart::Ref(key.output("id")), TextPart::Literal(after.to_owned())]
}
