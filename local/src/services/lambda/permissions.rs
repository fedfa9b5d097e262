//! The statements of a function's resource policy.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Function, aliases,
    function::new_revision,
    members::Members,
    names::{Target, is_word},
    refusals,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        wildcard::matches,
    },
};

const LARGEST_POLICY: usize = 20_480;
const MEMBERS: &[&str] =
    &["Action", "FunctionName", "Principal", "Qualifier", "RevisionId", "SourceAccount", "SourceArn", "StatementId"];

/// The resource policy of a function, a version or an alias. It exists as long as it has statements.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// As AWS stores them.
    statements: Vec<Value>,
    revision_id: String,
}

impl Policy {
    /// Whether a statement allows the service to invoke on behalf of the source.
    pub(super) fn allows_service(&self, principal: &str, source_arn: &str) -> bool {
        self.statements.iter().any(|statement| {
            let who = &statement["Principal"];
            let source = &statement["Condition"]["ArnLike"]["AWS:SourceArn"];
            let account = &statement["Condition"]["StringEquals"]["AWS:SourceAccount"];
            let action = statement["Action"].as_str().unwrap_or_default();
            (who == "*" || who["Service"] == principal)
                && matches!(action, "lambda:InvokeFunction" | "lambda:*" | "*")
                && source.as_str().is_none_or(|pattern| arn_like(pattern, source_arn))
                && account.as_str().is_none_or(|account| source_arn.split(':').nth(4) == Some(account))
        })
    }

    fn position(&self, statement_id: &str) -> Option<usize> {
        self.statements.iter().position(|statement| statement["Sid"] == statement_id)
    }

    fn document(&self) -> String {
        json!({ "Version": "2012-10-17", "Id": "default", "Statement": self.statements }).to_string()
    }
}

pub(super) fn add_permission(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call).only("AddPermission", MEMBERS)?;
    let target = policy_target(emulator, call)?;
    let statement = read_statement(members, &target)?;
    let statement_id = members.required("StatementId");
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    check_exists(function, &target)?;
    function.check_changeable(emulator.now())?;
    let qualifier = target.qualifier.clone().unwrap_or_default();
    let present = function.policies.get(&qualifier);
    if let Some(wanted) = members.text("RevisionId")
        && wanted != present.map_or_else(|| function.revision_of(&qualifier), |policy| policy.revision_id.clone())
    {
        return Err(outdated());
    }
    if present.is_some_and(|policy| policy.position(statement_id).is_some()) {
        return Err(refusals::conflict(format!(
            "The statement id ({statement_id}) provided already exists. Please provide a new statement id, or remove \
             the existing statement."
        )));
    }
    let mut statements = present.map_or_else(Vec::new, |policy| policy.statements.clone());
    statements.push(statement.clone());
    let policy = Policy { statements, revision_id: new_revision() };
    let size = policy.document().len();
    if size > LARGEST_POLICY {
        return Err(AwsError::new(
            400,
            "PolicyLengthExceededException",
            format!("The final policy size ({size}) is bigger than the limit ({LARGEST_POLICY})."),
        ));
    }
    function.policies.insert(qualifier, policy);
    Ok(json!({ "Statement": statement.to_string() }).into())
}

pub(super) fn remove_permission(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call);
    let target = policy_target(emulator, call)?;
    let statement_id = members.required("StatementId");
    let mut world = emulator.world();
    let function = target
        .function_mut(&mut world.lambda)
        .map_err(|_| refusals::not_found(format!("No policy found for: {}", target.qualified_arn())))?;
    check_exists(function, &target)?;
    function.check_changeable(emulator.now())?;
    let qualifier = target.qualifier.as_deref().unwrap_or_default();
    let Some(policy) = function.policies.get_mut(qualifier) else {
        return Err(refusals::not_found("No policy is associated with the given resource."));
    };
    if members.text("RevisionId").is_some_and(|wanted| wanted != policy.revision_id) {
        return Err(outdated());
    }
    let Some(position) = policy.position(statement_id) else {
        return Err(refusals::not_found(format!("Statement {statement_id} is not found in resource policy.")));
    };
    policy.statements.remove(position);
    policy.revision_id = new_revision();
    if policy.statements.is_empty() {
        function.policies.remove(qualifier);
    }
    Ok(json!({}).into())
}

pub(super) fn get_policy(emulator: &Emulator, call: &Call) -> Answered {
    let target = policy_target(emulator, call)?;
    let world = emulator.world();
    let function = world.lambda.functions.get(&target.arn);
    let Some(policy) =
        function.and_then(|function| function.policies.get(target.qualifier.as_deref().unwrap_or_default()))
    else {
        return Err(refusals::not_found("The resource you requested does not exist."));
    };
    Ok(json!({ "Policy": policy.document(), "RevisionId": policy.revision_id }).into())
}

fn check_exists(function: &Function, target: &Target) -> Result<(), AwsError> {
    let Some(qualifier) = target.qualifier.as_deref().filter(|qualifier| function.version(Some(*qualifier)).is_none())
    else {
        return Ok(());
    };
    let alias = is_word(qualifier) && qualifier.parse::<u64>().is_err();
    Err(if alias { aliases::unknown(function, qualifier) } else { target.not_found() })
}

fn outdated() -> AwsError {
    refusals::precondition_failed("GetPolicy")
}

fn policy_target(emulator: &Emulator, call: &Call) -> Result<Target, AwsError> {
    let target = Target::read(emulator, call)?;
    if target.qualifier.as_deref() == Some("$LATEST") {
        return Err(refusals::invalid("We currently do not support adding policies for $LATEST."));
    }
    Ok(target)
}

fn read_statement(members: Members<'_>, target: &Target) -> Result<Value, AwsError> {
    let (statement_id, action) = (members.required("StatementId"), members.required("Action"));
    let mut statement = json!({
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": read_principal(members.required("Principal"))?,
        "Action": action,
        "Resource": target.qualified_arn(),
    });
    if let Some(account) = members.text("SourceAccount") {
        statement["Condition"]["StringEquals"] = json!({ "AWS:SourceAccount": account });
    }
    if let Some(source) = members.text("SourceArn") {
        statement["Condition"]["ArnLike"] = json!({ "AWS:SourceArn": source });
    }
    Ok(statement)
}

fn read_principal(principal: &str) -> Result<Value, AwsError> {
    if principal == "*" {
        return Ok(json!("*"));
    }
    if principal.len() == 12 && principal.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(json!({ "AWS": format!("arn:aws:iam::{principal}:root") }));
    }
    if principal.starts_with("arn:aws") && principal.contains(":iam::") {
        return Ok(json!({ "AWS": principal }));
    }
    if principal.ends_with(".amazonaws.com") {
        return Ok(json!({ "Service": principal }));
    }
    Err(refusals::invalid("The provided principal was invalid. Please check the principal and try again."))
}

/// `ArnLike`: the six parts of the ARN are matched separately, so a wildcard in the first five does not match a colon.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| matches(pattern, part))
}
