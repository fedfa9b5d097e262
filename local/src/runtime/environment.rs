//! The environment of a function's process: Lambda's variables and the function's own, none of the emulator's.

use std::{collections::BTreeMap, env, ffi::OsString};

use super::{Order, Place, interpreter::Interpreter};

/// Fake credentials in the format that SDKs expect.
const ACCESS_KEY_ID: &str = "ASIALOCALLOCALLOCAL0";

/// The variables of one process.
pub(super) fn variables(
    order: &Order,
    interpreter: &Interpreter,
    place: &Place,
    addresses: (&str, Option<&str>),
    log_stream: &str,
) -> BTreeMap<String, OsString> {
    let (runtime_api, emulator) = addresses;
    let settings = &order.version.settings;
    let mut variables: BTreeMap<String, OsString> = BTreeMap::new();
    let mut set = |key: &str, value: &str| variables.insert(key.into(), value.into());
    set("LANG", "en_US.UTF-8");
    set("TZ", ":UTC");
    for (key, value) in &settings.environment {
        set(key, value);
    }
    set("_HANDLER", &settings.handler);
    set("AWS_REGION", order.region());
    set("AWS_DEFAULT_REGION", order.region());
    set("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID);
    set("AWS_SECRET_ACCESS_KEY", "local");
    set("AWS_SESSION_TOKEN", "local");
    set("AWS_LAMBDA_FUNCTION_NAME", &order.function_name);
    set("AWS_LAMBDA_FUNCTION_VERSION", &order.version.label);
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &settings.memory_size.to_string());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set("AWS_LAMBDA_LOG_GROUP_NAME", &order.version.log_group(&order.function_name));
    set("AWS_LAMBDA_LOG_STREAM_NAME", log_stream);
    set("AWS_LAMBDA_RUNTIME_API", runtime_api);
    if *interpreter != Interpreter::Bootstrap {
        set("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{}", settings.runtime));
    }
    // An SDK in the function must reach only this emulator, unless the function's own variables set an endpoint.
    if let Some(emulator) = emulator {
        variables.entry("AWS_ENDPOINT_URL".into()).or_insert_with(|| emulator.into());
    }
    variables.insert("LAMBDA_TASK_ROOT".into(), place.task_root.clone().into());
    variables.insert("LAMBDA_RUNTIME_DIR".into(), place.bootstraps.clone().into());
    // The home folder is an empty one, so that files such as `~/.aws` are not used by accident.
    for key in ["HOME", "TMPDIR"] {
        variables.entry(key.into()).or_insert_with(|| place.scratch.clone().into());
    }
    if let Some(path) = env::var_os("PATH") {
        variables.entry("PATH".into()).or_insert(path);
    }
    variables
}
