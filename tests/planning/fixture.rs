//! The three documents of a case, and the text of the plan from them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use serde_json::{Value, json};
use stackctl::{
    config::{Config, Selection, load},
    engine::{
        Consent, Desired, Found, Key, Live, Lookup, Observed, OutputRef, Plan, Refused, StackIdentity, State,
        Unmanaged, plan, substitute,
    },
    package::Package,
    plan_text,
    resources::catalog,
    stack::{NameScope, build},
};

use crate::harness::{project::patched, stack::steps};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-west-2";

/// One case: `config` as the user writes it (`null` for no config), `state` as it is recorded, and `live` by key as
/// `{outputs, spec}`, with `holdings` for the number of user records, or as `{unmanaged: {thing, whose}}`. A resource
/// that is recorded and not live was deleted; one that is pending and live is found.
pub(super) struct Fixture {
    config: Value,
    state: Value,
    live: Value,
    consent: Consent,
}

impl Fixture {
    /// A stack that was never deployed.
    pub(super) fn new() -> Self {
        let state = State { lineage: "fixture".into(), ..State::new(place()) };
        let state = serde_json::to_value(state).unwrap();
        Self { config: example(), state, live: json!({}), consent: Consent::default() }
    }

    /// A deployed stack without pending changes.
    pub(super) fn up() -> Self {
        Self::new().brought_up()
    }

    /// The same with these edits of the config from the beginning.
    pub(super) fn up_with(edits: &Value) -> Self {
        Self::new().config(edits).brought_up()
    }

    /// The same after a deploy.
    pub(super) fn brought_up(mut self) -> Self {
        let desired = desired(&self.config);
        (self.state["resources"], self.live) = (json!({}), json!({}));
        let all = Outputs { desired: &desired };
        for (key, node) in desired.nodes() {
            let outputs = all.of(key);
            self.state["serial"] = json!(2);
            self.state["resources"][key.to_string()] = json!({ "outputs": outputs, "needs": node.needs() });
            self.live[key.to_string()] = json!({ "outputs": outputs, "spec": substitute(&node.spec, &all) });
        }
        self
    }

    /// Edits the config; `null` removes a member.
    pub(super) fn config(mut self, edits: &Value) -> Self {
        self.config = patched(&self.config, edits);
        self
    }

    /// Without a config, as for a destroy.
    pub(super) fn unwanted(mut self) -> Self {
        self.config = Value::Null;
        self
    }

    /// Edits the recorded state; `null` removes a member.
    pub(super) fn state(mut self, edits: &Value) -> Self {
        self.state = patched(&self.state, edits);
        self
    }

    /// Edits the live resources; `null` removes a member.
    pub(super) fn live(mut self, edits: &Value) -> Self {
        self.live = patched(&self.live, edits);
        self
    }

    /// Allows the deletion of this number of user records.
    pub(super) fn losing(mut self, records: u64) -> Self {
        self.consent.delete_holdings = Some(records);
        self
    }

    /// An interrupted create: these resources are pending instead of recorded.
    pub(super) fn interrupted(mut self, keys: &[&str]) -> Self {
        let desired = desired(&self.config);
        for key in keys {
            let node = desired.get(&key.parse().unwrap()).unwrap();
            self.state["resources"].as_object_mut().unwrap().remove(*key);
            self.state["pending"][*key] = json!({
                "verb": "create",
                "token": "4c0ffee0",
                "spec": node.spec,
                "needs": node.needs(),
                "since": "2026-11-23T00:00:00Z",
            });
        }
        self
    }

    /// The plan, or the error, as the command prints it.
    pub(super) fn plan(&self) -> String {
        plan_text(self.planned(), &catalog())
    }

    /// The steps of the plan that change something.
    pub(super) fn steps(&self) -> Vec<String> {
        steps(&self.planned().unwrap_or_else(|refused| panic!("{refused}")))
    }

    fn planned(&self) -> Result<Plan, Refused> {
        let desired = if self.config.is_null() { Desired::default() } else { desired(&self.config) };
        let state: State = serde_json::from_value(self.state.clone()).unwrap();
        plan(&desired, &state, &self.observed(&state), &catalog(), &self.consent)
    }

    fn observed(&self, state: &State) -> Observed {
        let found = |key: String| {
            let Some(live) = self.live.get(&key) else { return Found::Nothing };
            let text = |member: &str| live["unmanaged"][member].as_str().unwrap().to_owned();
            match live.get("unmanaged") {
                Some(_) => Found::NotOurs(Unmanaged {
                    thing: text("thing"),
                    whose: text("whose"),
                    hints: vec![format!("give {key} its tags back").into()],
                }),
                None => Found::Ours(Live { outputs: live["outputs"].clone(), spec: live["spec"].clone() }),
            }
        };
        let old = |key: &Key, old: &Value| (old.clone(), found(format!("{key} replaced")));
        let pending = state.pending.iter().filter(|(_, intent)| intent.spec.is_some());
        let holdings = self.live.as_object().unwrap().iter();
        Observed {
            recorded: state.resources.keys().map(|key| (key.clone(), found(key.to_string()))).collect(),
            replaced: state
                .resources
                .iter()
                .map(|(key, recorded)| (key.clone(), recorded.replaced.iter().map(|one| old(key, one)).collect()))
                .collect(),
            found: pending.map(|(key, _)| (key.clone(), found(key.to_string()))).collect(),
            holdings: holdings
                .filter_map(|(key, live)| Some((key.parse().unwrap(), live.get("holdings")?.as_u64()?)))
                .collect(),
        }
    }
}

fn place() -> StackIdentity {
    StackIdentity {
        stack: "shop".into(),
        stage: "dev".into(),
        region: REGION.into(),
        account: ACCOUNT.into(),
        endpoint: None,
    }
}

fn example() -> Value {
    json!({
        "deployment": { "serviceName": "shop", "region": REGION, "stage": "dev" },
        "functions": {
            "open": { "source": "app", "handler": "app.handler", "runtime": "python3.13" },
            "closed": { "source": "app", "handler": "app.handler", "runtime": "python3.13" },
        },
        "routes": {
            "GET /open": { "function": "open", "auth": "none" },
            "GET /closed": { "function": "closed" },
        },
    })
}

fn desired(config: &Value) -> Desired {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("app")).unwrap();
    fs::write(folder.path().join("app/app.py"), "def handler(event, context):\n    return {}\n").unwrap();
    let file = folder.path().join("config.json");
    fs::write(&file, config.to_string()).unwrap();
    let selection = Selection {
        stage: None,
        region: None,
        service_name: None,
        environment: BTreeMap::new(),
        today: jiff::civil::date(2026, 11, 23),
    };
    let config = load(&file, &selection).unwrap_or_else(|problems| panic!("{problems}")).config;
    let identity =
        NameScope { account: ACCOUNT.into(), region: REGION.into(), partition: "aws".into(), endpoint: None };
    build(&config, &packages(&config), &identity)
}

fn packages(config: &Config) -> BTreeMap<String, Arc<Package>> {
    let package = |name: &String| Package::without_content(format!("source-of-{name}"));
    config.functions.keys().map(|name| (name.clone(), Arc::new(package(name)))).collect()
}

/// The ids of all desired resources, as AWS could assign them.
struct Outputs<'a> {
    desired: &'a Desired,
}

impl Outputs<'_> {
    fn of(&self, key: &Key) -> Value {
        let (spec, name) = (&self.desired.get(key).unwrap().spec, key.name.as_str());
        let pool = "us-west-2_Pool00001";
        let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        match key.kind.as_str() {
            "user_pool" => json!({
                "id": pool, "arn": arn("cognito-idp", &format!("userpool/{pool}")), "name": spec["name"],
            }),
            "user_pool_client" => json!({ "id": "client1", "user_pool_id": pool }),
            "iam_role" => json!({ "name": spec["name"], "arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}") }),
            "log_group" => json!({
                "name": spec["name"], "arn": arn("logs", name), "retention_days": spec["retention_days"],
            }),
            "lambda_function" => json!({
                "name": spec["name"],
                "arn": arn("lambda", &format!("function:{name}")),
                "source_hash": spec["source_hash"],
                "code_sha256": "zip",
                "version": "1",
            }),
            "lambda_permission" => json!({
                "function_name": spec["function_name"], "qualifier": spec["qualifier"], "statement_id": "stackctl-1",
            }),
            "rest_api" => json!({ "id": "api1", "root_resource_id": "root1", "arn": arn("apigateway", "api1") }),
            "authorizer" => json!({ "id": "authorizer1", "rest_api_id": "api1", "name": spec["name"] }),
            "api_routes" => json!({ "rest_api_id": "api1" }),
            "stage" => json!({ "rest_api_id": "api1", "name": spec["name"], "deployment_id": "deployment1" }),
            other => panic!("no ids are known for the kind {other}"),
        }
    }
}

impl Lookup for Outputs<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        self.of(&reference.key).get(&reference.output).cloned()
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.desired.get(key).map(|node| &node.spec)
    }
}

#[test]
fn every_kind_has_ids_in_the_fixture() {
    let desired = desired(&example());
    let kinds: BTreeSet<_> = desired.nodes().keys().map(|key| key.kind.clone()).collect();
    assert_eq!(kinds, catalog().kinds().cloned().collect());
    let outputs = Outputs { desired: &desired };
    for key in desired.nodes().keys() {
        let id = catalog().get(&key.kind).unwrap().id(&outputs.of(key));
        assert!(id.is_some(), "{key}: the outputs contain no id");
    }
}
