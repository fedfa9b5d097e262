//! User pools: create, describe, update, delete, list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        client::Client,
        context::Context,
        group::Group,
        message::Message,
        mfa::Factors,
        moment::Moment,
        paging, pool_settings, random, refusal,
        resource_server::ResourceServer,
        schema::{self, Attribute},
        session::Session,
        sign_in::SignIn,
        tags,
        user::User,
    },
    store::table::{Row, Stored, Table},
    wire::error::AwsError,
};

/// A user pool and everything that is deleted with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UserPool {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) region: String,
    pub(super) created: Moment,
    pub(super) modified: Moment,
    /// The configurable members of `DescribeUserPool` by name, with defaults filled in.
    pub(super) settings: Map<String, Value>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) schema: Vec<Attribute>,
    pub(super) factors: Factors,
    pub(super) clients: Table<String, Client>,
    pub(super) resource_servers: Table<String, ResourceServer>,
    pub(super) groups: Table<String, Group>,
    /// By folded username.
    pub(super) users: Table<String, User>,
    pub(super) sign_ins: Table<String, SignIn>,
    /// The messages that Cognito would have sent. Absent from files of earlier versions.
    #[serde(default)]
    pub(super) messages: Table<String, Message>,
    #[serde(skip)]
    pub(super) sessions: BTreeMap<String, Session>,
    /// The version of the domain's managed login. The domain itself is in `settings`.
    pub(super) managed_login_version: Option<u64>,
}

impl Row for UserPool {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![
            ("clients", &mut self.clients),
            ("resource_servers", &mut self.resource_servers),
            ("groups", &mut self.groups),
            ("users", &mut self.users),
            ("sign_ins", &mut self.sign_ins),
            ("messages", &mut self.messages),
        ]
    }
}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateUserPool" => Operation::Changes(create),
        "DescribeUserPool" => Operation::Reads(describe),
        "UpdateUserPool" => Operation::Changes(update),
        "DeleteUserPool" => Operation::Changes(delete),
        "ListUserPools" => Operation::Reads(list),
        _ => return None,
    })
}

/// Whether a host is the one of Cognito below `localhost`, on any port.
fn is_local(host: &str) -> bool {
    let port = host.strip_prefix("cognito-idp.localhost");
    port.is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

impl UserPool {
    /// The `iss` of the pool's tokens.
    pub(super) fn issuer(&self) -> String {
        let updated = self.setting("IssuerConfiguration/Type") == Some(&json!("UPDATED"));
        let host = if updated { "issuer-cognito-idp" } else { "cognito-idp" };
        format!("https://{host}.{}.amazonaws.com/{}", self.region, self.id)
    }

    /// The `iss` of the tokens that a client requests at this host. At `cognito-idp.localhost`, it is a URL below which the
    /// discovery document is, for libraries that read it from there.
    pub(super) fn issuer_at(&self, host: Option<&str>) -> String {
        match host.filter(|host| is_local(host)) {
            Some(host) => format!("http://{host}/{}", self.id),
            None => self.issuer(),
        }
    }

    /// Whether tokens with this `iss` are of this pool.
    pub(super) fn issues(&self, issuer: &str) -> bool {
        let local = issuer.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        issuer == self.issuer() || local.is_some_and(|(host, id)| is_local(host) && id == self.id)
    }

    /// A setting at a path of member names.
    pub(super) fn setting(&self, path: &str) -> Option<&Value> {
        let (head, rest) = path.split_once('/').map_or((path, None), |(head, rest)| (head, Some(rest)));
        let value = self.settings.get(head)?;
        rest.map_or(Some(value), |rest| value.pointer(&format!("/{rest}")))
    }

    /// Whether a setting that is a list of strings contains `text`.
    pub(super) fn lists(&self, setting: &str, text: &str) -> bool {
        self.setting(setting).and_then(Value::as_array).is_some_and(|list| list.iter().any(|value| value == text))
    }

    /// The prefix domain.
    pub(super) fn domain(&self) -> Option<&str> {
        self.setting("Domain").and_then(Value::as_str)
    }

    fn described(&self) -> Value {
        let mut members = self.settings.clone();
        members.extend([
            ("Id".to_owned(), json!(self.id)),
            ("Arn".to_owned(), json!(self.arn)),
            ("CreationDate".to_owned(), self.created.date()),
            ("LastModifiedDate".to_owned(), self.modified.date()),
            ("UserPoolTags".to_owned(), json!(self.tags)),
            ("SchemaAttributes".to_owned(), json!(self.schema)),
            ("EstimatedNumberOfUsers".to_owned(), json!(self.users.len())),
        ]);
        Value::Object(members)
    }
}

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let input = context.input();
    let settings = pool_settings::created(input)?;
    let schema = schema::created(input)?;
    let tags = tags::given(context, "UserPoolTags")?;
    let region = &context.call.region;
    let id = format!("{region}_{}", random::text(random::ALPHANUMERIC, 9));
    let pool = UserPool {
        arn: format!("arn:aws:cognito-idp:{region}:{}:userpool/{id}", context.account),
        region: region.clone(),
        created: context.now,
        modified: context.now,
        settings,
        tags: tags.into_iter().collect(),
        schema,
        factors: Factors::default(),
        clients: Table::default(),
        resource_servers: Table::default(),
        groups: Table::default(),
        users: Table::default(),
        sign_ins: Table::default(),
        messages: Table::default(),
        sessions: BTreeMap::new(),
        managed_login_version: None,
        id,
    };
    let answer = json!({ "UserPool": pool.described() });
    cognito.pools.insert(pool.id.clone(), pool);
    Ok(answer)
}

fn describe(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    Ok(json!({ "UserPool": cognito.pool(context)?.described() }))
}

fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let input = context.input();
    let tags = tags::given(context, "UserPoolTags")?;
    let pool = cognito.pool_mut(context)?;
    pool.settings = pool_settings::updated(pool, input)?;
    if context.member("UserPoolTags").is_some() {
        pool.tags = tags.into_iter().collect();
    }
    pool.modified = context.now;
    Ok(json!({}))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    if pool.setting("DeletionProtection") == Some(&json!("ACTIVE")) {
        return Err(refusal::invalid_parameter(
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
             inactivated first.",
        ));
    }
    if pool.domain().is_some() {
        return Err(refusal::invalid_parameter(
            "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        ));
    }
    let id = pool.id.clone();
    cognito.pools.remove(&id);
    Ok(json!({}))
}

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let listed = cognito
        .pools
        .values()
        .filter(|pool| pool.region == context.call.region && context.now.since(&pool.created) >= context.list_lag)
        .map(|pool| {
            let members = json!({
                "Id": pool.id,
                "Name": pool.setting("Name"),
                "LambdaConfig": pool.setting("LambdaConfig"),
                "CreationDate": pool.created.date(),
                "LastModifiedDate": pool.modified.date(),
            });
            (pool.id.clone(), members)
        });
    Ok(paging::answer("UserPools", "NextToken", paging::page(context, "MaxResults", "NextToken", listed)?))
}
