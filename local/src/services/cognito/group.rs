//! Groups of a user pool and their members.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation, context::Context, moment::Moment, paging, pool::UserPool, refusal, user::User,
    },
    store::table::Row,
    wire::error::AwsError,
};

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Group {
    name: String,
    created: Moment,
    modified: Moment,
    /// `Description`, `Precedence` and `RoleArn` as given.
    settings: Map<String, Value>,
}

impl Row for Group {}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateGroup" => Operation::Changes(create),
        "GetGroup" => Operation::Reads(get),
        "UpdateGroup" => Operation::Changes(update),
        "DeleteGroup" => Operation::Changes(delete),
        "ListGroups" => Operation::Reads(list),
        "AdminAddUserToGroup" => Operation::Changes(add_user),
        "AdminRemoveUserFromGroup" => Operation::Changes(remove_user),
        "AdminListGroupsForUser" => Operation::Reads(list_for_user),
        "ListUsersInGroup" => Operation::Reads(list_users),
        _ => return None,
    })
}

fn members(pool: &str, group: &Group) -> Value {
    let mut members = group.settings.clone();
    members.extend([
        ("GroupName".to_owned(), json!(group.name)),
        ("UserPoolId".to_owned(), json!(pool)),
        ("CreationDate".to_owned(), group.created.date()),
        ("LastModifiedDate".to_owned(), group.modified.date()),
    ]);
    Value::Object(members)
}

fn missing() -> AwsError {
    refusal::not_found("Group not found.")
}

fn given(context: &Context<'_>) -> impl Iterator<Item = (String, Value)> {
    ["Description", "RoleArn", "Precedence"]
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), context.member(member)?.clone())))
}

impl UserPool {
    fn group(&self, context: &Context<'_>) -> Result<&Group, AwsError> {
        self.groups.get(context.text("GroupName")).ok_or_else(missing)
    }

    fn group_mut(&mut self, context: &Context<'_>) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(context.text("GroupName")).ok_or_else(missing)
    }

    /// The claims of a user's groups in tokens: the names and, for ID tokens, the roles.
    pub(super) fn group_claims(&self, user: &User) -> (Vec<String>, Vec<String>) {
        let mut groups = user.groups.iter().filter_map(|name| self.groups.get(name)).collect::<Vec<_>>();
        // Groups without a precedence come last.
        groups.sort_by_key(|group| group.settings.get("Precedence").and_then(Value::as_i64).unwrap_or(i64::MAX));
        let role = |group: &&Group| group.settings.get("RoleArn").and_then(Value::as_str).map(str::to_owned);
        (groups.iter().map(|group| group.name.clone()).collect(), groups.iter().filter_map(role).collect())
    }
}

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let name = context.text("GroupName").to_owned();
    if pool.groups.contains_key(&name) {
        return Err(refusal::refuse("GroupExistsException", "A group with the name already exists."));
    }
    let group =
        Group { name: name.clone(), created: context.now, modified: context.now, settings: given(context).collect() };
    let answer = json!({ "Group": members(&pool.id, &group) });
    pool.groups.insert(name, group);
    Ok(answer)
}

fn get(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    Ok(json!({ "Group": members(&pool.id, pool.group(context)?) }))
}

/// Changes the given members only. AWS does not document that omitted members are cleared.
fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let id = pool.id.clone();
    let group = pool.group_mut(context)?;
    group.settings.extend(given(context));
    group.modified = context.now;
    Ok(json!({ "Group": members(&id, group) }))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let name = context.text("GroupName");
    pool.groups.remove(name).ok_or_else(missing)?;
    let members: Vec<_> = pool.users.iter().filter(|(_, user)| user.groups.contains(name)).collect();
    for key in members.into_iter().map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        if let Some(user) = pool.users.get_mut(&key) {
            user.groups.remove(name);
        }
    }
    Ok(json!({}))
}

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let listed = pool.groups.values().map(|group| (group.name.clone(), members(&pool.id, group)));
    Ok(paging::answer("Groups", "NextToken", paging::page(context, "Limit", "NextToken", listed)?))
}

fn add_user(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.group(context)?;
    pool.user_mut(context)?.groups.insert(context.text("GroupName").to_owned());
    Ok(json!({}))
}

fn remove_user(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.group(context)?;
    pool.user_mut(context)?.groups.remove(context.text("GroupName"));
    Ok(json!({}))
}

fn list_for_user(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let listed = pool.user(context)?.groups.iter().filter_map(|name| {
        let group = pool.groups.get(name)?;
        Some((name.clone(), members(&pool.id, group)))
    });
    Ok(paging::answer("Groups", "NextToken", paging::page(context, "Limit", "NextToken", listed)?))
}

fn list_users(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    pool.group(context)?;
    let name = context.text("GroupName");
    let start = paging::start(context, "NextToken")?;
    let inside = pool.users.range((start, Bound::Unbounded)).filter(|(_, user)| user.groups.contains(name));
    let listed = inside.map(|(key, user)| (key.clone(), user.listed(&[])));
    Ok(paging::answer("Users", "NextToken", paging::page(context, "Limit", "NextToken", listed)?))
}
