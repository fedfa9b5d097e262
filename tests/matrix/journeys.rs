//! What people do with a stack: where they come from, what is cut, and what is run then.

use serde_json::{Value, json};

use crate::harness::{
    project::{CODE, Project, example, patched},
    stack::Command,
};

/// One way through a stack's life.
pub(super) struct Journey {
    /// What was done before.
    pub(super) before: Vec<Order>,
    /// What somebody did by hand since.
    pub(super) deed: Option<Deed>,
    /// What is cut, once for each of its calls and saves.
    pub(super) cut: Order,
    /// What is cut after that once more.
    pub(super) again: Option<Order>,
    /// What is run then, one after the other. After the last of them there is nothing more to do.
    pub(super) then: Vec<Order>,
}

/// A command with what it works on.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Up(Box<Project>),
    /// With a check, for which functions answer with this status.
    Check(Box<Project>, u16),
    /// With a check, where the config is this.
    Rollback(u64, Box<Project>),
    /// The same, where it may be refused because what it needs is gone.
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

    /// Whether its check fails, so that what was served before is put back.
    pub(super) fn fails(&self) -> bool {
        matches!(self, Self::Check(_, 500..))
    }

    /// Whether it may be refused, so that it does not always come to the same.
    pub(super) fn may_be_refused(&self) -> bool {
        matches!(self, Self::RollbackIfAvailable(..))
    }
}

/// What somebody does in AWS's console.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    DeleteRestApi,
    AddUsers(u64),
}

/// Makes a journey ready.
type Start = fn() -> Journey;

/// All journeys, as the table lists them.
pub(super) const JOURNEYS: &[(&str, Start)] = &[
    ("first up", || Journey::to(&example())),
    ("up again", || Journey::from(&example()).up(&example())),
    ("handler edited", handler_edited),
    ("route added", || edited(&json!({ "routes": { "POST /new/{id}": { "function": "open" } } }))),
    // It is protected now, and another function answers: permissions come and go with it.
    ("route changed", || edited(&json!({ "routes": { "GET /open": { "function": "closed", "auth": null } } }))),
    // It was the only protected one: the authorizer goes, too.
    ("route removed", || edited(&json!({ "routes": { "GET /closed": null } }))),
    ("pool and client settings changed", settings_changed),
    ("function renamed", || edited(&renamed())),
    ("client replaced", || edited(&json!({ "client": { "generateSecret": true } }))),
    ("API replaced, with all beneath it", api_replaced),
    ("CORS switched on", || edited(&json!({ "cors": { "allowedOrigins": ["https://shop.example"] } }))),
    ("down", || Journey::from(&example()).then(Order::Down(None))),
    ("down of a protected pool", down_of_a_protected_pool),
    ("check passed", || checked(200)),
    // The check is cut, fails when it is tried once more, and passes when the handler is repaired.
    ("check failed, put back", || Journey { then: vec![edition(2, 500), edition(3, 200)], ..checked(500) }),
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

/// The journey of that name.
pub(super) fn journey(name: &str) -> Journey {
    let (_, journey) = JOURNEYS.iter().find(|(other, _)| *other == name).expect("there is such a journey");
    journey()
}

impl Journey {
    /// From nothing.
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

    /// What removes whatever it comes to.
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

/// From the example to the example with some changes.
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

/// No configuration can do it: somebody deletes the API, and whatever was in it or knew its id is made anew.
fn api_replaced() -> Journey {
    Journey { deed: Some(Deed::DeleteRestApi), ..Journey::from(&example()).up(&example()) }
}

fn down_of_a_protected_pool() -> Journey {
    let protected = patched(&example(), &json!({ "userPool": { "deletionProtection": true } }));
    Journey { deed: Some(Deed::AddUsers(2)), ..Journey::from(&protected).then(Order::Down(Some(2))) }
}

/// The second edition of a handler is checked, and answers with this status.
fn checked(answers: u16) -> Journey {
    Journey { before: vec![edition(1, 200)], ..Journey::to(&example()).then(edition(2, answers)) }
}

/// From two releases, of which the second one is served.
fn rolled_back() -> Journey {
    Journey { before: vec![edition(1, 200), edition(2, 200)], ..Journey::to(&example()) }
}

fn rollback() -> Order {
    Order::Rollback(1, edited_code(2, 200))
}

/// The first release calls the function under its old name, so it is available until that is deleted.
fn rename_rolled_back() -> Journey {
    // What is checked has to answer.
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

/// A handler that answers with this status, a route that is checked as a user, and one that no other edition has: an
/// alias moves and so does the stage.
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

/// A bit of everything, so that whatever the cut left has to be told from what is wanted now.
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
