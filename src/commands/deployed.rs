//! A stack as it was last recorded, for the commands that use it and change nothing.

use super::{app::App, local, project, session};
use crate::{
    config::Config,
    error::Failure,
    stack::{self, Outputs},
    state::State,
};

/// A stack that is up, or was about to be.
pub(crate) struct Deployed {
    /// With the account in the place of `${account}`.
    pub(crate) config: Config,
    /// With the endpoint at which the local cloud answers now.
    pub(crate) state: State,
}

impl Deployed {
    /// Reads it from the state; asks nobody.
    ///
    /// # Errors
    /// When the configuration is wrong, or nothing is deployed.
    pub(crate) async fn read(app: &App) -> Result<Self, Failure> {
        let loaded = project::load(app)?;
        let recorded = session::recorded(app, &loaded).await?;
        let local = if app.common.local { " --local" } else { "" };
        let Some(mut state) = recorded else {
            return Err(Failure::failed("not deployed").hint(format!("`stackctl up{local}` deploys it")));
        };
        if app.common.local
            && let Some(url) = local::Home::beside(&loaded.path).url()
        {
            // It may have come back on another port since the state was saved.
            state.endpoint = Some(url);
        }
        Ok(Self { config: loaded.config.with_account(&state.account), state })
    }

    /// What people want to know of it.
    pub(crate) fn outputs(&self) -> Outputs {
        stack::outputs(&self.config, &self.state)
    }
}
