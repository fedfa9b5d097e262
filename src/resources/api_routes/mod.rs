//! The whole tree of an API as one kind: paths, methods, integrations, preflights and gateway responses.
//!
//! # Reading
//!
//! `GetResources` with embedded methods answers 500 paths with everything on them; `GetGatewayResponses` answers the
//! rest. There is no call per route. What is there and what is wanted are brought into one normal form, [`Spec`] for the
//! eye and for the diff, `tree::Tree` for the calls. Routes that somebody else made appear as routes too many, and
//! whatever we would not have made on one of ours as `foreign`: so both differ and are set right.
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
mod shape;
mod spec;
mod tree;
mod write;

use serde::{Deserialize, Serialize};

pub use spec::{Auth, GatewayResponse, Preflight, Route, Spec};
pub use write::Way;

use crate::{
    aws::Cloud,
    engine::{
        Beneath, ByParent, Claim, Context, Found, Immutable, Kind, Live, Plain, Replacement, Resource, ResourceError,
    },
};
use read::LiveTree;
use tree::Tree;
use write::Writer;

/// The kind.
pub struct ApiRoutes;

/// What AWS calls it. It has no id of its own: it is there as soon as the API has anything beneath its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The API whose tree it is.
    pub rest_api_id: String,
}

impl Resource for ApiRoutes {
    const KIND: Kind = Kind::new("api_routes");
    const IMMUTABLE: &'static [Immutable] = &[Immutable::derived("rest_api_id")];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[Kind::new("rest_api")];
    const SECRET: &'static [&'static str] = &[];
    const LISTED_LATE: bool = false;

    type Ownership = ByParent;
    type Promise = Plain;

    type Cloud = Cloud;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.rest_api_id.clone()
    }

    async fn read(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        _claim: &Claim,
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        let live = read::read(context, &outputs.rest_api_id).await?.filter(|live| live.tree != Tree::bare());
        Ok(live.map_or(Found::Nothing, |live| {
            Found::Ours(Live { outputs: outputs.clone(), spec: live.tree.spec(&outputs.rest_api_id) })
        }))
    }

    /// The tree is ours because the API is.
    async fn find(
        context: &Context<'_, Cloud>,
        spec: &Spec,
        claim: &Claim,
        known: &[Outputs],
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        let outputs = Outputs { rest_api_id: spec.rest_api_id.known().clone() };
        if known.contains(&outputs) {
            return Ok(Found::Nothing);
        }
        Self::read(context, &outputs, claim).await
    }

    async fn create(context: &Context<'_, Cloud>, spec: &Spec, _claim: &Claim) -> Result<Outputs, ResourceError> {
        write(context, spec, Way::Cheaper).await
    }

    async fn update(
        context: &Context<'_, Cloud>,
        _outputs: &Outputs,
        _live: &Spec,
        want: &Spec,
    ) -> Result<Outputs, ResourceError> {
        write(context, want, Way::Cheaper).await
    }

    async fn delete(context: &Context<'_, Cloud>, outputs: &Outputs) -> Result<(), ResourceError> {
        let _alone = context.cloud.alone(&outputs.rest_api_id).await;
        let Some(LiveTree { tree, ids }) = read::read(context, &outputs.rest_api_id).await? else { return Ok(()) };
        Writer { context, rest_api_id: &outputs.rest_api_id, ids }.bring(&tree, &Tree::bare(), Way::Cheaper).await
    }
}

impl Beneath for ApiRoutes {
    const PARENT: Kind = Kind::new("rest_api");
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &Spec) -> &str {
        live.rest_api_id.known()
    }
}

/// Writes the tree as it is to be, in a way that is chosen.
///
/// It is read first: the calls need the ids of the paths, which a spec does not hold, and what is there may have
/// changed since the plan was made.
///
/// # Errors
/// When the API is gone, and whatever AWS refuses.
pub async fn write(context: &Context<'_, Cloud>, want: &Spec, way: Way) -> Result<Outputs, ResourceError> {
    let rest_api_id = want.rest_api_id.known();
    let _alone = context.cloud.alone(rest_api_id).await;
    let Some(LiveTree { tree, ids }) = read::read(context, rest_api_id).await? else {
        return Err(ResourceError::refused(format!("there is no REST API `{rest_api_id}`")));
    };
    Writer { context, rest_api_id, ids }.bring(&tree, &Tree::wanted(want), way).await?;
    Ok(Outputs { rest_api_id: rest_api_id.clone() })
}
