//! `stackctl watch`: deploys whenever a file is saved, until interrupted.

mod code;
mod cycle;
mod keyboard;

use std::path::PathBuf;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    cli::{NewArgs, UpArgs},
    config::Loaded,
    engine::Plan,
    exit::Exit,
    failure::Failure,
    hint::SuggestedCommand,
    report::{Cycle, CycleEnd, Look, PlanTable, Watching},
    session::{
        OnInterrupt, Run, confirm, deploy::bring_up, emulator::warm_up, package_remarks::Remarks, project, terminal,
    },
    stack,
    watch::{Files, Saved, Saves, WatchError},
};

use cycle::{Ended, Stack};
use keyboard::Keyboard;

/// A run of `watch`, until interrupted.
struct Watch<'a> {
    run: &'a Run,
    saves: Saves,
    stack: Stack<'a>,
    keyboard: Keyboard,
    /// Whether the last cycle left a change that is not deployed.
    troubled: bool,
}

/// The result of a cycle, before it is printed.
enum Reached {
    End(CycleEnd),
    /// Another file was saved during the prompt, so the prompt is out of date.
    Withdrawn(Saved),
}

pub(crate) async fn run(run: &Run, new: NewArgs) -> Result<Exit, Failure> {
    let mut watch = begin(run, new).await?;
    let mut next = None;
    while !run.cancel.interrupt.requested() {
        let saved = match next {
            Some(saved) => saved,
            None => watch.saves.next().await,
        };
        next = watch.cycle(saved).await?;
    }
    Ok(Exit::Done)
}

/// Deploys the stack as `up` does. An error ends the run.
async fn begin(run: &Run, new: NewArgs) -> Result<Watch<'_>, Failure> {
    let mut saves = Saves::new().map_err(|error| unwatched(&error))?;
    // Files are watched before they are read, because they may be saved in between.
    saves.attend(Files::new(&run.options.config, [])).map_err(|error| unwatched(&error))?;
    let loaded = project::load(run)?;
    project::warn_of_others(run, &loaded);
    saves.attend(files(&loaded)).map_err(|error| unwatched(&error))?;
    let packages = {
        let _progress = run.report.progress("packaging the functions");
        project::package(&loaded)?
    };
    let remarks = Remarks::of(run, &loaded.config, &packages);
    remarks.tell(run, &Remarks::default())?;
    let (session, state) = bring_up(run, &loaded, &packages, UpArgs { new, ..UpArgs::default() }, None).await?;
    run.cancel.on_interrupt(OnInterrupt::End);
    let outputs = stack::outputs(&session.config, &state);
    let outputs = if session.is_local() { outputs.with_hosts() } else { outputs };
    let folders = loaded.config.functions.values().map(|function| function.source.clone());
    run.report.tell(&Watching {
        config: &loaded.identity.path,
        folders: folders.collect(),
        invoke_url: outputs.invoke_url.as_deref(),
    });
    let stack = Stack::new(run, loaded, session, (&packages, &state), remarks);
    Ok(Watch { run, saves, stack, keyboard: Keyboard::default(), troubled: false })
}

impl Watch<'_> {
    /// Runs one cycle and prints its result. Returns the next save when that has already happened.
    ///
    /// # Errors
    /// When it was interrupted with changes left to make.
    async fn cycle(&mut self, saved: Saved) -> Result<Option<Saved>, Failure> {
        let mut since = saved.at;
        let end = match self.deploy(&mut since).await {
            Ok(Reached::Withdrawn(next)) => return Ok(Some(next.after(saved))),
            Ok(Reached::End(end)) => end,
            Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
            Err(failure) => {
                self.run.report.fail(&failure);
                CycleEnd::Failed
            }
        };
        let worth_telling = end != CycleEnd::Same || self.troubled;
        self.troubled = matches!(end, CycleEnd::Failed | CycleEnd::Left { .. });
        if worth_telling {
            let cycle = Cycle { at: Timestamp::now(), files: self.named(&saved), end, took: since.elapsed() };
            self.run.report.data(&cycle);
            return Ok(self.start(cycle.end).await);
        }
        Ok(None)
    }

    /// Checks, plans and deploys. `since` is set again after a prompt, so that the time of the prompt does not count.
    async fn deploy(&mut self, since: &mut Instant) -> Result<Reached, Failure> {
        // A deleted folder may exist again.
        self.attend()?;
        self.stack.load()?;
        self.attend()?;
        let mut agreed: Option<Box<Plan>> = None;
        loop {
            let plan = match Box::pin(self.stack.deploy(agreed.as_deref())).await? {
                Ended::Same => return Ok(Reached::End(CycleEnd::Same)),
                Ended::Unchanged => return Ok(Reached::End(CycleEnd::Unchanged)),
                Ended::Deployed(deployed) => return Ok(Reached::End(CycleEnd::Deployed(deployed))),
                Ended::Open(plan) => plan,
            };
            let (table, target) = (PlanTable::new(&plan, &self.stack.session.catalog), self.stack.session.target());
            confirm::show_target(self.run, &target);
            self.run.report.plan(table, true);
            if self.run.report.look() == Look::Json || !terminal::is_there(self.run) {
                let way_out = Some(self.run.report.command(&SuggestedCommand::stack("up")));
                return Ok(Reached::End(CycleEnd::Left { way_out }));
            }
            if self.run.cancel.interrupt.requested() {
                return Ok(Reached::End(CycleEnd::Left { way_out: None }));
            }
            let question = format!("Deploy the changes of {}, to {}?", target.subject(), target.location.described());
            tokio::select! {
                biased;
                next = self.saves.next() => return Ok(Reached::Withdrawn(next)),
                answer = self.keyboard.confirm(self.run, &question) => {
                    if !answer.map_err(|error| Failure::io("the input cannot be read", &error))? {
                        return Ok(Reached::End(CycleEnd::Left { way_out: None }));
                    }
                }
            }
            *since = Instant::now();
            agreed = Some(plan);
        }
    }

    /// Starts the deployed functions on the local emulator, so that errors show before the first request. The next save
    /// or an interrupt ends the wait.
    async fn start(&mut self, end: CycleEnd) -> Option<Saved> {
        let CycleEnd::Deployed(deployed) = end else { return None };
        if self.run.cancel.interrupt.requested() {
            return None;
        }
        tokio::select! {
            biased;
            next = self.saves.next() => Some(next),
            failures = warm_up::failures(&self.stack.session, deployed.functions.iter().map(String::as_str)) => {
                for fault in failures {
                    self.run.report.fail(&fault.into());
                }
                None
            }
        }
    }

    fn attend(&mut self) -> Result<(), Failure> {
        self.saves.attend(files(self.stack.loaded())).map_err(|error| unwatched(&error))
    }

    /// The saved files relative to the project. Leaves out temporary files of an editor.
    fn named(&self, saved: &Saved) -> Vec<String> {
        let folder = &self.stack.loaded().directory;
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let name = |file: &PathBuf| file.strip_prefix(&folder).unwrap_or(file).display().to_string();
        let (there, gone): (Vec<&PathBuf>, Vec<&PathBuf>) = saved.files.iter().partition(|file| file.exists());
        let named = if there.is_empty() { gone } else { there };
        named.into_iter().map(name).collect()
    }
}

fn files(loaded: &Loaded) -> Files {
    let folders = loaded.config.functions.values().map(|function| loaded.directory.join(&function.source));
    Files::new(&loaded.identity.path, folders)
}

fn unwatched(error: &WatchError) -> Failure {
    Failure::failed(error).with_hints(error.hint)
}
