//! `lambda_permission`: the one statement that lets one REST API call a function.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    aws::{Clients, Context, call, look, operation, remove},
    engine::{
        Beneath, ByParent, Claim, Field, Found, FoundOf, Input, Kind, Live, Plain, Replacement, Resource,
        ResourceError, Result, Work,
    },
    resources::lambda_function::LambdaFunction,
};

const PRINCIPAL: &str = "apigateway.amazonaws.com";
const ACTION: &str = "lambda:InvokeFunction";

const STATEMENT: &str = "Lambda cannot change a statement of a function's policy";

/// The kind.
#[derive(Debug)]
pub struct LambdaPermission;

/// Who may call what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub function_name: String,
    /// The alias or version that may be called, under its own ARN only; `None` is the function's bare ARN.
    pub qualifier: Option<String>,
    /// The REST API, all of its stages, methods and paths.
    pub rest_api_id: Input<String>,
}

/// Where the statement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    pub function_name: String,
    /// The alias or version whose policy it is in; `None` is the function's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    pub statement_id: String,
}

impl Resource for LambdaPermission {
    const KIND: Kind = Kind::new("lambda_permission");
    const FIELDS: &'static [Field] = &[
        Field::immutable("function_name", STATEMENT),
        Field::immutable("qualifier", STATEMENT),
        Field::immutable("rest_api_id", STATEMENT),
    ];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const DIES_WITH: &'static [Kind] = &[LambdaFunction::KIND];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::lambda(300);

    type Ownership = ByParent;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        let qualifier = outputs.qualifier.as_ref().map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
        format!("{}{qualifier}/{}", outputs.function_name, outputs.statement_id)
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, _claim: &Claim) -> Result<FoundOf<Self>> {
        let statement = statement(context, outputs).await?;
        // All fields of a statement are immutable, so one that is not as we made it is not ours any more: creating
        // puts it right.
        let spec = statement.and_then(|statement| api_of(context.cloud, &statement)).map(|rest_api_id| Spec {
            function_name: outputs.function_name.clone(),
            qualifier: outputs.qualifier.clone(),
            rest_api_id: rest_api_id.into(),
        });
        let ours = spec.filter(|spec| self::outputs(context.cloud, spec) == *outputs);
        Ok(ours.map_or(Found::Nothing, |spec| Found::Ours(Live { outputs: outputs.clone(), spec })))
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let outputs = outputs(context.cloud, spec);
        if known.contains(&outputs) {
            return Ok(Found::Nothing);
        }
        // The id is made of what the statement says, and the function is ours: no other stack has a claim to it.
        Self::read(context, &outputs, claim).await
    }

    async fn create(context: &Context<'_>, spec: &Spec, _claim: &Claim) -> Result<Outputs> {
        let outputs = outputs(context.cloud, spec);
        // Lambda loses statements when two are added to one policy at the same time.
        let _alone = context.alone(&format!("policy of {}", spec.function_name)).await;
        let there = statement(context, &outputs).await?;
        let replaces = there.is_some();
        if let Some(there) = there {
            if api_of(context.cloud, &there).as_ref() == Some(spec.rest_api_id.known()) {
                return Ok(outputs);
            }
            remove_statement(context, &outputs).await?;
        }
        let request = context
            .cloud
            .lambda
            .add_permission()
            .function_name(&spec.function_name)
            .set_qualifier(spec.qualifier.clone())
            .statement_id(&outputs.statement_id)
            .action(ACTION)
            .principal(PRINCIPAL)
            .source_arn(source_arn(context.cloud, spec.rest_api_id.known()));
        call(context, &operation::ADD_PERMISSION, || request.clone().send()).await?;
        if replaces {
            made_anew(context, &outputs, spec).await?;
        }
        Ok(outputs)
    }

    async fn update(_context: &Context<'_>, outputs: &Outputs, _live: &Spec, _want: &Spec) -> Result<Outputs> {
        Ok(outputs.clone())
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&format!("policy of {}", outputs.function_name)).await;
        remove_statement(context, outputs).await
    }
}

impl Beneath for LambdaPermission {
    const PARENT: Kind = LambdaFunction::KIND;
    const PARENT_OUTPUT: &'static str = "name";

    fn parent(live: &Spec) -> &str {
        &live.function_name
    }
}

fn source_arn(cloud: &Clients, rest_api_id: &str) -> String {
    cloud.arn("execute-api", &format!("{rest_api_id}/*"))
}

fn outputs(cloud: &Clients, spec: &Spec) -> Outputs {
    let hash = Sha256::digest(format!("{PRINCIPAL}\n{}", source_arn(cloud, spec.rest_api_id.known())));
    let short = hash.iter().take(8).fold(0_u64, |short, byte| short << 8 | u64::from(*byte));
    Outputs {
        function_name: spec.function_name.clone(),
        qualifier: spec.qualifier.clone(),
        statement_id: format!("stackctl-{short:016x}"),
    }
}

/// The statement as it is there; `None` when it, the policy, the alias or the function is not.
async fn statement(context: &Context<'_>, outputs: &Outputs) -> Result<Option<Value>> {
    let Outputs { function_name: function, qualifier, statement_id } = outputs;
    let request = context.cloud.lambda.get_policy().function_name(function).set_qualifier(qualifier.clone());
    let answer = look(context, &operation::GET_POLICY, || request.clone().send()).await?;
    let Some(answer) = answer else { return Ok(None) };
    let missing =
        || ResourceError::refused(format!("lambda:GetPolicy returned a response without the policy of `{function}`"));
    let text = answer.policy.ok_or_else(missing)?;
    let mut policy: Value = serde_json::from_str(&text)
        .map_err(|error| ResourceError::refused(format!("the policy of `{function}` cannot be read: {error}")))?;
    let statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        one => vec![one],
    };
    Ok(statements.into_iter().find(|statement| statement["Sid"] == **statement_id))
}

/// The API that a statement lets in; `None` when it does not say what the statement says that we make for it.
///
/// Actions and the names of condition keys have no case, a list of one is the one, and the operators for ARNs are the same.
fn api_of(cloud: &Clients, statement: &Value) -> Option<String> {
    let is = |value: &Value, text: &str| sole(value).is_some_and(|value| value.eq_ignore_ascii_case(text));
    let usual = is(&statement["Effect"], "Allow")
        && is(&statement["Action"], ACTION)
        && is(only(&statement["Principal"], &["Service"])?, PRINCIPAL);
    let keys = only(&statement["Condition"], &["ArnLike", "ArnEquals"])?;
    let source = sole(only(keys, &["AWS:SourceArn"])?).filter(|_| usual)?;
    let api = source.strip_prefix(&cloud.arn("execute-api", ""))?.strip_suffix("/*")?;
    (!api.contains('/')).then(|| api.to_owned())
}

/// A text, or the only one of a list.
fn sole(value: &Value) -> Option<&str> {
    match value {
        Value::Array(one) if one.len() == 1 => one[0].as_str(),
        other => other.as_str(),
    }
}

/// The only member of an object, under one of these names.
fn only<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let (name, member) = value.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    names.iter().any(|known| known.eq_ignore_ascii_case(name)).then_some(member)
}

/// Makes sure that a statement that took the place of another one reads as it was written. Otherwise every run would
/// remove it, and callers would be refused meanwhile.
async fn made_anew(context: &Context<'_>, outputs: &Outputs, spec: &Spec) -> Result<()> {
    let there = statement(context, outputs).await?.unwrap_or_default();
    if api_of(context.cloud, &there).as_ref() == Some(spec.rest_api_id.known()) {
        return Ok(());
    }
    let source = source_arn(context.cloud, spec.rest_api_id.known());
    let (id, function) = (&outputs.statement_id, &outputs.function_name);
    Err(ResourceError::refused(format!(
        "statement `{id}` of function `{function}` does not keep what was written: it is `{there}` instead of the \
         permission for `{PRINCIPAL}` to use `{ACTION}` where `AWS:SourceArn` is like `{source}`"
    ))
    .hint("another process changes the policy of the function, or this server writes it in another way"))
}

async fn remove_statement(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
    let lambda = &context.cloud.lambda;
    let request = lambda.remove_permission().function_name(&outputs.function_name).statement_id(&outputs.statement_id);
    let request = request.set_qualifier(outputs.qualifier.clone());
    remove(context, &operation::REMOVE_PERMISSION, || request.clone().send()).await
}
