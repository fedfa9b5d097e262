//! The flags that selected the stack of this run. Commands in hints repeat them to select the same stack.

use std::path::Path;

use crate::{
    cli::{DEFAULT_CONFIG, Options, accepted_by},
    hint::{CommandScope, Hint, SuggestedCommand, for_a_shell},
};

/// The flags that select the stack and the user pool.
#[derive(Debug, Clone, Default)]
pub(super) struct StackFlags {
    stage: Option<String>,
    local: bool,
    /// The other flags, with their values.
    others: Vec<(&'static str, String)>,
    pool: Option<String>,
}

impl StackFlags {
    /// The flags of the command line. `AWS_PROFILE` of the shell is not repeated, because it applies to every AWS tool.
    pub(super) fn new(options: &Options) -> Self {
        let Options { config, region, profile, local, .. } = options;
        let config = (config != Path::new(DEFAULT_CONFIG)).then(|| config.display().to_string());
        let profile = profile.clone().filter(|_| !local && !options.from_variables.contains("profile"));
        let others = [("config", config), ("region", region.clone()), ("profile", profile)];
        let others = others.into_iter().filter_map(|(flag, value)| Some((flag, value?))).collect();
        Self { stage: options.stage.clone(), local: *local, others, pool: options.user_pool_id.clone() }
    }

    /// Writes a command line.
    pub(super) fn command(&self, command: &SuggestedCommand) -> String {
        let stage = command.stage.as_ref().or(self.stage.as_ref()).map(|stage| ("stage", stage));
        let others = self.others.iter().map(|(flag, value)| (*flag, value));
        let accepted = accepted_by(&command.words);
        let common = stage.into_iter().chain(others).filter(|(flag, _)| accepted.contains(flag));
        let pool = self.pool.iter().filter(|_| command.scope == CommandScope::Pool).map(|id| ("user-pool-id", id));
        let flags = common.chain(pool).map(|(flag, value)| format!(" --{flag} {}", for_a_shell(value)));
        let local = if self.local && accepted.contains(&"local") { " --local" } else { "" };
        let flags: String = flags.collect();
        command.with_flags(&format!("{local}{flags}"))
    }

    /// Renders the commands of a hint.
    pub(super) fn hint(&self, hint: &Hint) -> Hint {
        hint.resolved(|command| self.command(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_hints_select_the_same_stack_and_pool() {
        let flags = StackFlags {
            stage: Some("prod".into()),
            local: true,
            others: vec![("config", "of mine/config.json".into())],
            pool: Some("us-west-2_Ab3".into()),
        };
        let written = |command: &SuggestedCommand| flags.command(command);
        let chosen = "--local --stage prod --config 'of mine/config.json'";
        assert_eq!(written(&SuggestedCommand::stack("up").yes()), format!("stackctl up {chosen} --yes"));
        assert_eq!(
            written(&SuggestedCommand::pool("user list")),
            format!("stackctl user list {chosen} --user-pool-id us-west-2_Ab3")
        );
        assert_eq!(
            written(&SuggestedCommand::stack("validate").in_stage("dev")),
            "stackctl validate --stage dev --config 'of mine/config.json'"
        );
        let hint = Hint::from("run ").run(SuggestedCommand::stack("plan")).text(", then see");
        assert_eq!(StackFlags::default().hint(&hint).to_string(), "run `stackctl plan`, then see");
    }
}
