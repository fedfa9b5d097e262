//! Completion in the shell: the script of `stackctl completions` calls the program with `COMPLETE` set and the words so far.
//! Values come from the config and the state on this machine; only a local emulator that runs is asked over the network.

use std::{collections::BTreeSet, env, ffi::OsString, process::ExitCode, sync::Arc};

use clap::{Command, builder::StyledStr};
use clap_complete::{
    ArgValueCandidates, CompletionCandidate,
    env::{CompleteEnv, Shells},
};
use tokio::runtime::Builder;

use crate::{
    aws::Clients,
    cli,
    config::{Declared, Outline},
    engine::State,
    exit::Exit,
    report::values,
    session::{
        Run, connection,
        emulator::{Home, background},
        project,
    },
    stack,
    state::Backend as _,
};

/// The variable with the name of the shell that requests a completion.
const VARIABLE: &str = "COMPLETE";

/// Answers a shell that requests a completion. `None` when none does.
pub(super) fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let words: Vec<OsString> = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    let source = Source(Arc::new(words));
    let folder = env::current_dir().ok();
    let completed = CompleteEnv::with_factory(|| cli::completion(|command| source.offer(command)))
        .var(VARIABLE)
        .try_complete(arguments.iter().cloned(), folder.as_deref());
    match completed {
        Ok(false) => None,
        Ok(true) => Some(Exit::Done.into()),
        Err(_) => Some(Exit::Usage.into()),
    }
}

/// The script that makes a shell request completions.
pub(super) fn script(shell: &str) -> Vec<u8> {
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        // Writing to memory does not fail.
        let _ = shell.write_registration(VARIABLE, "stackctl", "stackctl", "stackctl", &mut script);
    }
    script
}

/// The words of the command line so far, and what can follow them.
#[derive(Clone)]
struct Source(Arc<Vec<OsString>>);

/// A value with what it means.
type Value = (String, Option<String>);

impl Source {
    /// Adds the possible values to the arguments.
    fn offer(&self, command: Command) -> Command {
        command
            .mut_arg("stage", |arg| arg.add(self.values(Self::stages)))
            .mut_subcommand("call", |call| {
                call.mut_arg("method", |arg| arg.add(self.values(Self::methods)))
                    .mut_arg("path", |arg| arg.add(self.values(Self::paths)))
            })
            .mut_subcommand("invoke", |invoke| invoke.mut_arg("function", |arg| arg.add(self.values(Self::functions))))
            .mut_subcommand("logs", |logs| logs.mut_arg("functions", |arg| arg.add(self.values(Self::functions))))
            .mut_subcommand("outputs", |outputs| outputs.mut_arg("key", |arg| arg.add(self.values(Self::outputs))))
            .mut_subcommand("rollback", |rollback| {
                rollback.mut_arg("release", |arg| arg.add(self.values(Self::releases)))
            })
            .mut_subcommand("user", |user| user.mut_subcommand("group", |group| self.offer_groups(group)))
    }

    fn offer_groups(&self, group: Command) -> Command {
        ["add", "remove"].into_iter().fold(group, |group, name| {
            group.mut_subcommand(name, |verb| verb.mut_arg("group", |arg| arg.add(self.values(Self::groups))))
        })
    }

    fn values(&self, find: fn(&Self) -> Option<Vec<Value>>) -> ArgValueCandidates {
        let source = self.clone();
        ArgValueCandidates::new(move || {
            let candidate =
                |(value, meaning): Value| CompletionCandidate::new(value).help(meaning.map(StyledStr::from));
            find(&source).unwrap_or_default().into_iter().map(candidate).collect()
        })
    }

    fn run(&self) -> Option<Run> {
        cli::options_of(&self.0).map(Run::new)
    }

    fn outline(&self) -> Option<(Run, Outline)> {
        let run = self.run()?;
        let outline = project::outline(&run).ok()?;
        Some((run, outline))
    }

    fn stages(&self) -> Option<Vec<Value>> {
        let run = self.run()?;
        let declared = Declared::read(&run.options.config);
        let mut names: BTreeSet<String> = declared.names().into_iter().map(str::to_owned).collect();
        if let Ok(identity) = project::identify(&run) {
            let folder = identity.path.with_file_name(&identity.state.path);
            let mut stores = vec![connection::on_local(&identity)];
            stores.extend(folder.is_dir().then(|| connection::in_folder(&identity, &folder)));
            for store in stores {
                let own = wait(store.load()).and_then(Result::ok).flatten();
                let others = wait(store.alike([&identity.service_name, &identity.stage])).and_then(Result::ok);
                let states = own.into_iter().chain(others.into_iter().flatten());
                names.extend(states.filter(|state| state.stack == identity.service_name).map(|state| state.stage));
            }
        }
        Some(names.into_iter().map(|name| (name, None)).collect())
    }

    fn methods(&self) -> Option<Vec<Value>> {
        let (_, outline) = self.outline()?;
        let methods: BTreeSet<String> = outline.config.routes.keys().map(|key| key.method.to_string()).collect();
        Some(methods.into_iter().filter(|method| method != "ANY").map(|method| (method, None)).collect())
    }

    fn paths(&self) -> Option<Vec<Value>> {
        let (_, outline) = self.outline()?;
        let given = |method: &str| self.0.iter().any(|word| word.eq_ignore_ascii_case(method));
        let routes = outline.config.routes.iter();
        let routes = routes.filter(|(key, _)| key.method.to_string() == "ANY" || given(&key.method.to_string()));
        Some(routes.map(|(key, route)| (key.path.clone(), Some(route.function.clone()))).collect())
    }

    fn functions(&self) -> Option<Vec<Value>> {
        let (_, outline) = self.outline()?;
        Some(outline.config.functions.into_iter().map(|(name, function)| (name, Some(function.runtime))).collect())
    }

    fn outputs(&self) -> Option<Vec<Value>> {
        let (run, outline) = self.outline()?;
        let state = state(&run)?;
        let outputs = stack::outputs(&outline.config.with_account(&state.account), &state);
        let single = values(&outputs).into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
        let routes = outputs.routes.iter().map(|row| (row.route.clone(), Some(row.url.clone())));
        Some(single.chain(routes).collect())
    }

    fn releases(&self) -> Option<Vec<Value>> {
        let state = state(&self.run()?)?;
        let releases = state.releases.iter().rev();
        Some(releases.map(|release| (release.number.to_string(), Some(release.at.to_string()))).collect())
    }

    /// The groups of a pool on a local emulator that runs.
    fn groups(&self) -> Option<Vec<Value>> {
        let run = self.run().filter(|run| run.options.local)?;
        let state = state(&run)?;
        let pool = state.resources.iter().find(|(key, _)| key.kind.to_string() == "user_pool")?.1;
        let pool = pool.outputs.get("id")?.as_str()?.to_owned();
        wait(async {
            background::running(&Home::beside(&run.options.config)).await?;
            let identity = project::identify(&run).ok()?;
            let clients = Clients::over(connection::open(&run, &identity).await.ok()?);
            let groups = clients.cognito.list_groups().user_pool_id(pool).send().await.ok()?;
            let groups = groups.groups().iter();
            Some(groups.filter_map(|group| Some((group.group_name()?.to_owned(), None))).collect())
        })?
    }
}

/// The state of the chosen stack, when it is on this machine.
fn state(run: &Run) -> Option<State> {
    let identity = project::identify(run).ok()?;
    let store = match (run.options.local, &identity.state.s3) {
        (true, _) => connection::on_local(&identity),
        (false, None) => connection::in_folder(&identity, &identity.path.with_file_name(&identity.state.path)),
        (false, Some(_)) => return None,
    };
    wait(store.load())?.ok()?
}

/// Waits for a short request to this machine.
fn wait<F: Future>(future: F) -> Option<F::Output> {
    Some(Builder::new_current_thread().enable_all().build().ok()?.block_on(future))
}
