//! What users do with a stack: the starting point, the command that is cut, and the commands that run after it.

use serde_json::{Value, json};

use crate::harness::{
    project::{CODE, Project, example, patched},
    stack::Command,
};

/// One scenario in the life of a stack.
pub(super) struct Journey {
    /// The commands before the cut.
    pub(super) before: Vec<Order>,
    /// A manual change after them.
    pub(super) deed: Option<Deed>,
    /// The command that is cut, once at each of its calls and saves.
    pub(super) cut: Order,
    /// A command after it that is also cut.
    pub(super) again: Option<Order>,
    /// The commands after the cuts, in order. After the last one, nothing is left to do.
    pub(super) then: Vec<Order>,
}

/// A command with its arguments.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Up(Box<Project>),
    /// With a check, for which functions respond with this status.
    Check(Box<Project>, u16),
    /// With a check and this config.
    Rollback(u64, Box<Project>),
    /// The same, but the rollback may be rejected because a required resource no longer exists.
    RollbackIfAvailable(u64, Box<Project>),
    Down(Option<u64>),
}

impl Order {
    pub(super) fn command(&self) -> Command<'_> {
        match self {
            Self::Up(project) => Command::Up(project),
            Self::Check(project, answers) => Command::Check { project, answers: *answers, undo: true },
            Self::Rollback(number, project) | Self::RollbackIfAvailable(number, project) => {
                Command::Rollback { number: *number, project, answers: 200 }
            }
            Self::Down(users) => Command::Down(*users),
        }
    }

    /// Whether its check fails, so that the deployment is rolled back.
    pub(super) fn fails(&self) -> bool {
        matches!(self, Self::Check(_, 500..))
    }

    /// Whether it may be rejected, so that its result varies.
    pub(super) fn may_be_refused(&self) -> bool {
        matches!(self, Self::RollbackIfAvailable(..))
    }
}

/// A manual change in the AWS console.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    DeleteRestApi,
    AddUsers(u64),
}

/// Builds a journey.
type Start = fn() -> Journey;

/// All journeys, as the table lists them.
pub(super) const JOURNEYS: &[(&str, Start)] = &[
    ("first up", || Journey::to(&example())),
    ("up again", || Journey::from(&example()).up(&example())),
    ("handler edited", handler_edited),
    ("route added", || edited(&json!({ "routes": { "POST /new/{id}": { "function": "open" } } }))),
    // The route becomes protected and moves to another function, so permissions are created and deleted.
    ("route changed", || edited(&json!({ "routes": { "GET /open": { "function": "closed", "auth": null } } }))),
    // It was the only protected route, so the authorizer is deleted, too.
    ("route removed", || edited(&json!({ "routes": { "GET /closed": null } }))),
    ("pool and client settings changed", settings_changed),
    ("function renamed", || edited(&renamed())),
    ("client replaced", || edited(&json!({ "client": { "generateSecret": true } }))),
    ("API replaced, with all beneath it", api_replaced),
    ("CORS switched on", || edited(&json!({ "cors": { "allowedOrigins": ["https://shop.example"] } }))),
    ("down", || Journey::from(&example()).then(Order::Down(None))),
    ("down of a protected pool", down_of_a_protected_pool),
    ("check passed", || checked(200)),
    // The check is cut, fails when the command runs again, and passes when the handler is repaired.
    ("check failed, rolled back", || Journey { then: vec![edition(2, 500), edition(3, 200)], ..checked(500) }),
    ("rollback", || rolled_back().then(rollback())),
    ("rollback cut, up", || Journey { then: vec![edition(2, 200)], ..rolled_back().then(rollback()) }),
    ("function renamed, rollback, up", rename_rolled_back),
    ("up cut, edited, up", || Journey {
        then: vec![up(&patched(&example(), &many_edits()))],
        ..Journey::to(&example())
    }),
    ("up cut, down", || Journey { then: vec![Order::Down(None)], ..Journey::to(&example()) }),
    ("two cuts in a row", || Journey { again: Some(up(&example())), ..Journey::to(&example()) }),
];

/// The journey with this name.
pub(super) fn journey(name: &str) -> Journey {
    let (_, journey) = JOURNEYS.iter().find(|(other, _)| *other == name).expect("the name is in the list");
    journey()
}

impl Journey {
    /// Starts without a stack.
    fn to(config: &Value) -> Self {
        Self { before: Vec::new(), deed: None, cut: up(config), again: None, then: vec![up(config)] }
    }

    fn from(config: &Value) -> Self {
        Self { before: vec![up(config)], ..Self::to(config) }
    }

    fn up(self, config: &Value) -> Self {
        self.then(up(config))
    }

    fn then(self, order: Order) -> Self {
        Self { cut: order.clone(), then: vec![order], ..self }
    }

    /// The command that deletes everything that the journey created.
    pub(super) fn down(&self) -> Order {
        Order::Down(match self.deed {
            Some(Deed::AddUsers(count)) => Some(count),
            _ => None,
        })
    }
}

fn up(config: &Value) -> Order {
    Order::Up(Box::new(Project::new(config)))
}

/// A deploy of the example with changes, after the example itself.
fn edited(patch: &Value) -> Journey {
    Journey::from(&example()).up(&patched(&example(), patch))
}

fn handler_edited() -> Journey {
    let code = CODE.replace("{}", "{ 'statusCode': 204 }");
    Journey::from(&example()).then(Order::Up(Box::new(Project::with_code(&example(), &code))))
}

fn settings_changed() -> Journey {
    edited(&json!({
        "userPool": { "mfa": "OPTIONAL", "selfSignUp": true, "passwordPolicy": { "minimumLength": 14 } },
        "client": { "accessTokenValidityMinutes": 15, "refreshTokenValidityDays": 7 },
    }))
}

fn renamed() -> Value {
    json!({
        "functions": {
            "closed": null,
            "shut": { "source": "lambdas/other", "handler": "app.handler", "runtime": "python3.13" },
        },
        "routes": { "GET /closed": { "function": "shut" } },
    })
}

/// No config can cause this: the API is deleted by hand, and the resources in it or with its id are replaced. A function
/// that refers to it gets its new URL.
fn api_replaced() -> Journey {
    let variables =
        json!({ "STACK_POOL": "${userPool.id}", "STACK_CLIENT": "${client.id}", "STACK_URL": "${api.url}" });
    let referring = patched(&example(), &json!({ "functions": { "open": { "environment": variables } } }));
    Journey { deed: Some(Deed::DeleteRestApi), ..Journey::from(&referring).up(&referring) }
}

fn down_of_a_protected_pool() -> Journey {
    let protected = patched(&example(), &json!({ "userPool": { "deletionProtection": true } }));
    Journey { deed: Some(Deed::AddUsers(2)), ..Journey::from(&protected).then(Order::Down(Some(2))) }
}

/// Checks the second edition of a handler, which responds with this status.
fn checked(answers: u16) -> Journey {
    Journey { before: vec![edition(1, 200)], ..Journey::to(&example()).then(edition(2, answers)) }
}

/// Starts with two releases, of which the second is live.
fn rolled_back() -> Journey {
    Journey { before: vec![edition(1, 200), edition(2, 200)], ..Journey::to(&example()) }
}

fn rollback() -> Order {
    Order::Rollback(1, edited_code(2, 200))
}

/// The first release uses the function under its old name, so it is available until that function is deleted.
fn rename_rolled_back() -> Journey {
    // The function of a checked route must respond.
    let app = json!({ "source": "lambdas/app" });
    let before =
        patched(&example(), &json!({ "functions": { "closed": app }, "routes": { "GET /closed": { "check": {} } } }));
    let after = patched(&patched(&before, &renamed()), &json!({ "functions": { "shut": app } }));
    let [before, after] = [before, after].map(|config| Box::new(Project::new(&config)));
    let rename = Order::Check(after.clone(), 200);
    Journey {
        before: vec![Order::Check(before, 200)],
        cut: rename.clone(),
        then: vec![Order::RollbackIfAvailable(1, after), rename],
        ..Journey::to(&example())
    }
}

/// A handler that responds with this status, a route that is checked with a temporary user, and a route that no other
/// edition has: both the alias and the stage change.
fn edition(number: u64, answers: u16) -> Order {
    Order::Check(edited_code(number, answers), answers)
}

fn edited_code(number: u64, answers: u16) -> Box<Project> {
    let checked = json!({ "GET /closed": { "function": "open", "check": {} } });
    let own = json!({ (format!("GET /edition/{number}")): { "function": "closed" } });
    let config = patched(&example(), &json!({ "routes": patched(&checked, &own) }));
    let code = CODE.replace("{}", &format!("{{ 'statusCode': {answers} }}"));
    Box::new(Project::with_code(&config, &code))
}

/// Edits of every kind, so that the leftovers of the cut differ from the desired resources.
fn many_edits() -> Value {
    patched(
        &renamed(),
        &json!({
            "userPool": { "passwordPolicy": { "minimumLength": 14 } },
            "client": { "generateSecret": true },
            "cors": { "allowedOrigins": ["https://shop.example"] },
            "routes": { "GET /open": null, "PUT /open/{id}": { "function": "open" } },
        }),
    )
}
