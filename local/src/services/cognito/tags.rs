//! Tags of user pools, by ARN.

use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, pool::UserPool, refusal},
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "TagResource" => Operation::Changes(tag),
        "UntagResource" => Operation::Changes(untag),
        "ListTagsForResource" => Operation::Reads(list),
        _ => return None,
    })
}

/// The maximum number of tags of a pool.
const MOST: usize = 50;

fn pool<'a>(context: &Context<'_>, cognito: &'a Cognito) -> Result<&'a UserPool, AwsError> {
    let arn = context.text("ResourceArn");
    let found = cognito.pools.values().find(|pool| pool.arn == arn && pool.region == context.call.region);
    found.ok_or_else(|| refusal::no_user_pool(arn.rsplit('/').next().unwrap_or(arn)))
}

fn pool_mut<'a>(context: &Context<'_>, cognito: &'a mut Cognito) -> Result<&'a mut UserPool, AwsError> {
    let id = pool(context, cognito)?.id.clone();
    Ok(cognito.pools.get_mut(&id).expect("it was found above"))
}

/// The tags in a member of the request, checked.
pub(super) fn given(context: &Context<'_>, member: &str) -> Result<Vec<(String, String)>, AwsError> {
    let tags = context.member(member).and_then(Value::as_object).into_iter().flatten();
    let tags = tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect::<Vec<_>>();
    for (key, _) in &tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refusal::invalid_parameter("aws: prefixed tag key names are not allowed for external use."));
        }
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

fn too_many() -> AwsError {
    refusal::invalid_parameter("The number of tags exceeds the limit of 50")
}

fn tag(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let tags = given(context, "Tags")?;
    let pool = pool_mut(context, cognito)?;
    let mut all = pool.tags.clone();
    all.extend(tags);
    if all.len() > MOST {
        return Err(too_many());
    }
    pool.tags = all;
    Ok(json!({}))
}

fn untag(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = pool_mut(context, cognito)?;
    for key in context.texts("TagKeys") {
        pool.tags.remove(&key);
    }
    Ok(json!({}))
}

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": pool(context, cognito)?.tags }))
}
