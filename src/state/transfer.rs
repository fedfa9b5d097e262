//! Moves a state from one place to another, in three saves.
//!
//! First the new place announces the state, whole; then the old one notes where it went; then the state is in use at the new
//! one. Whatever comes between, it is in use at one place at most, whole at one at least, and no place that is part of it
//! looks as if it had none. Each save is decided on by what is at both, so there is no way to go on after an interruption
//! but the way that every transfer goes.

use super::{
    backend::Backend,
    error::{StateError, migrate_from},
    transit::{Arriving, Document, Moved},
};
use crate::{
    engine::State,
    hint::{Hint, SuggestedCommand},
};

/// What a transfer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transferred {
    /// How many saves it took; none when the state had been moved before.
    pub saves: u64,
}

/// Why a state is not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error("{from}: no state to move to {to}")]
    Nothing { from: String, to: String },
    #[error("{to}: a different state exists, unrelated to the one at {from}")]
    OtherLineage { from: String, to: String },
    #[error("{to}: the state there was saved {}, the one at {from} {}", times(*there), times(*here))]
    Ahead {
        from: String,
        to: String,
        /// How often the old one was saved.
        here: u64,
        /// How often the new one was saved.
        there: u64,
    },
    #[error("{to}: another state than the one at {from} is on its way there")]
    Announced {
        from: String,
        to: String,
        /// Where the other one comes from, as `state migrate --from` takes it; none when that is the old place.
        origin: Option<String>,
    },
    #[error("{to}: a move from {from} was interrupted, and there is no state at {from} any more")]
    Abandoned { from: String, to: String },
    #[error("{to}: the state that was moved here from {from} is missing")]
    Vanished { from: String, to: String },
    #[error("{to}: this is not the state that was moved there from {from}")]
    Exchanged { from: String, to: String },
}

impl TransferError {
    /// What to do.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::State(error) => error.hints(),
            Self::Nothing { .. } => vec!["`--from` names the place where the state is now".into()],
            Self::OtherLineage { to, .. } => {
                let away = format!("if the stack does not need it, move the one at {to} away; ");
                vec![Hint::from(away).run(SuggestedCommand::stack("state show")).text(" shows it")]
            }
            Self::Ahead { from, to, .. } => vec![
                format!("the one at {to} is what the configuration uses: if it is right, move the one at {from} away")
                    .into(),
                SuggestedCommand::stack("state show")
                    .then(" and ")
                    .run(SuggestedCommand::stack("plan"))
                    .text(" to see which of them is right"),
            ],
            Self::Announced { from, to, origin } => {
                let first = |origin: &String| migrate_from(origin).then(" continues with that one");
                let rather =
                    format!("if the one at {from} is right, move the one at {to} away: it has not been used yet");
                origin.iter().map(first).chain([rather.into()]).collect()
            }
            Self::Abandoned { from, to } => vec![
                format!("if it was moved elsewhere, move it back to {from}").into(),
                Hint::from(format!("if it was lost, move what is at {to} away, then "))
                    .run(SuggestedCommand::stack("recover"))
                    .text(" rebuilds it"),
            ],
            Self::Vanished { from, .. } => {
                vec![kept_beside(from).into(), SuggestedCommand::stack("recover").then(" rebuilds it from AWS")]
            }
            Self::Exchanged { from, to } => vec![
                Hint::from(format!("if what is at {to} is right, there is nothing to move; "))
                    .run(SuggestedCommand::stack("state pull"))
                    .text(" prints it"),
                Hint::from("if it is not, move it away, then ")
                    .run(SuggestedCommand::stack("recover"))
                    .text(" rebuilds the state from AWS"),
                kept_beside(from).into(),
            ],
        }
    }

    /// Why nothing is moved from a place that has nothing.
    fn nothing(from: &dyn Backend, (to, there): At<'_>) -> Self {
        let announced =
            matches!(&there, Some(Document::Arriving(Arriving { from: origin, .. })) if *origin == from.address());
        let (from, to) = (from.place(), to.place());
        if announced { Self::Abandoned { from, to } } else { Self::Nothing { from, to } }
    }
}

fn times(count: u64) -> String {
    if count == 1 { "1 time".to_owned() } else { format!("{count} times") }
}

fn kept_beside(from: &str) -> String {
    format!("the last version is kept beside {from}, as `….previous.json` or by a bucket that keeps versions")
}

/// Moves the state of a stack and stage from a place to another. The caller has the locks of both.
///
/// # Errors
/// When there is none, or `to` has one that is not an earlier version of it. Nothing is changed then.
pub async fn transfer(from: &dyn Backend, to: &dyn Backend, of: (&str, &str)) -> Result<Transferred, TransferError> {
    let mut saves = 0;
    loop {
        let next = Next::of((from, from.document().await?), (to, to.document().await?), of)?;
        match next {
            Next::Announce(arriving) => to.replace(&Document::Arriving(arriving)).await?,
            Next::Leave(moved) => from.replace(&Document::Moved(moved)).await?,
            Next::Arrive(state) => to.replace(&Document::State(state)).await?,
            Next::Done => return Ok(Transferred { saves }),
        }
        saves += 1;
    }
}

/// Why there is nothing to move from a place that has nothing. Looks only, so it needs no lock.
///
/// # Errors
/// When the new place cannot be read.
pub async fn nothing_to_move(from: &dyn Backend, to: &dyn Backend) -> Result<TransferError, StateError> {
    Ok(TransferError::nothing(from, (to, to.document().await?)))
}

/// The next save of a transfer.
#[derive(Debug)]
enum Next {
    Announce(Arriving),
    Leave(Moved),
    Arrive(State),
    Done,
}

type At<'a> = (&'a dyn Backend, Option<Document>);

impl Next {
    fn of((from, here): At<'_>, (to, there): At<'_>, of: (&str, &str)) -> Result<Self, TransferError> {
        match here {
            None => Err(TransferError::nothing(from, (to, there))),
            Some(Document::Moved(moved)) => Self::after(moved, from, (to, there)),
            Some(here) => {
                let state = here.in_use(&from.place())?;
                state.check_name(of.0, of.1).map_err(StateError::from)?;
                Self::before(state, from, (to, there))
            }
        }
    }

    /// The next one while the state is in use at the old place.
    fn before(state: State, from: &dyn Backend, (to, there): At<'_>) -> Result<Self, TransferError> {
        let moved = Moved { to: to.address(), lineage: state.lineage.clone(), serial: state.serial };
        let announced = Arriving { from: from.address(), state };
        match there {
            Some(Document::Arriving(arriving)) if arriving == announced => return Ok(Self::Leave(moved)),
            // It was copied there by hand.
            Some(Document::State(there)) if there == announced.state => return Ok(Self::Leave(moved)),
            _ => {}
        }
        let (ahead, address) = (matches!(there, Some(Document::State(_))), from.address());
        let (from, to, here) = (from.place(), to.place(), announced.state.serial);
        let (lineage, serial) = match there {
            None => return Ok(Self::Announce(announced)),
            Some(Document::State(State { lineage, serial, .. }) | Document::Moved(Moved { lineage, serial, .. })) => {
                (lineage, serial)
            }
            Some(Document::Arriving(Arriving { state, .. }))
                if state.lineage == announced.state.lineage && state.serial <= here =>
            {
                return Ok(Self::Announce(announced));
            }
            Some(Document::Arriving(Arriving { from: origin, .. })) => {
                let origin = Some(origin).filter(|origin| *origin != address);
                return Err(TransferError::Announced { from, to, origin });
            }
        };
        if lineage != announced.state.lineage {
            Err(TransferError::OtherLineage { from, to })
        } else if serial > here || (ahead && serial == here) {
            Err(TransferError::Ahead { from, to, here, there: serial })
        } else {
            Ok(Self::Announce(announced))
        }
    }

    /// The next one when the old place has noted where the state went.
    fn after(moved: Moved, from: &dyn Backend, (to, there): At<'_>) -> Result<Self, TransferError> {
        match there {
            Some(Document::Arriving(Arriving { state, .. }))
                if state.lineage == moved.lineage && state.serial == moved.serial =>
            {
                Ok(Self::Arrive(state))
            }
            Some(Document::State(state)) if state.lineage == moved.lineage && state.serial >= moved.serial => {
                Ok(Self::Done)
            }
            None if moved.to == to.address() => Err(TransferError::Vanished { from: from.place(), to: to.place() }),
            // It went on from there.
            Some(Document::Moved(on)) if moved.to == to.address() => {
                Err(StateError::Moved { path: to.place(), to: on.to }.into())
            }
            Some(_) if moved.to == to.address() => Err(TransferError::Exchanged { from: from.place(), to: to.place() }),
            _ => Err(StateError::Moved { path: from.place(), to: moved.to }.into()),
        }
    }
}
