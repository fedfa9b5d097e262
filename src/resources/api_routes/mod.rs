//! The whole tree of an API as one kind: paths, methods, integrations, preflights and gateway responses.
//!
//! # Reading
//!
//! `GetResources` with embedded methods answers 500 paths with everything on them; `GetGatewayResponses` answers the
//! rest. There is no call per route. What is there and what is wanted are brought into one normal form, [`Spec`] for the
//! eye and for the diff, `tree::Tree` for the calls. Routes that were made outside stackctl appear as routes too many, and
//! whatever we would not have made on one of ours as `unmanaged`: so both differ and are set right.
//!
//! # Writing
//!
//! The changes between two trees are sent one by one, or all that comes or changes goes into one `PutRestApi`,
//! whichever takes up less of the quotas. Both ways end in the same normal form, and both may be cut off anywhere: the
//! next read shows what is missing.
//!
//! The import is a *merge*. An *overwrite* would also do the removals, but it resets every property of the API that
//! the document does not carry, its name and policy among them, deletes authorizers that it does not mention, and may
//! give new ids to everything. A merge leaves what it does not mention and replaces a method that it mentions, so:
//!
//! - removals stay single calls, leaves first, because AWS does not promise that a path takes those beneath it along;
//! - gateway responses stay single calls, because there are few and the document could not remove a header of one;
//! - a document cannot refer to an authorizer by id, only repeat it as a security scheme of its name. It is repeated as
//!   it is at that moment, as is the API's own name and description, so that nothing else changes;
//! - AWS does not say that ids survive, and an import is not atomic. Therefore the tree is read again afterwards, ids
//!   included, and what is not as wanted is set right by single calls. Should the authorizer have got a new id, the
//!   methods keep that one, and the `authorizer` kind finds it by its name.

mod answer;
mod changes;
mod document;
mod preflight;
mod read;
mod resource;
mod shape;
mod spec;
mod tree;
mod write;
mod writes;

pub use resource::{ApiRoutes, Outputs, write};
pub use spec::{Auth, GatewayResponse, Preflight, Route, Spec};
pub use write::Way;
pub(crate) use writes::writes;
