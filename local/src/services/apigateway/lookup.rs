//! Finds the objects that a request names; returns AWS's error for an unknown identifier.

use super::{
    ApiGateway,
    asked::Asked,
    model::{Authorizer, Definition, Integration, Method, Resource, RestApi},
    refusal::not_found,
};
use crate::wire::error::AwsError;

impl ApiGateway {
    pub(super) fn api(&self, asked: &Asked<'_>) -> Result<&RestApi, AwsError> {
        let id = asked.text("restApiId")?;
        self.apis.get(id).ok_or_else(|| no_api(asked, id))
    }

    /// The definition that a path below a resource names. AWS's error for an API that is not there is that for a
    /// resource.
    pub(super) fn tree(&self, asked: &Asked<'_>) -> Result<&Definition, AwsError> {
        self.apis.get(asked.text("restApiId")?).map(|api| &api.definition).ok_or_else(no_resource)
    }

    /// The definition, to change it.
    pub(super) fn tree_mut(&mut self, asked: &Asked<'_>) -> Result<&mut Definition, AwsError> {
        self.apis.get_mut(asked.text("restApiId")?).map(|api| &mut api.definition).ok_or_else(no_resource)
    }

    pub(super) fn api_mut(&mut self, asked: &Asked<'_>) -> Result<&mut RestApi, AwsError> {
        let id = asked.text("restApiId")?;
        self.apis.get_mut(id).ok_or_else(|| no_api(asked, id))
    }
}

pub(super) fn no_api(asked: &Asked<'_>, id: &str) -> AwsError {
    not_found(format!("Invalid API identifier specified {}:{id}", asked.settings.account))
}

pub(super) fn no_resource() -> AwsError {
    not_found("Invalid Resource identifier specified")
}

pub(super) fn no_method() -> AwsError {
    not_found("Invalid Method identifier specified")
}

impl Definition {
    pub(super) fn resource(&self, asked: &Asked<'_>) -> Result<&Resource, AwsError> {
        self.resources.get(asked.text("resourceId")?).ok_or_else(no_resource)
    }

    pub(super) fn resource_mut(&mut self, asked: &Asked<'_>) -> Result<&mut Resource, AwsError> {
        self.resources.get_mut(asked.text("resourceId")?).ok_or_else(no_resource)
    }

    pub(super) fn method(&self, asked: &Asked<'_>) -> Result<&Method, AwsError> {
        self.resource(asked)?.resource_methods.get(asked.text("httpMethod")?).ok_or_else(no_method)
    }

    pub(super) fn method_mut(&mut self, asked: &Asked<'_>) -> Result<&mut Method, AwsError> {
        self.resource_mut(asked)?.resource_methods.get_mut(asked.text("httpMethod")?).ok_or_else(no_method)
    }

    pub(super) fn integration(&self, asked: &Asked<'_>) -> Result<&Integration, AwsError> {
        self.method(asked)?.method_integration.as_ref().ok_or_else(no_integration)
    }

    pub(super) fn integration_mut(&mut self, asked: &Asked<'_>) -> Result<&mut Integration, AwsError> {
        self.method_mut(asked)?.method_integration.as_mut().ok_or_else(no_integration)
    }

    pub(super) fn authorizer(&self, asked: &Asked<'_>) -> Result<&Authorizer, AwsError> {
        self.authorizers.get(asked.text("authorizerId")?).ok_or_else(no_authorizer)
    }
}

pub(super) fn no_authorizer() -> AwsError {
    not_found("Invalid Authorizer identifier specified")
}

pub(super) fn no_integration() -> AwsError {
    not_found("Invalid Integration identifier specified")
}
