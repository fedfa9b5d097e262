//! Tags of APIs and stages, by ARN.

use serde::Deserialize;
use serde_json::json;

use super::{
    ApiGateway,
    asked::{Asked, nothing},
    lookup::no_api,
    model::Texts,
    refusal::{bad_request, limit_exceeded},
    stages::no_stage,
};
use crate::wire::error::{Answered, AwsError};

/// Handles the read operations on tags; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetTags" => read_tags(gateway, asked),
        _ => return None,
    })
}

/// Handles the write operations on tags; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "TagResource" => tag(gateway, asked),
        "UntagResource" => untag(gateway, asked),
        _ => return None,
    })
}

/// Checks the keys and values of tags against AWS's limits.
pub(super) fn check(tags: &Texts) -> Result<(), AwsError> {
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 {
            return Err(bad_request(format!("Invalid tag key '{key}': must have 1 to 128 characters")));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(bad_request(format!("Invalid tag key '{key}': aws: prefixed tag keys are reserved")));
        }
        if value.chars().count() > 256 {
            return Err(bad_request(format!("Invalid tag value of '{key}': must have at most 256 characters")));
        }
    }
    if tags.len() > 50 {
        return Err(limit_exceeded("The number of tags exceeds the limit of 50"));
    }
    Ok(())
}

/// The object that an ARN names.
enum Tagged<'a> {
    Api(&'a str),
    Stage(&'a str, &'a str),
}

/// Parses `arn:aws:apigateway:{region}::/restapis/{id}`, or `…/stages/{name}` below it.
fn named<'a>(asked: &'a Asked<'_>) -> Result<Tagged<'a>, AwsError> {
    let arn = asked.text("resourceArn")?;
    let invalid = || bad_request(format!("Invalid ARN specified: {arn}"));
    let (head, path) = arn.split_once("::/").ok_or_else(invalid)?;
    if !head.starts_with("arn:aws") || !head.contains(":apigateway:") {
        return Err(invalid());
    }
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["restapis", api] => Ok(Tagged::Api(api)),
        ["restapis", api, "stages", stage] => Ok(Tagged::Stage(api, stage)),
        _ => Err(invalid()),
    }
}

fn read_tags(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let (Tagged::Api(id) | Tagged::Stage(id, _)) = named(asked)?;
    let api = gateway.apis.get(id).ok_or_else(|| no_api(asked, id))?;
    let tags = match named(asked)? {
        Tagged::Api(_) => &api.settings.tags,
        Tagged::Stage(_, stage) => &api.stages.get(stage).ok_or_else(no_stage)?.tags,
    };
    Ok(json!({ "tags": tags }).into())
}

fn tagged<'a>(gateway: &'a mut ApiGateway, asked: &Asked<'_>) -> Result<&'a mut Texts, AwsError> {
    let (Tagged::Api(id) | Tagged::Stage(id, _)) = named(asked)?;
    let api = gateway.apis.get_mut(id).ok_or_else(|| no_api(asked, id))?;
    match named(asked)? {
        Tagged::Api(_) => Ok(&mut api.settings.tags),
        Tagged::Stage(_, stage) => Ok(&mut api.stages.get_mut(stage).ok_or_else(no_stage)?.tags),
    }
}

#[derive(Deserialize)]
struct Tags {
    tags: Texts,
}

fn tag(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let added: Tags = asked.members()?;
    let tags = tagged(gateway, asked)?;
    let mut all = tags.clone();
    all.extend(added.tags);
    check(&all)?;
    *tags = all;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagKeys {
    tag_keys: Vec<String>,
}

fn untag(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let gone: TagKeys = asked.members()?;
    tagged(gateway, asked)?.retain(|key, _| !gone.tag_keys.contains(key));
    Ok(nothing())
}
