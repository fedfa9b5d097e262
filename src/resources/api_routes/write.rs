//! Makes the changes, one by one or by an import.

use std::collections::BTreeMap;

use aws_sdk_apigateway::{
    operation::{put_integration::PutIntegrationOutput, put_method::PutMethodOutput},
    primitives::Blob,
    types::{ContentHandlingStrategy, GatewayResponseType, IntegrationType, PutMode},
};

use super::{
    answer,
    changes::{Batch, Change, changes, cheaper, imported},
    document::{Surroundings, document},
    preflight::{Mock, REQUEST_TEMPLATE},
    read::{self, LiveTree, STANDARD_TEMPLATE},
    shape::{Proxy, Shape, uri},
    spec::GatewayResponse,
    tree::{Tree, parent},
};
use crate::{
    aws::{Context, call, look, operation, remove},
    engine::{ResourceError, Result, Verdict},
};

/// Which way the changes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The one that costs less against AWS's quotas.
    Cheaper,
    /// Call by call.
    Single,
    /// By an import, apart from what an import cannot do.
    Import,
}

/// Writes to the tree of one API, while no other process does.
pub(super) struct Writer<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) rest_api_id: &'a str,
    pub(super) ids: BTreeMap<String, String>,
}

impl Writer<'_> {
    /// Brings the tree from `live` to `want`.
    pub(super) async fn bring(&mut self, live: &Tree, want: &Tree, way: Way) -> Result<()> {
        let changes = changes(live, want);
        let batch = match way {
            Way::Cheaper => cheaper(changes, want),
            Way::Single => Batch { single: changes, import: BTreeMap::new() },
            Way::Import => imported(&changes, want),
        };
        self.make_all(&batch.single).await?;
        if batch.import.is_empty() {
            return Ok(());
        }
        self.import(&batch.import).await?;
        self.settle(want).await
    }

    async fn make_all(&mut self, changes: &[Change]) -> Result<()> {
        for change in changes {
            self.make(change).await?;
        }
        Ok(())
    }

    async fn make(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::CreateResource { path } => self.create_resource(path).await,
            Change::DeleteResource { path } => self.delete_resource(path).await,
            Change::PutMethod { path, verb, shape } => self.put_method(&self.place(path, verb)?, shape).await,
            Change::DeleteMethod { path, verb } => self.delete_method(&self.place(path, verb)?).await,
            Change::PutGatewayResponse { response_type, response } => self.put_response(response_type, response).await,
            Change::DeleteGatewayResponse { response_type } => self.delete_response(response_type).await,
        }
    }

    fn id(&self, path: &str) -> Result<String> {
        let id = self.ids.get(path).cloned();
        id.ok_or_else(|| ResourceError::refused(format!("the API has no path `{path}` any more")).hint("run it again"))
    }

    fn place<'p>(&self, path: &str, verb: &'p str) -> Result<Place<'p>> {
        Ok(Place { resource_id: self.id(path)?, path: path.to_owned(), verb })
    }

    async fn create_resource(&mut self, path: &str) -> Result<()> {
        let (above, part) = (self.id(parent(path).unwrap_or("/"))?, path.rsplit('/').next().unwrap_or_default());
        let client = &self.context.cloud.apigateway;
        let request = client.create_resource().rest_api_id(self.rest_api_id).parent_id(above).path_part(part);
        match call(self.context, &operation::CREATE_RESOURCE, || request.clone().send()).await {
            Ok(created) => drop(self.ids.insert(path.to_owned(), created.id.unwrap_or_default())),
            // A lost answer, sent again by the SDK: the path is there, only its id is not known.
            Err(error) if error.verdict == Verdict::AlreadyExists => self.look_up().await?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn look_up(&mut self) -> Result<()> {
        let live = read::paths(self.context, self.rest_api_id).await?;
        self.ids = live.map(|live| live.ids).unwrap_or_default();
        Ok(())
    }

    async fn delete_resource(&mut self, path: &str) -> Result<()> {
        let client = &self.context.cloud.apigateway;
        let request = client.delete_resource().rest_api_id(self.rest_api_id).resource_id(self.id(path)?);
        self.ids.remove(path);
        remove(self.context, &operation::DELETE_RESOURCE, || request.clone().send()).await
    }

    async fn delete_method(&self, place: &Place<'_>) -> Result<()> {
        let client = &self.context.cloud.apigateway;
        let request = client
            .delete_method()
            .rest_api_id(self.rest_api_id)
            .resource_id(&place.resource_id)
            .http_method(place.verb);
        remove(self.context, &operation::DELETE_METHOD, || request.clone().send()).await
    }

    async fn put_method(&self, place: &Place<'_>, shape: &Shape) -> Result<()> {
        let method = match self.put_bare_method(place, shape).await {
            // A lost answer, sent again by the SDK, or a method of another owner: which of them cannot be told, and
            // `PutMethod` is no upsert.
            Err(error) if error.verdict == Verdict::AlreadyExists => {
                self.delete_method(place).await?;
                self.put_bare_method(place, shape).await?
            }
            put => put?,
        };
        let there = match shape {
            Shape::Proxy(proxy) => answer::proxy(place.verb, method, self.put_proxy(place, proxy).await?),
            Shape::Preflight(preflight) => self.put_mock(place, method, &Mock::of(preflight)).await?,
        };
        answer::as_written(self.rest_api_id, (&place.path, place.verb), &there, shape)
    }

    async fn put_bare_method(&self, place: &Place<'_>, shape: &Shape) -> Result<PutMethodOutput> {
        let client = &self.context.cloud.apigateway;
        let request =
            client.put_method().rest_api_id(self.rest_api_id).resource_id(&place.resource_id).http_method(place.verb);
        let request = match shape.authorization() {
            None => request.authorization_type("NONE"),
            Some(authorization) => request
                .authorization_type("COGNITO_USER_POOLS")
                .authorizer_id(&authorization.authorizer_id)
                .set_authorization_scopes(
                    (!authorization.scopes.is_empty()).then(|| authorization.scopes.iter().cloned().collect()),
                ),
        };
        call(self.context, &operation::PUT_METHOD, || request.clone().send()).await
    }

    async fn put_proxy(&self, place: &Place<'_>, proxy: &Proxy) -> Result<PutIntegrationOutput> {
        let client = &self.context.cloud.apigateway;
        let request = client
            .put_integration()
            .rest_api_id(self.rest_api_id)
            .resource_id(&place.resource_id)
            .http_method(place.verb)
            .r#type(IntegrationType::AwsProxy)
            // The Invoke API is POST whatever the method is.
            .integration_http_method("POST")
            .uri(uri(&proxy.function))
            .timeout_in_millis(i32::try_from(proxy.timeout_millis).unwrap_or(i32::MAX));
        call(self.context, &operation::PUT_INTEGRATION, || request.clone().send()).await
    }

    async fn put_mock(&self, place: &Place<'_>, method: PutMethodOutput, mock: &Mock) -> Result<Shape> {
        let client = &self.context.cloud.apigateway;
        let request = client
            .put_integration()
            .rest_api_id(self.rest_api_id)
            .resource_id(&place.resource_id)
            .http_method(place.verb)
            .r#type(IntegrationType::Mock)
            .request_templates("application/json", REQUEST_TEMPLATE)
            // With binary media types a template would meet base64 without it.
            .content_handling(ContentHandlingStrategy::ConvertToText);
        let integration = call(self.context, &operation::PUT_INTEGRATION, || request.clone().send()).await?;
        let header = |name: &str| format!("method.response.header.{name}");
        let declared = mock.declared().into_iter().map(|name| (header(name), false)).collect();
        let request = client
            .put_method_response()
            .rest_api_id(self.rest_api_id)
            .resource_id(&place.resource_id)
            .http_method(place.verb)
            .status_code("200")
            .set_response_parameters(Some(declared));
        let declared = call(self.context, &operation::PUT_METHOD_RESPONSE, || request.clone().send()).await?;
        let values = mock.headers.iter().map(|(name, value)| (header(name), value.clone())).collect();
        let template = mock.template.iter().map(|text| ("application/json".to_owned(), text.clone()));
        let request = client
            .put_integration_response()
            .rest_api_id(self.rest_api_id)
            .resource_id(&place.resource_id)
            .http_method(place.verb)
            .status_code("200")
            .set_response_parameters(Some(values))
            .set_response_templates(mock.template.is_some().then(|| template.collect()));
        let response = call(self.context, &operation::PUT_INTEGRATION_RESPONSE, || request.clone().send()).await?;
        Ok(answer::mock(place.verb, method, integration, declared, response))
    }

    async fn put_response(&self, response_type: &str, response: &GatewayResponse) -> Result<()> {
        let headers = response.headers.iter();
        let parameters = headers.map(|(name, value)| (format!("gatewayresponse.header.{name}"), value.clone()));
        let request = self
            .context
            .cloud
            .apigateway
            .put_gateway_response()
            .rest_api_id(self.rest_api_id)
            .response_type(GatewayResponseType::from(response_type))
            .set_response_parameters(Some(parameters.collect()))
            .response_templates("application/json", STANDARD_TEMPLATE);
        call(self.context, &operation::PUT_GATEWAY_RESPONSE, || request.clone().send()).await.map(drop)
    }

    async fn delete_response(&self, response_type: &str) -> Result<()> {
        let client = &self.context.cloud.apigateway;
        let response_type = GatewayResponseType::from(response_type);
        let request = client.delete_gateway_response().rest_api_id(self.rest_api_id).response_type(response_type);
        remove(self.context, &operation::DELETE_GATEWAY_RESPONSE, || request.clone().send()).await
    }

    async fn import(&self, methods: &BTreeMap<String, BTreeMap<String, Shape>>) -> Result<()> {
        let client = &self.context.cloud.apigateway;
        let request = client.get_rest_api().rest_api_id(self.rest_api_id);
        let api = call(self.context, &operation::GET_REST_API, || request.clone().send()).await?;
        let authorization = methods.values().flat_map(BTreeMap::values).find_map(Shape::authorization);
        let authorizer = match authorization {
            None => None,
            Some(authorization) => {
                let id = &authorization.authorizer_id;
                let request = client.get_authorizer().rest_api_id(self.rest_api_id).authorizer_id(id);
                Some(call(self.context, &operation::GET_AUTHORIZER, || request.clone().send()).await?)
            }
        };
        let document = document(methods, &Surroundings { api, authorizer });
        let request = client
            .put_rest_api()
            .rest_api_id(self.rest_api_id)
            .mode(PutMode::Merge)
            .body(Blob::new(document.to_string()));
        call(self.context, &operation::PUT_REST_API, || request.clone().send()).await.map(drop)
    }

    /// Looks at what an import made and sets right by single calls what is not as wanted.
    async fn settle(&mut self, want: &Tree) -> Result<()> {
        let tree = self.look_again(want).await?;
        let mut want = want.clone();
        if let (Some(there), Some(wanted)) = (tree.authorizer_id(), want.authorizer_id())
            && there != wanted
            && !self.has_authorizer(&wanted).await?
        {
            want.authorize_by(&there);
        }
        let mut changes = changes(&tree, &want);
        let is_method = |change: &Change| matches!(change, Change::PutMethod { .. });
        let Some(first) = changes.iter().position(is_method) else { return self.make_all(&changes).await };
        // One method alone, to see whether writing it in this way helps: there may be hundreds.
        let rest = changes.split_off(first + 1);
        self.make_all(&changes).await?;
        let tree = self.look_again(&want).await?;
        if let Some(Change::PutMethod { path, verb, shape }) = changes.last()
            && let Some(there) = tree.paths.get(path).and_then(|methods| methods.get(verb))
        {
            answer::as_written(self.rest_api_id, (path, verb), there, shape)?;
        }
        self.make_all(&rest).await
    }

    /// Reads what is there beneath the root, and the ids with it.
    async fn look_again(&mut self, want: &Tree) -> Result<Tree> {
        let Some(LiveTree { mut tree, ids }) = read::paths(self.context, self.rest_api_id).await? else {
            return Err(ResourceError::refused("the API is missing"));
        };
        self.ids = ids;
        tree.gateway_responses.clone_from(&want.gateway_responses);
        Ok(tree)
    }

    async fn has_authorizer(&self, id: &str) -> Result<bool> {
        let request = self.context.cloud.apigateway.get_authorizer().rest_api_id(self.rest_api_id).authorizer_id(id);
        Ok(look(self.context, &operation::GET_AUTHORIZER, || request.clone().send()).await?.is_some())
    }
}

/// Where a method is.
struct Place<'a> {
    resource_id: String,
    path: String,
    verb: &'a str,
}
