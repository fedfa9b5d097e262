//! Conformance with AWS, checked by other projects: the built binary deploys, changes and destroys a stack on servers
//! that imitate AWS.
//!
//! `tests/conformance/run` installs moto 5.2.5 and ministack 1.5.33 and runs these tests. Each test starts its own
//! server on a free port of 127.0.0.1, behind a proxy that corrects some responses. The binary uses it, and so do the
//! SDK's clients with which the test inspects and changes resources. The tests also check the S3 behavior that a state
//! in a bucket relies on, and run the state store on each server. Every test run checks the local emulator in the same
//! way.
//!
//! AWS's own clients check the local emulator: the AWS CLI runs every block of `docs/aws-cli.md`, and boto3 runs a
//! script that creates a user and signs in. A browser checks CORS: pages of other origins call the example.
//!
//! Client libraries sign in to the local emulator as pages, apps and servers do.
//!
//! AWS's service models are checked, too: `docs/aws-constraints.md` compares every field of config.json, and every
//! validation of the local emulator, with botocore's models.
//!
//! Recorded responses of AWS are checked, too: `docs/emulator.md` lists the recorded tests, with the differences and
//! their reasons. A scenario in `recordings/scenarios` makes the calls of a recorded test in its own words.
//!
//! # Missing or wrong behavior of the servers
//!
//! `src/` has no workarounds for it. The second column is the behavior of AWS that it contradicts.
//!
//! | moto 5.2.5 | on AWS | here |
//! |---|---|---|
//! | functions have no `LoggingConfig` | `GetFunction` returns it, `/aws/lambda/<name>` unless another is set | the proxy adds it |
//! | `UpdateUserPool` loses `UsernameAttributes` and `UsernameConfiguration` | they cannot be changed after `CreateUserPool` | the proxy adds them |
//! | `UpdateUserPool` loses `UserPoolTags` that it does not name | an update keeps tags | the proxy adds them |
//! | no `TagResource` of a user pool (500) and of a REST API (404) | both are tagged by ARN at any time | tags are set at creation and not changed |
//! | no `UpdateMethod` and no `UpdateIntegration` (500) | both take JSON patches | the drift creates the method again |
//! | `UpdateAuthorizer` does not know `/providerARNs` (500) | pools are added and removed there | the pool is not replaced |
//! | `add /binaryMediaTypes/image~1png` adds an empty type | the escaped key is the value | none are configured |
//! | `PutRestApi` creates existing paths a second time, and methods without authorizers | *merge* replaces methods, and security schemes are authorizers | few routes, so that single calls are used |
//! | `CreateResource` creates the same path twice | 409, another resource has this name | not relied on |
//! | `PutMethod` replaces a method | 409, it exists already | not relied on |
//! | `DeleteDeployment` deletes the live deployment of a stage | 400, active stages point to it | not relied on |
//! | `GetGatewayResponses` lists the customized ones only | it lists every type, the others as defaults | checked on ministack |
//! | a function and its versions share one policy | each qualifier has its own policy | checked on ministack |
//! | no data plane for Lambda | a stage responds | checked on ministack; `up --no-check` |
//! | `ExpectedBucketOwner` is ignored | 403, another account owns the bucket | checked on the local emulator |
//! | a bucket can be used in every Region | 301 or 400, with the right Region | checked on the local emulator and ministack |
//!
//! | ministack 1.5.33 | on AWS | here |
//! |---|---|---|
//! | an integration response without `selectionPattern` returns `""` | members that were not put are not returned | the proxy removes it |
//! | a patched `authorizerResultTtlInSeconds` is returned as text | it is an integer | the proxy converts it |
//! | a patch of `/providerARNs` replaces the list by a text | it adds or removes one | the pool is not replaced |
//! | `add /binaryMediaTypes/image~1png` adds `image~1png` | it adds `image/png` | none are configured |
//! | no `PutRestApi` (404) | imports are merged | few routes, so that single calls are used |
//! | tags by `TagResource` are in `GetTags`, and not in `GetRestApi` and `GetStage` | they are in all | tags are set at creation and not changed |
//! | an access token passes a method without scopes | 401, without scopes the authorizer requires an ID token | not tested |
//! | `UpdateUserPool` keeps a password policy that it does not name | it is reset | checked on moto |
//! | `PutMethod` replaces a method | 409, it exists already | not relied on |
//! | `DeleteDeployment` deletes the live deployment of a stage | 400, active stages point to it | not relied on |
//! | a statement id must be unique across a function and its aliases | each has its own policy | not relied on |
//! | `ExpectedBucketOwner` is ignored | 403, another account owns the bucket | checked on the local emulator |
//! | the data plane uses current paths and methods, not the deployed ones | a stage uses its deployment | the stage's deployment is compared |

mod buckets;
mod clients;
mod corrections;
mod drift;
mod emulator;
mod example;
mod http;
mod life;
mod on_local;
mod on_ministack;
mod on_moto;
mod project;
mod proxy;
mod stores;
mod with_awscli;
mod with_boto3;
mod with_browser;
mod with_clients;
mod with_models;
mod with_recordings;
