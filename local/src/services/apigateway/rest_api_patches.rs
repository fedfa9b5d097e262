//! The patches of a REST API.

use super::{
    ApiGateway,
    asked::Asked,
    model::ApiSettings,
    patch::{Op, Patch},
    refusal::bad_request,
    rest_apis::{api_key_source, compression, endpoint_type, ip_address_type, policy, whole},
};
use crate::wire::error::{Answered, AwsError};

const REPLACEABLE: [&str; 7] = [
    "/name",
    "/description",
    "/policy",
    "/apiKeySource",
    "/disableExecuteApiEndpoint",
    "/minimumCompressionSize",
    "/endpointConfiguration/ipAddressType",
];

/// Applies all patches, or none.
pub(super) fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let api = gateway.api_mut(asked)?;
    let mut settings = api.settings.clone();
    for patch in &patches {
        apply(&mut settings, patch)?;
    }
    api.settings = settings;
    Ok(whole(&api.settings).into())
}

fn apply(api: &mut ApiSettings, patch: &Patch) -> Result<(), AwsError> {
    let endpoint = &mut api.endpoint_configuration;
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["name"]) => {
            api.name = Some(patch.value()?).filter(|name| !name.is_empty()).ok_or_else(no_name)?;
        }
        (Op::Remove, ["description"]) => api.description = None,
        (Op::Replace, ["description"]) => api.description = patch.optional().filter(|text| !text.is_empty()),
        (Op::Replace, ["policy"]) => api.policy = policy(&patch.value()?)?,
        (Op::Replace, ["apiKeySource"]) => api.api_key_source = api_key_source(&patch.value()?)?,
        (Op::Replace, ["disableExecuteApiEndpoint"]) => api.disable_execute_api_endpoint = patch.flag()?,
        // A missing value disables compression; zero compresses every response.
        (Op::Replace, ["minimumCompressionSize"]) => {
            let off = patch.optional().is_none_or(|value| value.is_empty());
            api.minimum_compression_size = if off { None } else { Some(compression(patch.number().ok())?) };
        }
        // An API has one type, addressed by its position or by its name.
        (Op::Replace, ["endpointConfiguration", "types", kind]) if *kind == "0" || endpoint.types == [*kind] => {
            endpoint.types = vec![endpoint_type(&patch.value()?)?];
            if endpoint.types[0] == "PRIVATE" {
                endpoint.ip_address_type = "dualstack".into();
            }
        }
        (Op::Replace, ["endpointConfiguration", "ipAddressType"]) => {
            endpoint.ip_address_type = ip_address_type(&endpoint.types[0], &patch.value()?)?;
        }
        (Op::Add | Op::Remove, ["endpointConfiguration", "vpcEndpointIds"]) => {
            member(&mut endpoint.vpc_endpoint_ids, patch.op, &patch.value()?);
        }
        (Op::Add | Op::Remove, ["binaryMediaTypes", media_type]) => {
            member(&mut api.binary_media_types, patch.op, media_type);
        }
        (Op::Replace, ["binaryMediaTypes", media_type]) => {
            member(&mut api.binary_media_types, Op::Remove, media_type);
            member(&mut api.binary_media_types, Op::Add, &patch.value()?);
        }
        (_, ["endpointConfiguration", "types", _]) => {
            return Err(bad_request("Invalid patch operation specified. Must be 'add'|'remove'|'replace'"));
        }
        _ => return Err(patch.unsupported(&REPLACEABLE)),
    }
    Ok(())
}

/// Adds a member to a list without duplicates, or removes it.
pub(super) fn member(list: &mut Vec<String>, op: Op, value: &str) {
    list.retain(|one| op == Op::Add || one != value);
    if op == Op::Add && !list.iter().any(|one| one == value) {
        list.push(value.to_owned());
    }
}

fn no_name() -> AwsError {
    bad_request("API name is required")
}
