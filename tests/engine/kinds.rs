//! The kinds of the toy cloud.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stackctl::engine::{
    Beneath, ByParent, ByTags, Catalog, Claim, Count, Discover, Discovered, Field, Found, Input, Kind, Live,
    LiveVersion, Plain, Replacement, Resource, ResourceError, Restore, Scope, StepContext, Unmanaged, UserData,
};
use tokio::time::Instant;

use super::world::{Thing, World, nothing, tag};

type Result<T> = std::result::Result<T, ResourceError>;

type At<'a> = StepContext<'a, World>;

pub const SHELF: Kind = Kind::new("shelf");
pub const JAR: Kind = Kind::new("jar");
pub const LABEL: Kind = Kind::new("label");
pub const INDEX: Kind = Kind::new("index");

/// All kinds.
pub fn catalog() -> Catalog<World> {
    Catalog::new().with::<Shelf>().with::<Jar>().with::<Label>().with::<Index>()
}

/// The outputs of every toy kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Id {
    pub id: String,
}

fn thing(kind: &'static str, name: &str, parent: Option<String>) -> Thing {
    Thing { kind, name: name.into(), parent, claim: None, settings: nothing(), listed_from: Instant::now(), marbles: 0 }
}

/// Whether a resource carries a claim; a claim without a token matches any token.
fn carries(thing: &Thing, claim: &Claim) -> bool {
    let Some((stack, key, token)) = &thing.claim else { return false };
    let token = claim.token.is_none() || claim.token.as_ref() == Some(token);
    token && (stack, key) == (&claim.stack, &claim.key.to_string())
}

/// The claim of a resource of this stack.
fn claim_of(thing: &Thing, scope: &Scope) -> Option<Claim> {
    let (stack, key, token) = thing.claim.clone()?;
    let claim = Claim { stack, stage: scope.stage.clone(), key: key.parse().unwrap(), token: Some(token) };
    (claim.stack == scope.stack).then_some(claim)
}

/// The result of reading a resource that may carry a claim.
fn claimed<S>(thing: &Thing, claim: &Claim, live: Live<Id, S>) -> Found<Id, S> {
    if carries(thing, claim) {
        return Found::Ours(live);
    }
    Found::NotOurs(Unmanaged {
        thing: format!("the {} `{}`", thing.kind, thing.name),
        whose: "is another's".into(),
        hints: vec!["claim it by hand".into()],
    })
}

/// A kind with a unique name that is created in two requests, as a role and its policy.
pub struct Shelf;

#[derive(Debug, Serialize, Deserialize)]
pub struct ShelfSpec {
    pub name: String,
    pub boards: Option<u32>,
    pub notes: BTreeMap<String, String>,
}

fn shelf(id: String, thing: &Thing) -> Live<Id, ShelfSpec> {
    let spec = json!({
        "name": thing.name,
        "boards": thing.settings.get("boards"),
        "notes": thing.settings.get("notes").cloned().unwrap_or(nothing()),
    });
    Live { outputs: Id { id }, spec: serde_json::from_value(spec).unwrap() }
}

impl Resource for Shelf {
    const KIND: Kind = SHELF;
    const FIELDS: &'static [Field] = &[Field::immutable("name", ""), Field::secret("notes", "")];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = false;
    type Ownership = ByTags;
    type Promise = Plain;
    type Clients = World;
    type Spec = ShelfSpec;
    type Outputs = Id;

    fn id(outputs: &Id) -> String {
        outputs.id.clone()
    }

    async fn read(at: &At<'_>, outputs: &Id, claim: &Claim) -> Result<Found<Id, ShelfSpec>> {
        let thing = at.cloud.get(&outputs.id).await?;
        Ok(thing.map_or(Found::Nothing, |thing| claimed(&thing, claim, shelf(outputs.id.clone(), &thing))))
    }

    async fn find(at: &At<'_>, spec: &ShelfSpec, claim: &Claim, known: &[Id]) -> Result<Found<Id, ShelfSpec>> {
        let shelves = at.cloud.list("shelf").await?;
        let new = |id: &String| known.iter().all(|one| one.id != *id);
        Ok(match shelves.into_iter().find(|(id, thing)| thing.name == spec.name && new(id)) {
            None => Found::Nothing,
            Some((id, thing)) => claimed(&thing, claim, shelf(id, &thing)),
        })
    }

    async fn create(at: &At<'_>, spec: &ShelfSpec, claim: &Claim) -> Result<Id> {
        let claim = Some(tag(claim));
        let id = at.cloud.create(Thing { claim, ..thing("shelf", &spec.name, None) }, true).await?;
        at.cloud.set(&id, json!({ "boards": spec.boards.unwrap_or(3), "notes": spec.notes })).await?;
        Ok(Id { id })
    }

    async fn update(at: &At<'_>, outputs: &Id, live: &ShelfSpec, want: &ShelfSpec) -> Result<Id> {
        let boards = want.boards.or(live.boards).unwrap_or(3);
        at.cloud.set(&outputs.id, json!({ "boards": boards, "notes": want.notes })).await?;
        Ok(outputs.clone())
    }

    async fn delete(at: &At<'_>, outputs: &Id) -> Result<()> {
        at.cloud.delete(&outputs.id).await
    }
}

impl Discover for Shelf {
    async fn discover(at: &At<'_>, scope: &Scope, _: &[Value]) -> Result<Discovered<Id, ShelfSpec>> {
        let things = at.cloud.list("shelf").await?.into_iter();
        Ok(things.filter_map(|(id, thing)| Some((claim_of(&thing, scope)?, shelf(id, &thing)))).collect())
    }
}

/// A kind with a claim, without a unique name, that is listed late and holds marbles, as a user pool.
pub struct Jar;

#[derive(Debug, Serialize, Deserialize)]
pub struct JarSpec {
    pub name: String,
    pub glass: String,
    pub lid: String,
    pub shelf: Input<String>,
}

fn jar(id: String, thing: &Thing) -> Live<Id, JarSpec> {
    let text = |field: &str| thing.settings[field].as_str().unwrap_or_default().to_owned();
    let shelf = Input::Known(text("shelf"));
    Live {
        outputs: Id { id },
        spec: JarSpec { name: thing.name.clone(), glass: text("glass"), lid: text("lid"), shelf },
    }
}

fn jar_settings(spec: &JarSpec) -> serde_json::Value {
    json!({ "glass": spec.glass, "lid": spec.lid, "shelf": spec.shelf.known() })
}

impl Resource for Jar {
    const KIND: Kind = JAR;
    const FIELDS: &'static [Field] = &[Field::immutable("glass", "")];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = true;
    type Ownership = ByTags;
    type Promise = UserData;
    type Clients = World;
    type Spec = JarSpec;
    type Outputs = Id;

    fn id(outputs: &Id) -> String {
        outputs.id.clone()
    }

    async fn read(at: &At<'_>, outputs: &Id, claim: &Claim) -> Result<Found<Id, JarSpec>> {
        let thing = at.cloud.get(&outputs.id).await?;
        Ok(thing.map_or(Found::Nothing, |thing| claimed(&thing, claim, jar(outputs.id.clone(), &thing))))
    }

    async fn find(at: &At<'_>, _: &JarSpec, claim: &Claim, known: &[Id]) -> Result<Found<Id, JarSpec>> {
        let jars = at.cloud.list("jar").await?;
        let ours = jars.into_iter().find(|(id, thing)| carries(thing, claim) && known.iter().all(|one| one.id != *id));
        Ok(ours.map_or(Found::Nothing, |(id, thing)| Found::Ours(jar(id, &thing))))
    }

    async fn create(at: &At<'_>, spec: &JarSpec, claim: &Claim) -> Result<Id> {
        let claim = Some(tag(claim));
        let new = Thing { claim, settings: jar_settings(spec), ..thing("jar", &spec.name, None) };
        Ok(Id { id: at.cloud.create(new, false).await? })
    }

    async fn update(at: &At<'_>, outputs: &Id, _: &JarSpec, want: &JarSpec) -> Result<Id> {
        at.cloud.set(&outputs.id, jar_settings(want)).await?;
        Ok(outputs.clone())
    }

    async fn delete(at: &At<'_>, outputs: &Id) -> Result<()> {
        at.cloud.delete(&outputs.id).await
    }
}

impl Count for Jar {
    async fn count(at: &At<'_>, outputs: &Id) -> Result<u64> {
        Ok(at.cloud.get(&outputs.id).await?.map_or(0, |thing| thing.marbles))
    }
}

impl Discover for Jar {
    async fn discover(at: &At<'_>, scope: &Scope, _: &[Value]) -> Result<Discovered<Id, JarSpec>> {
        let things = at.cloud.list("jar").await?.into_iter();
        Ok(things.filter_map(|(id, thing)| Some((claim_of(&thing, scope)?, jar(id, &thing)))).collect())
    }
}

/// A child without a claim whose color can be changed only by a replacement, as an app client with its secret.
pub struct Label;

#[derive(Debug, Serialize, Deserialize)]
pub struct LabelSpec {
    pub jar: Input<String>,
    pub name: String,
    pub colour: String,
}

fn label(id: String, thing: &Thing) -> Live<Id, LabelSpec> {
    let jar = Input::Known(thing.parent.clone().unwrap_or_default());
    let colour = thing.settings["colour"].as_str().unwrap_or_default().to_owned();
    Live { outputs: Id { id }, spec: LabelSpec { jar, name: thing.name.clone(), colour } }
}

impl Resource for Label {
    const KIND: Kind = LABEL;
    const FIELDS: &'static [Field] = &[Field::immutable("colour", ""), Field::immutable("jar", "")];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const DIES_WITH: &'static [Kind] = &[JAR];
    const LISTED_LATE: bool = false;
    type Ownership = ByParent;
    type Promise = Plain;
    type Clients = World;
    type Spec = LabelSpec;
    type Outputs = Id;

    fn id(outputs: &Id) -> String {
        outputs.id.clone()
    }

    async fn read(at: &At<'_>, outputs: &Id, _: &Claim) -> Result<Found<Id, LabelSpec>> {
        let thing = at.cloud.get(&outputs.id).await?;
        Ok(thing.map_or(Found::Nothing, |thing| Found::Ours(label(outputs.id.clone(), &thing))))
    }

    async fn find(at: &At<'_>, spec: &LabelSpec, _: &Claim, known: &[Id]) -> Result<Found<Id, LabelSpec>> {
        let labels = at.cloud.list("label").await?;
        let ours = labels.into_iter().find(|(id, thing)| {
            thing.parent.as_ref() == Some(spec.jar.known())
                && thing.name == spec.name
                && known.iter().all(|one| one.id != *id)
        });
        Ok(ours.map_or(Found::Nothing, |(id, thing)| Found::Ours(label(id, &thing))))
    }

    async fn create(at: &At<'_>, spec: &LabelSpec, _: &Claim) -> Result<Id> {
        let settings = json!({ "colour": spec.colour });
        let new = Thing { settings, ..thing("label", &spec.name, Some(spec.jar.known().clone())) };
        Ok(Id { id: at.cloud.create(new, false).await? })
    }

    async fn update(at: &At<'_>, outputs: &Id, _: &LabelSpec, want: &LabelSpec) -> Result<Id> {
        at.cloud.set(&outputs.id, json!({ "colour": want.colour })).await?;
        Ok(outputs.clone())
    }

    async fn delete(at: &At<'_>, outputs: &Id) -> Result<()> {
        at.cloud.delete(&outputs.id).await
    }
}

impl Beneath for Label {
    const PARENT: Kind = JAR;
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &LabelSpec) -> &str {
        live.jar.known()
    }
}

/// A kind that must move whenever anything below it changes, as a stage.
pub struct Index;

#[derive(Debug, Serialize, Deserialize)]
pub struct IndexSpec {
    pub jar: Input<String>,
    pub fingerprint: Input<String>,
}

/// What callers see, as a stage records its deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub id: String,
    pub fingerprint: String,
}

fn index(id: String, thing: &Thing) -> Live<Shown, IndexSpec> {
    let jar = Input::Known(thing.parent.clone().unwrap_or_default());
    let fingerprint = thing.settings["fingerprint"].as_str().unwrap_or_default().to_owned();
    let spec = IndexSpec { jar, fingerprint: Input::Known(fingerprint.clone()) };
    Live { outputs: Shown { id, fingerprint }, spec }
}

impl Index {
    async fn show(at: &At<'_>, id: &str, fingerprint: &str) -> Result<Shown> {
        at.cloud.set(id, json!({ "fingerprint": fingerprint })).await?;
        Ok(Shown { id: id.to_owned(), fingerprint: fingerprint.to_owned() })
    }
}

impl Resource for Index {
    const KIND: Kind = INDEX;
    const FIELDS: &'static [Field] = &[Field::immutable("jar", "")];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[JAR];
    const LISTED_LATE: bool = false;
    type Ownership = ByParent;
    type Promise = LiveVersion;
    type Clients = World;
    type Spec = IndexSpec;
    type Outputs = Shown;

    fn id(outputs: &Shown) -> String {
        outputs.id.clone()
    }

    async fn read(at: &At<'_>, outputs: &Shown, _: &Claim) -> Result<Found<Shown, IndexSpec>> {
        let thing = at.cloud.get(&outputs.id).await?;
        Ok(thing.map_or(Found::Nothing, |thing| Found::Ours(index(outputs.id.clone(), &thing))))
    }

    async fn find(at: &At<'_>, spec: &IndexSpec, _: &Claim, _: &[Shown]) -> Result<Found<Shown, IndexSpec>> {
        let indexes = at.cloud.list("index").await?;
        let ours = indexes.into_iter().find(|(_, thing)| thing.parent.as_ref() == Some(spec.jar.known()));
        Ok(ours.map_or(Found::Nothing, |(id, thing)| Found::Ours(index(id, &thing))))
    }

    async fn create(at: &At<'_>, spec: &IndexSpec, _: &Claim) -> Result<Shown> {
        let settings = json!({ "fingerprint": spec.fingerprint.known() });
        let new = Thing { settings, ..thing("index", "index", Some(spec.jar.known().clone())) };
        let id = at.cloud.create(new, true).await?;
        Ok(Shown { id, fingerprint: spec.fingerprint.known().clone() })
    }

    async fn update(at: &At<'_>, outputs: &Shown, _: &IndexSpec, want: &IndexSpec) -> Result<Shown> {
        Self::show(at, &outputs.id, want.fingerprint.known()).await
    }

    async fn delete(at: &At<'_>, outputs: &Shown) -> Result<()> {
        at.cloud.delete(&outputs.id).await
    }
}

impl Restore for Index {
    const LIVE: &'static str = "fingerprint";
    const SETTING: &'static str = "fingerprint";

    async fn restore(at: &At<'_>, outputs: &Shown, fingerprint: &str) -> Result<Shown> {
        Self::show(at, &outputs.id, fingerprint).await
    }

    async fn still_has(at: &At<'_>, outputs: &Shown, fingerprint: &str) -> Result<bool> {
        let thing = at.cloud.get(&outputs.id).await?;
        Ok(thing.is_some_and(|thing| thing.settings["pruned"] != fingerprint))
    }

    async fn prune(_: &At<'_>, _: &Shown, _: &BTreeSet<String>) -> Result<()> {
        Ok(())
    }
}

impl Beneath for Index {
    const PARENT: Kind = JAR;
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &IndexSpec) -> &str {
        live.jar.known()
    }
}
