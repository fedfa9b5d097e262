//! Whose a thing is: the claim that ours carry, and what a look at a thing came to.

use serde::Serialize;
use serde_json::Value;

use super::key::{Key, Kind};
use crate::hint::Hint;

/// Whose a created thing is. It goes into tags, or, where AWS has none, a deterministic name stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The service name of the config.
    pub stack: String,
    pub stage: String,
    /// Which thing of the stack.
    pub key: Key,
    /// Made for one intent: it tells the result of that create from everything else. `None` for a thing that was
    /// recorded by a version that did not keep it: then any token will do.
    pub token: Option<String>,
}

/// The stack whose things are looked for by their claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The service name of the config.
    pub stack: String,
    pub stage: String,
    /// How the names begin that follow from the stack's. It narrows what is looked through; it claims nothing.
    pub prefix: String,
}

/// A thing as it is: what AWS calls it and how it is set.
#[derive(Debug, Clone, PartialEq)]
pub struct Live<O, S> {
    /// The ids, as they go into the state.
    pub outputs: O,
    /// The settings in the shape of the spec, every field filled in.
    pub spec: S,
}

/// What a look at a thing came to: at a recorded one, or for the result of an interrupted create.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<O, S> {
    /// There is no such thing.
    Nothing,
    Ours(Live<O, S>),
    /// Something with its name and another claim is there. It is never changed nor deleted.
    NotOurs(Unmanaged),
}

impl<O, S> Found<O, S> {
    /// The thing, when it is there and ours.
    pub fn ours(&self) -> Option<&Live<O, S>> {
        match self {
            Self::Ours(live) => Some(live),
            Self::Nothing | Self::NotOurs(_) => None,
        }
    }
}

/// A resource with another owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmanaged {
    /// What it is, as in ``role `x` ``.
    pub thing: String,
    /// Whose it seems, in words that can follow `it`: ``belongs to stack `a` stage `dev` ``.
    pub whose: String,
    /// How it could count as ours again if it was ours, a line each.
    pub hints: Vec<Hint>,
}

impl Unmanaged {
    /// What can be done about something that has our name.
    pub(super) const WAY_OUT: &str = "rename or remove it, or choose another `deployment.serviceName` or stage";

    /// Says that it is not what the state takes it for.
    pub(super) fn is_another(&self) -> String {
        format!("{} is not the one that was recorded: it {}", self.thing, self.whose)
    }

    /// Says that nothing is done to it.
    pub(super) fn left_alone(&self) -> String {
        format!("{} {}: it is left alone", self.thing, self.whose)
    }

    /// Says that it stands in the way of ours.
    pub(super) fn exists(&self) -> String {
        format!("{} exists already and {}", self.thing, self.whose)
    }
}

/// A thing beneath which another lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    pub kind: Kind,
    /// The output that tells it from others of its kind.
    pub output: &'static str,
    /// What that output says.
    pub id: String,
}

/// Things with the claims that they carry.
pub type Discovered<O, S> = Vec<(Claim, Live<O, S>)>;

/// A live thing as JSON.
pub type LiveJson = Live<Value, Value>;

/// What a read or a search came to, as JSON.
pub type FoundJson = Found<Value, Value>;
