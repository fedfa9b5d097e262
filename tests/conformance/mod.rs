//! External judges of our reading of AWS: the built binary takes a stack through its life on servers that imitate AWS
//! and that we have not written.
//!
//! `tests/conformance/run` installs moto 5.2.5 and ministack 1.5.33 and runs these tests. Each starts a server of its
//! own on a free port of 127.0.0.1, with a proxy before it that corrects some answers, for the binary and for
//! the SDK's clients with which the test looks and meddles. Their S3 is asked for every fact that a state in a bucket relies
//! on, and the store itself works on it; the local emulator is asked the same on every test run.
//!
//! The other way round, AWS's own clients judge the local emulator: the AWS CLI by every block of `docs/aws-cli.md`, and boto3
//! by a script that makes a user and signs them in. A browser judges CORS: pages of other origins call the example.
//!
//! AWS's service models judge, too: `docs/aws-constraints.md` compares every field of config.json, and every check of the
//! local emulator, with what botocore's models say.
//!
//! # What the servers lack or get wrong
//!
//! None of it is worked around in `src/`. The second column is the fact about AWS that it contradicts.
//!
//! | moto 5.2.5 | on AWS | here |
//! |---|---|---|
//! | functions have no `LoggingConfig` | `GetFunction` answers it, `/aws/lambda/<name>` unless another is set | the proxy remembers it |
//! | `UpdateUserPool` forgets `UsernameAttributes` and `UsernameConfiguration` | they are for ever what `CreateUserPool` said | the proxy remembers them |
//! | `UpdateUserPool` forgets `UserPoolTags` that it does not name | tags are among what an update keeps | the proxy remembers them |
//! | no `TagResource` of a user pool (500) and of a REST API (404) | both are tagged by ARN at any time | tags are given at creation and stay |
//! | no `UpdateMethod` and no `UpdateIntegration` (500) | both take JSON patches | the drift makes the method anew |
//! | `UpdateAuthorizer` does not know `/providerARNs` (500) | pools are added and removed there | the pool stays |
//! | `add /binaryMediaTypes/image~1png` adds an empty type | the escaped key is the value | none are configured |
//! | `PutRestApi` makes paths that are there a second time, and methods without authorizers | *merge* replaces methods, and security schemes are authorizers | so few routes that single calls are cheaper |
//! | `CreateResource` makes the same path twice | 409, another resource has this name | not relied on |
//! | `PutMethod` replaces a method | 409, it exists already | not relied on |
//! | `DeleteDeployment` deletes what a stage serves | 400, active stages point to it | not relied on |
//! | `GetGatewayResponses` lists the customised ones only | it lists every type, the others as defaults | ministack judges that |
//! | a function and its versions share one policy | each qualifier has a policy of its own | ministack judges that |
//! | no data plane for Lambda | a stage answers | ministack judges that; `up --no-check` |
//! | `ExpectedBucketOwner` is not looked at | 403, the bucket is somebody else's | the local emulator judges that |
//! | a bucket is served in every Region | 301 or 400, with the right Region | the local emulator and ministack judge that |
//!
//! | ministack 1.5.33 | on AWS | here |
//! |---|---|---|
//! | an integration response without `selectionPattern` answers `""` | what was not put is not answered | the proxy leaves it out |
//! | a patched `authorizerResultTtlInSeconds` is answered as text | it is an integer | the proxy makes it one |
//! | a patch of `/providerARNs` replaces the list by a text | it adds or removes one | the pool stays |
//! | `add /binaryMediaTypes/image~1png` adds `image~1png` | it adds `image/png` | none are configured |
//! | no `PutRestApi` (404) | imports are merged | so few routes that single calls are cheaper |
//! | tags by `TagResource` are in `GetTags`, and not in `GetRestApi` and `GetStage` | they are in all | tags are given at creation and stay |
//! | an access token passes a method without scopes | 401, without scopes the authorizer wants an ID token | not asked |
//! | `UpdateUserPool` keeps a password policy that it does not name | it is reset | moto judges that |
//! | `PutMethod` replaces a method | 409, it exists already | not relied on |
//! | `DeleteDeployment` deletes what a stage serves | 400, active stages point to it | not relied on |
//! | a statement id is taken once for a function and its aliases together | each has a policy of its own | not relied on |
//! | `ExpectedBucketOwner` is not looked at | 403, the bucket is somebody else's | the local emulator judges that |
//! | the data plane serves paths and methods as they are, not as they were deployed | a stage serves its deployment | the stage's deployment is compared |

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
mod with_models;
