//! The routes of the REST services: every supported operation and the location of its members.
//!
//! Paths, labels, statuses and parameters are those of AWS's API models.

use super::{
    Service,
    rest::{Body, Kind, Param, Route},
};

/// Every route, by service.
pub(super) const ALL: &[(Service, &[Route])] = &[(Service::Lambda, LAMBDA), (Service::ApiGateway, API_GATEWAY)];

const LAMBDA: &[Route] = &[
    post("/2015-03-31/functions", "CreateFunction").status(201),
    get("/2015-03-31/functions/{FunctionName}", "GetFunction").params(&[text("Qualifier")]),
    get("/2015-03-31/functions/{FunctionName}/configuration", "GetFunctionConfiguration").params(&[text("Qualifier")]),
    get("/2015-03-31/functions", "ListFunctions").params(&[
        text("MasterRegion"),
        text("FunctionVersion"),
        text("Marker"),
        number("MaxItems"),
    ]),
    put("/2015-03-31/functions/{FunctionName}/code", "UpdateFunctionCode"),
    put("/2015-03-31/functions/{FunctionName}/configuration", "UpdateFunctionConfiguration"),
    delete("/2015-03-31/functions/{FunctionName}", "DeleteFunction").status(204).params(&[text("Qualifier")]),
    post("/2015-03-31/functions/{FunctionName}/policy", "AddPermission").status(201).params(&[text("Qualifier")]),
    delete("/2015-03-31/functions/{FunctionName}/policy/{StatementId}", "RemovePermission")
        .status(204)
        .params(&[text("Qualifier"), text("RevisionId")]),
    get("/2015-03-31/functions/{FunctionName}/policy", "GetPolicy").params(&[text("Qualifier")]),
    post("/2017-03-31/tags/{Resource}", "TagResource").status(204),
    delete("/2017-03-31/tags/{Resource}", "UntagResource").status(204).params(&[list("TagKeys").named("tagKeys")]),
    get("/2017-03-31/tags/{Resource}", "ListTags"),
    post("/2015-03-31/functions/{FunctionName}/invocations", "Invoke")
        .params(&[
            text("Qualifier"),
            header("InvocationType").named("X-Amz-Invocation-Type"),
            header("LogType").named("X-Amz-Log-Type"),
            header("ClientContext").named("X-Amz-Client-Context"),
        ])
        .payload(),
    post("/2015-03-31/functions/{FunctionName}/versions", "PublishVersion").status(201),
    get("/2015-03-31/functions/{FunctionName}/versions", "ListVersionsByFunction")
        .params(&[text("Marker"), number("MaxItems")]),
    post("/2015-03-31/functions/{FunctionName}/aliases", "CreateAlias").status(201),
    get("/2015-03-31/functions/{FunctionName}/aliases/{Name}", "GetAlias"),
    put("/2015-03-31/functions/{FunctionName}/aliases/{Name}", "UpdateAlias"),
    delete("/2015-03-31/functions/{FunctionName}/aliases/{Name}", "DeleteAlias").status(204),
    get("/2015-03-31/functions/{FunctionName}/aliases", "ListAliases").params(&[
        text("FunctionVersion"),
        text("Marker"),
        number("MaxItems"),
    ]),
    put("/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency"),
    get("/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency"),
    delete("/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency").status(204),
];

/// API Gateway.
const API_GATEWAY: &[Route] = &[
    post("/restapis?mode=import", "ImportRestApi")
        .status(201)
        .params(&[text("mode"), flag("failOnWarnings").named("failonwarnings"), others("parameters")])
        .payload(),
    post("/restapis", "CreateRestApi").status(201),
    get("/restapis/{restApiId}", "GetRestApi"),
    get("/restapis", "GetRestApis").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}", "UpdateRestApi"),
    put("/restapis/{restApiId}", "PutRestApi")
        .params(&[text("mode"), flag("failOnWarnings").named("failonwarnings"), others("parameters")])
        .payload(),
    delete("/restapis/{restApiId}", "DeleteRestApi").status(202),
    post("/restapis/{restApiId}/resources/{parentId}", "CreateResource").status(201),
    get("/restapis/{restApiId}/resources/{resourceId}", "GetResource").params(&[list("embed")]),
    get("/restapis/{restApiId}/resources", "GetResources").params(&[text("position"), number("limit"), list("embed")]),
    patch("/restapis/{restApiId}/resources/{resourceId}", "UpdateResource"),
    delete("/restapis/{restApiId}/resources/{resourceId}", "DeleteResource").status(202),
    put("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}", "PutMethod").status(201),
    get("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}", "GetMethod"),
    patch("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}", "UpdateMethod"),
    delete("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}", "DeleteMethod").status(204),
    put(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "PutMethodResponse",
    )
    .status(201),
    get(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "GetMethodResponse",
    ),
    patch(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "UpdateMethodResponse",
    )
    .status(201),
    delete(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "DeleteMethodResponse",
    )
    .status(204),
    put("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration", "PutIntegration").status(201),
    get("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration", "GetIntegration"),
    patch("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration", "UpdateIntegration"),
    delete("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration", "DeleteIntegration")
        .status(204),
    put(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "PutIntegrationResponse",
    )
    .status(201),
    get(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "GetIntegrationResponse",
    ),
    patch(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "UpdateIntegrationResponse",
    ),
    delete(
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "DeleteIntegrationResponse",
    )
    .status(204),
    post("/restapis/{restApiId}/authorizers", "CreateAuthorizer").status(201),
    get("/restapis/{restApiId}/authorizers/{authorizerId}", "GetAuthorizer"),
    get("/restapis/{restApiId}/authorizers", "GetAuthorizers").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}/authorizers/{authorizerId}", "UpdateAuthorizer"),
    delete("/restapis/{restApiId}/authorizers/{authorizerId}", "DeleteAuthorizer").status(202),
    put("/restapis/{restApiId}/gatewayresponses/{responseType}", "PutGatewayResponse").status(201),
    get("/restapis/{restApiId}/gatewayresponses/{responseType}", "GetGatewayResponse"),
    get("/restapis/{restApiId}/gatewayresponses", "GetGatewayResponses").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}/gatewayresponses/{responseType}", "UpdateGatewayResponse"),
    delete("/restapis/{restApiId}/gatewayresponses/{responseType}", "DeleteGatewayResponse").status(202),
    post("/restapis/{restApiId}/requestvalidators", "CreateRequestValidator").status(201),
    get("/restapis/{restApiId}/requestvalidators/{requestValidatorId}", "GetRequestValidator"),
    get("/restapis/{restApiId}/requestvalidators", "GetRequestValidators").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}/requestvalidators/{requestValidatorId}", "UpdateRequestValidator"),
    delete("/restapis/{restApiId}/requestvalidators/{requestValidatorId}", "DeleteRequestValidator").status(202),
    post("/restapis/{restApiId}/models", "CreateModel").status(201),
    get("/restapis/{restApiId}/models/{modelName}", "GetModel").params(&[flag("flatten")]),
    get("/restapis/{restApiId}/models", "GetModels").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}/models/{modelName}", "UpdateModel"),
    delete("/restapis/{restApiId}/models/{modelName}", "DeleteModel").status(202),
    post("/restapis/{restApiId}/deployments", "CreateDeployment").status(201),
    get("/restapis/{restApiId}/deployments/{deploymentId}", "GetDeployment").params(&[list("embed")]),
    get("/restapis/{restApiId}/deployments", "GetDeployments").params(&[text("position"), number("limit")]),
    patch("/restapis/{restApiId}/deployments/{deploymentId}", "UpdateDeployment"),
    delete("/restapis/{restApiId}/deployments/{deploymentId}", "DeleteDeployment").status(202),
    post("/restapis/{restApiId}/stages", "CreateStage").status(201),
    get("/restapis/{restApiId}/stages/{stageName}", "GetStage"),
    get("/restapis/{restApiId}/stages", "GetStages").params(&[text("deploymentId")]),
    patch("/restapis/{restApiId}/stages/{stageName}", "UpdateStage"),
    delete("/restapis/{restApiId}/stages/{stageName}", "DeleteStage").status(202),
    delete("/restapis/{restApiId}/stages/{stageName}/cache/data", "FlushStageCache").status(202),
    delete("/restapis/{restApiId}/stages/{stageName}/cache/authorizers", "FlushStageAuthorizersCache").status(202),
    get("/restapis/{restApiId}/stages/{stageName}/exports/{exportType}", "GetExport")
        .params(&[header("accepts").named("Accept"), others("parameters")]),
    get("/account", "GetAccount"),
    patch("/account", "UpdateAccount"),
    put("/tags/{resourceArn}", "TagResource").status(204),
    delete("/tags/{resourceArn}", "UntagResource").status(204).params(&[list("tagKeys")]),
    get("/tags/{resourceArn}", "GetTags").params(&[text("position"), number("limit")]),
];

/// S3. Its requests are matched separately (`super::s3`), because an S3 key may look like any path.
pub(super) const S3: &[Route] = &[
    get("/", "ListBuckets").params(&[
        text("Prefix").named("prefix"),
        text("ContinuationToken").named("continuation-token"),
        text("MaxBuckets").named("max-buckets"),
        text("BucketRegion").named("bucket-region"),
    ]),
    put("/{Bucket}", "CreateBucket"),
    route("HEAD", "/{Bucket}", "HeadBucket"),
    delete("/{Bucket}", "DeleteBucket"),
    get("/{Bucket}?location", "GetBucketLocation"),
    get("/{Bucket}?versioning", "GetBucketVersioning"),
    put("/{Bucket}?versioning", "PutBucketVersioning"),
    get("/{Bucket}?list-type=2", "ListObjectsV2").params(&[
        text("Prefix").named("prefix"),
        text("Delimiter").named("delimiter"),
        text("EncodingType").named("encoding-type"),
        text("MaxKeys").named("max-keys"),
        text("ContinuationToken").named("continuation-token"),
        text("StartAfter").named("start-after"),
    ]),
    get("/{Bucket}?versions", "ListObjectVersions").params(&[
        text("Prefix").named("prefix"),
        text("EncodingType").named("encoding-type"),
        text("MaxKeys").named("max-keys"),
        text("KeyMarker").named("key-marker"),
        text("VersionIdMarker").named("version-id-marker"),
    ]),
    put("/{Bucket}/{Key+}", "PutObject").params(&[
        header("IfMatch").named("if-match"),
        header("IfNoneMatch").named("if-none-match"),
        header("ServerSideEncryption").named("x-amz-server-side-encryption"),
    ]),
    get("/{Bucket}/{Key+}", "GetObject").params(READ),
    route("HEAD", "/{Bucket}/{Key+}", "HeadObject").params(READ),
    delete("/{Bucket}/{Key+}", "DeleteObject")
        .params(&[text("VersionId").named("versionId"), header("IfMatch").named("if-match")]),
];

/// The members of `GetObject` and `HeadObject`.
const READ: &[Param] = &[
    text("VersionId").named("versionId"),
    header("IfMatch").named("if-match"),
    header("IfNoneMatch").named("if-none-match"),
    header("ChecksumMode").named("x-amz-checksum-mode"),
];

const fn route(method: &'static str, path: &'static str, operation: &'static str) -> Route {
    Route { method, path, operation, status: 200, params: &[], body: Body::Members }
}

const fn get(path: &'static str, operation: &'static str) -> Route {
    route("GET", path, operation)
}

const fn post(path: &'static str, operation: &'static str) -> Route {
    route("POST", path, operation)
}

const fn put(path: &'static str, operation: &'static str) -> Route {
    route("PUT", path, operation)
}

const fn patch(path: &'static str, operation: &'static str) -> Route {
    route("PATCH", path, operation)
}

const fn delete(path: &'static str, operation: &'static str) -> Route {
    route("DELETE", path, operation)
}

impl Route {
    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    const fn params(self, params: &'static [Param]) -> Self {
        Self { params, ..self }
    }

    const fn payload(self) -> Self {
        Self { body: Body::Payload, ..self }
    }
}

const fn param(member: &'static str, kind: Kind) -> Param {
    Param { wire: member, member, kind }
}

const fn text(member: &'static str) -> Param {
    param(member, Kind::Text)
}

const fn number(member: &'static str) -> Param {
    param(member, Kind::Number)
}

const fn flag(member: &'static str) -> Param {
    param(member, Kind::Flag)
}

const fn list(member: &'static str) -> Param {
    param(member, Kind::List)
}

const fn header(member: &'static str) -> Param {
    param(member, Kind::Header)
}

const fn others(member: &'static str) -> Param {
    param(member, Kind::Others)
}

impl Param {
    const fn named(self, wire: &'static str) -> Self {
        Self { wire, ..self }
    }
}
