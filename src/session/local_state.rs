//! A local state on a CI machine, with which it would be lost.

use super::Run;
use crate::{
    config::Identity,
    failure::{ErrorCode, Failure},
};

/// The commands whose result depends on the state of an earlier run, or that write it.
const COMMANDS: [&str; 6] = ["plan", "up", "watch", "down", "rollback", "recover"];

/// Checks that the state of a stack on AWS is not kept in a folder of a CI machine.
///
/// # Errors
/// When it is, and `--allow-local-state` is not set.
pub(super) fn refuse_on_ci(run: &Run, identity: &Identity) -> Result<(), Failure> {
    let options = &run.options;
    let is_lost = options.ci && !options.local && identity.state.s3.is_none() && COMMANDS.contains(&options.command);
    if !is_lost || options.allow_local_state || is_on_this_machine(options.environment.get("AWS_ENDPOINT_URL")) {
        return Ok(());
    }
    let Identity { path, service_name, state, .. } = identity;
    let (config, folder) = (path.display(), path.with_file_name(&state.path));
    let account = identity.account_id.as_deref().unwrap_or("ACCOUNT");
    let bucket = format!("{service_name}-states-{account}");
    Err(Failure::usage(format!(
        "{config}: the state is in the folder {}, which is lost with this CI machine",
        folder.display()
    ))
    .code(ErrorCode::LocalStateOnCi)
    .detail("the next run would not know the stack. Nothing was changed.")
    .hint(format!("keep the state in a bucket; in {config}: \"state\": {{ \"s3\": {{ \"bucket\": \"{bucket}\" }} }}"))
    .hint("`--allow-local-state` allows it, when the folder outlives this run"))
}

/// Whether an endpoint is on this machine, as an emulator of AWS is.
fn is_on_this_machine(endpoint: Option<&String>) -> bool {
    let host = endpoint.and_then(|url| url.split("://").nth(1)).unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_on_this_machine_is_recognized_by_its_host() {
        for (url, here) in [
            ("http://127.0.0.1:4566", true),
            ("http://localhost/x", true),
            ("http://[::1]:80", true),
            ("http://[::1]", true),
            ("http://aws.localhost:1", true),
            ("https://localhost.example.com", false),
            ("https://example.com:443/127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_on_this_machine(Some(&url.to_owned())), here, "{url}");
        }
    }
}
