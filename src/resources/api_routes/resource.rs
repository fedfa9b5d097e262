//! The kind `api_routes`.

use serde::{Deserialize, Serialize};

use super::{
    read::{self, LiveTree},
    spec::Spec,
    tree::Tree,
    write::{Way, Writer},
};
use crate::{
    aws::{Clients, Context},
    engine::{
        Beneath, ByParent, Claim, Field, Found, FoundOf, Kind, Live, Plain, Replacement, Resource, ResourceError,
        Result, Work,
    },
    resources::rest_api::RestApi,
};

/// The kind.
pub struct ApiRoutes;

/// What AWS calls it. It has no id of its own: it is there as soon as the API has anything beneath its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    pub rest_api_id: String,
}

impl Resource for ApiRoutes {
    const KIND: Kind = Kind::new("api_routes");
    const FIELDS: &'static [Field] = &[
        Field::immutable("rest_api_id", "the tree of resources belongs to its API"),
        Field::managed("authorizer_id"),
        Field::managed("routes").config("routes"),
        Field::managed("preflights").config("cors"),
        Field::managed("gateway_responses").config("cors"),
        Field::filled_in("unrouted", "paths without a route are only reported, to be deleted"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[RestApi::KIND];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::apigateway(1_000);

    type Ownership = ByParent;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.rest_api_id.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, _claim: &Claim) -> Result<FoundOf<Self>> {
        let live = read::read(context, &outputs.rest_api_id).await?.filter(|live| live.tree != Tree::bare());
        Ok(live.map_or(Found::Nothing, |live| {
            Found::Ours(Live { outputs: outputs.clone(), spec: live.tree.spec(&outputs.rest_api_id) })
        }))
    }

    /// The tree is ours because the API is.
    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let outputs = Outputs { rest_api_id: spec.rest_api_id.known().clone() };
        if known.contains(&outputs) {
            return Ok(Found::Nothing);
        }
        Self::read(context, &outputs, claim).await
    }

    async fn create(context: &Context<'_>, spec: &Spec, _claim: &Claim) -> Result<Outputs> {
        write(context, spec, Way::Cheaper).await
    }

    async fn update(context: &Context<'_>, _outputs: &Outputs, _live: &Spec, want: &Spec) -> Result<Outputs> {
        write(context, want, Way::Cheaper).await
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        let Some(LiveTree { tree, ids }) = read::read(context, &outputs.rest_api_id).await? else { return Ok(()) };
        Writer { context, rest_api_id: &outputs.rest_api_id, ids }.bring(&tree, &Tree::bare(), Way::Cheaper).await
    }
}

impl Beneath for ApiRoutes {
    const PARENT: Kind = RestApi::KIND;
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
pub async fn write(context: &Context<'_>, want: &Spec, way: Way) -> Result<Outputs> {
    let rest_api_id = want.rest_api_id.known();
    let _alone = context.alone(rest_api_id).await;
    let Some(LiveTree { tree, ids }) = read::read(context, rest_api_id).await? else {
        return Err(ResourceError::refused(format!("REST API `{rest_api_id}` not found")));
    };
    Writer { context, rest_api_id, ids }.bring(&tree, &Tree::wanted(want), way).await?;
    Ok(Outputs { rest_api_id: rest_api_id.clone() })
}
