//! The environment of a function's process: Lambda's variables and the function's own, none of the emulator's.

use std::{collections::BTreeMap, env, ffi::OsString, path::PathBuf};

use super::{Order, Place, credentials::Credentials, interpreter::Interpreter, sandbox};

/// What differs between two environments of one function.
#[derive(Debug)]
pub(super) struct Particulars<'a> {
    /// The address of the Runtime API, with its secret.
    pub(super) runtime_api: &'a str,
    /// The URL of the emulator.
    pub(super) endpoint: Option<&'a str>,
    pub(super) log_stream: &'a str,
    pub(super) credentials: &'a Credentials,
    pub(super) sandboxed: bool,
}

/// The variables of one process.
pub(super) fn variables(
    order: &Order,
    interpreter: &Interpreter,
    place: &Place,
    particulars: &Particulars<'_>,
) -> BTreeMap<String, OsString> {
    let settings = &order.version.settings;
    let mut variables: BTreeMap<String, OsString> = BTreeMap::new();
    let mut set = |key: &str, value: &str| variables.insert(key.into(), value.into());
    set("LANG", "en_US.UTF-8");
    set("TZ", ":UTC");
    set("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    // Nothing listens there. The X-Ray SDK sends datagrams, which are lost.
    set("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000");
    set("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1");
    set("_AWS_XRAY_DAEMON_PORT", "2000");
    for (key, value) in paths(interpreter, &settings.runtime, place, particulars.sandboxed) {
        set(&key, &value);
    }
    for (key, value) in &settings.environment {
        set(key, value);
    }
    set("_HANDLER", &settings.handler);
    set("AWS_REGION", order.region());
    set("AWS_DEFAULT_REGION", order.region());
    set("AWS_ACCESS_KEY_ID", &particulars.credentials.access_key_id);
    set("AWS_SECRET_ACCESS_KEY", &particulars.credentials.secret_access_key);
    set("AWS_SESSION_TOKEN", &particulars.credentials.session_token);
    set("AWS_LAMBDA_FUNCTION_NAME", &order.function_name);
    set("AWS_LAMBDA_FUNCTION_VERSION", &order.version.label);
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &settings.memory_size.to_string());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set("AWS_LAMBDA_LOG_GROUP_NAME", &order.version.log_group(&order.function_name));
    set("AWS_LAMBDA_LOG_STREAM_NAME", particulars.log_stream);
    set("AWS_LAMBDA_RUNTIME_API", particulars.runtime_api);
    if *interpreter != Interpreter::Bootstrap {
        set("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{}", settings.runtime));
    }
    // An SDK in the function must reach only this emulator, unless the function's own variables set an endpoint.
    if let Some(endpoint) = particulars.endpoint {
        variables.entry("AWS_ENDPOINT_URL".into()).or_insert_with(|| endpoint.into());
    }
    let (task_root, runtime) = place.seen(particulars.sandboxed);
    variables.insert("LAMBDA_TASK_ROOT".into(), task_root.into());
    variables.insert("LAMBDA_RUNTIME_DIR".into(), runtime.into());
    // Without a sandbox, the home folder is an empty one, so that files such as `~/.aws` are not used by accident.
    if !particulars.sandboxed {
        for key in ["HOME", "TMPDIR"] {
            variables.entry(key.into()).or_insert_with(|| place.scratch.clone().into());
        }
    }
    variables
}

/// The variables that name folders, with Lambda's values as far as the folders are Lambda's.
fn paths(interpreter: &Interpreter, of: &str, place: &Place, sandboxed: bool) -> Vec<(String, String)> {
    let (task_root, runtime) = place.seen(sandboxed);
    let (task_root, runtime) = (task_root.display(), runtime.display());
    let libraries =
        format!("/var/lang/lib:/lib64:/usr/lib64:{runtime}:{runtime}/lib:{task_root}:{task_root}/lib:/opt/lib");
    let mut path = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned();
    if !sandboxed && let Ok(own) = env::var_os("PATH").unwrap_or_default().into_string() {
        path = own;
    }
    let mut paths = vec![("LD_LIBRARY_PATH".to_owned(), libraries), ("PATH".to_owned(), path)];
    match interpreter {
        Interpreter::Python(_) => paths.push(("PYTHONPATH".into(), runtime.to_string())),
        Interpreter::Node(program) => {
            let mut modules = format!(
                "/opt/nodejs/{}/node_modules:/opt/nodejs/node_modules:{runtime}/node_modules:{runtime}:{task_root}",
                of.trim_end_matches(".x").replace("nodejs", "node"),
            );
            if !sandboxed && let Some(global) = program.global_modules() {
                modules = format!("{modules}:{}", global.display());
            }
            paths.push(("NODE_PATH".into(), modules));
        }
        Interpreter::Bootstrap => {}
    }
    paths
}

impl Place {
    /// The folders of the code and of the runtime, as the function sees them.
    pub(super) fn seen(&self, sandboxed: bool) -> (PathBuf, PathBuf) {
        if sandboxed {
            (sandbox::TASK_ROOT.into(), sandbox::RUNTIME.into())
        } else {
            (self.task_root.clone(), self.runtime.clone())
        }
    }
}
