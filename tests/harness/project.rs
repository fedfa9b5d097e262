//! A config with the code of its functions, as the commands load it.

use std::{collections::BTreeMap, fs, sync::Arc};

use bytes::Bytes;
use serde_json::{Value, json};
use stackctl::{
    aws::Clients,
    config::{Config, Selection, load},
    engine::{Desired, Scope},
    package::package,
    stack::{FunctionPackages, NameScope, build, scope, sought},
};

/// The default code in `lambdas/app`.
pub(crate) const CODE: &str = "def handler(event, context):\n    return {}\n";

/// A validated config and the packages of its functions.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// The paths of the files in the project folder, and their contents.
    pub(crate) files: [(&'static str, String); 3],
    config: Config,
    packages: FunctionPackages,
}

impl Project {
    /// Loads a config whose functions are all in `lambdas/app` or `lambdas/other`.
    pub(crate) fn new(config: &Value) -> Self {
        Self::with_code(config, CODE)
    }

    /// The same with different code in `lambdas/app`.
    pub(crate) fn with_code(config: &Value, code: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = files(config, code);
        for (name, text) in &files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let file = folder.path().join("config.json");
        let selection = Selection {
            stage: None,
            region: None,
            service_name: None,
            environment: BTreeMap::new(),
            today: jiff::civil::date(2026, 11, 23),
        };
        let config = load(&file, &selection).unwrap_or_else(|problems| panic!("{problems}")).config;
        let made = config
            .functions
            .iter()
            .map(|(name, function)| (name.clone(), Arc::new(package(&folder.path().join(&function.source)).unwrap())));
        Self { packages: made.collect(), config, files }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The desired resources of this project.
    pub(crate) fn desired(&self, cloud: &Clients) -> Desired {
        build(&self.config.with_account(&cloud.account), &self.packages, &identity(cloud))
    }

    /// All resources that this project may have, for recovery.
    pub(crate) fn sought(&self, cloud: &Clients) -> Desired {
        sought(&self.config.with_account(&cloud.account), &self.packages, &identity(cloud))
    }

    /// The scope by which the resources of this stack are recognized.
    pub(crate) fn scope(&self) -> Scope {
        let deployment = &self.config.deployment;
        scope(&deployment.service_name, &deployment.stage)
    }

    /// The packages that an `up` may have to upload.
    pub(crate) fn zips(&self) -> BTreeMap<String, Bytes> {
        let zips = self.packages.values();
        zips.map(|package| (package.source_hash.clone(), Bytes::from(package.bytes.clone()))).collect()
    }
}

fn identity(cloud: &Clients) -> NameScope {
    let (account, region) = (cloud.account.clone(), cloud.region.clone());
    NameScope { account, region, partition: cloud.partition.to_owned(), endpoint: cloud.endpoint.clone() }
}

/// The files of a project with this code in `lambdas/app`.
fn files(config: &Value, code: &str) -> [(&'static str, String); 3] {
    let other = "def handler(event, context):\n    return 1\n\nsecond = handler\n";
    [
        ("config.json", config.to_string()),
        ("lambdas/app/app.py", code.to_owned()),
        ("lambdas/other/app.py", other.to_owned()),
    ]
}

/// Two functions, a public route and a protected route, as in the example of the repository.
pub(crate) fn example() -> Value {
    json!({
        "deployment": { "serviceName": "shop", "region": "us-west-2", "stage": "dev" },
        "functions": {
            "open": { "source": "lambdas/app", "handler": "app.handler", "runtime": "python3.13" },
            "closed": { "source": "lambdas/other", "handler": "app.handler", "runtime": "python3.13" },
        },
        "routes": {
            "GET /open": { "function": "open", "auth": "none" },
            "GET /closed": { "function": "closed" },
        },
    })
}

/// Merges `patch` into `config`; `null` removes a member.
pub(crate) fn patched(config: &Value, patch: &Value) -> Value {
    let (Value::Object(config), Value::Object(patch)) = (config, patch) else { return patch.clone() };
    let mut whole = config.clone();
    for (name, value) in patch {
        if value.is_null() {
            whole.remove(name);
        } else {
            let laid = patched(whole.get(name).unwrap_or(&Value::Null), value);
            whole.insert(name.clone(), laid);
        }
    }
    Value::Object(whole)
}
