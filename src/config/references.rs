//! References: `${userPool.id}` and the like stand for values of the stack's own resources. They stay symbolic in a
//! configuration, as marks in its strings; who builds the stack from it knows what they become.

use super::problem::Problem;
use super::suggest::{closest, list};
use super::tree::JsonNode;

/// Unicode keeps these two code points for the inner use of a program: no text has them.
const BEGIN: char = '\u{FDD2}';
const END: char = '\u{FDD3}';

/// A value of a resource of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    UserPoolId,
    UserPoolArn,
    /// The issuer in the tokens of the user pool.
    UserPoolIssuer,
    ClientId,
    ApiId,
    /// Where the API responds; a route's path follows.
    ApiUrl,
    /// The ARN of a function's alias, which is what callers of the API get.
    FunctionArn(String),
    /// The name of a function at AWS.
    FunctionName(String),
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Reference(Reference),
}

/// What `${…}` may name besides functions.
const NAMES: [(&str, Reference); 6] = [
    ("userPool.id", Reference::UserPoolId),
    ("userPool.arn", Reference::UserPoolArn),
    ("userPool.issuer", Reference::UserPoolIssuer),
    ("client.id", Reference::ClientId),
    ("api.id", Reference::ApiId),
    ("api.url", Reference::ApiUrl),
];

/// What a function has.
const OF_FUNCTION: [&str; 2] = ["arn", "name"];

/// The forms of all references, for messages.
pub(super) const FORMS: &str = "${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, \
     ${api.url}, ${function.NAME.arn}, ${function.NAME.name}";

/// A part of the configuration, by what can be known when it is written to AWS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A function and its role, which are created after everything that they refer to.
    Function,
    /// The description of the API itself.
    Api,
    /// The tags of every resource.
    Tags,
    Elsewhere,
}

impl Place {
    fn of(path: &str) -> Self {
        let mut quoted = false;
        let steps: Vec<&str> = path
            .split(|character| {
                quoted ^= character == '"';
                character == '.' && !quoted
            })
            .collect();
        let steps = match steps.as_slice() {
            ["stages", _, rest @ ..] => rest,
            all => all,
        };
        match steps {
            ["functions", _, "environment" | "description", ..] => Self::Function,
            ["functions", _, policy, ..] if policy.starts_with("policy") => Self::Function,
            ["api", "description"] => Self::Api,
            ["deployment", "tags", ..] => Self::Tags,
            _ => Self::Elsewhere,
        }
    }
}

impl Reference {
    fn parse(name: &str) -> Option<Self> {
        if let Some((_, reference)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(reference.clone());
        }
        let (function, member) = name.strip_prefix("function.")?.rsplit_once('.')?;
        match member {
            "arn" => Some(Self::FunctionArn(function.to_owned())),
            "name" => Some(Self::FunctionName(function.to_owned())),
            _ => None,
        }
    }

    fn function(&self) -> Option<&str> {
        match self {
            Self::FunctionArn(function) | Self::FunctionName(function) => Some(function),
            _ => None,
        }
    }

    /// Why it cannot stand in a place; `None` where it can.
    fn refused(&self, place: Place) -> Option<&'static str> {
        match (place, self) {
            (Place::Api, Self::ApiId | Self::ApiUrl) => {
                Some("the API has no ID yet when it is created with its description")
            }
            (Place::Function | Place::Api, _) | (Place::Tags, Self::FunctionArn(_) | Self::FunctionName(_)) => None,
            (Place::Tags, _) => Some("a resource has no ID yet when it is created with its tags"),
            (Place::Elsewhere, _) => Some("only functions, descriptions and tags may refer to resources"),
        }
    }

    /// Where it can stand.
    fn places(&self) -> &'static str {
        match self {
            Self::ApiId | Self::ApiUrl => "`environment`, `policy` and `description` of a function",
            Self::FunctionArn(_) | Self::FunctionName(_) => {
                "`environment`, `policy` and `description` of a function, `api.description` and `deployment.tags`"
            }
            _ => "`environment`, `policy` and `description` of a function, and `api.description`",
        }
    }
}

/// Makes the mark of a reference.
///
/// # Errors
/// When there is no such reference, or it cannot stand in this place of the configuration.
pub(super) fn mark(name: &str, path: &str, functions: &[String]) -> Result<String, Problem> {
    let Some(reference) = Reference::parse(name) else { return Err(unknown(name, functions)) };
    if let Some(function) = reference.function().filter(|function| functions.iter().all(|known| known != function)) {
        return Err(no_function(name, function, functions));
    }
    if let Some(because) = reference.refused(Place::of(path)) {
        let problem = Problem::error("", format!("`${{{name}}}` cannot be used here: {because}"));
        return Err(problem.detail(format!("it can be used in {}", reference.places())));
    }
    Ok(format!("{BEGIN}{name}{END}"))
}

fn no_function(name: &str, function: &str, functions: &[String]) -> Problem {
    let known = || functions.iter().map(String::as_str);
    let member = name.rsplit_once('.').map_or("", |(_, member)| member);
    let hint = closest(function, known()).map(|guess| format!("did you mean `${{function.{guess}.{member}}}`?"));
    Problem::error("", format!("`${{{name}}}`: no function is named `{function}`"))
        .detail(format!("functions are: {}", list(known())))
        .maybe_hint(hint)
}

fn unknown(name: &str, functions: &[String]) -> Problem {
    let of_functions =
        functions.iter().flat_map(|one| OF_FUNCTION.iter().map(move |member| format!("function.{one}.{member}")));
    let of_functions: Vec<String> = of_functions.collect();
    let plain = ["stage", "region", "account"].into_iter().chain(NAMES.iter().map(|(known, _)| *known));
    let hint = match closest(name, plain.chain(of_functions.iter().map(String::as_str))) {
        Some(guess) => format!("did you mean `${{{guess}}}`?"),
        None => format!("for the text itself, write `$${{{name}}}`"),
    };
    Problem::error("", format!("`${{{name}}}` is not a variable"))
        .detail("variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}")
        .detail(format!("references are: {FORMS}"))
        .hint(hint)
}

/// Splits a string of a configuration at its references; `None` when it has none.
#[must_use]
pub fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let (mut rest, mut any) = (text, false);
    while let Some((before, (marked, after))) =
        rest.split_once(BEGIN).and_then(|(before, marked)| Some((before, marked.split_once(END)?)))
    {
        pieces.push(Piece::Text(before.to_owned()));
        if let Some(reference) = Reference::parse(marked) {
            pieces.push(Piece::Reference(reference));
            any = true;
        }
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    any.then_some(pieces)
}

/// Puts a value of the usual length and form in the place of each reference, so that rules can measure the text.
pub(super) fn measured(text: &str, deployment: Option<&JsonNode>) -> String {
    let Some(pieces) = pieces(text) else { return text.to_owned() };
    let of = |member: &str| deployment.and_then(|deployment| deployment.text_of(member)).unwrap_or_default();
    let (region, stage) = (of("region"), of("stage"));
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{region}:123456789012:{rest}");
    let pool = format!("{region}_000000000");
    let name = |function: &str| format!("{}-{stage}-{function}", of("serviceName"));
    let sample = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Reference(reference) => match reference {
            Reference::UserPoolId => pool.clone(),
            Reference::UserPoolArn => arn("cognito-idp", &format!("userpool/{pool}")),
            Reference::UserPoolIssuer => format!("https://cognito-idp.{region}.amazonaws.com/{pool}"),
            Reference::ClientId => "0".repeat(26),
            Reference::ApiId => "0".repeat(10),
            Reference::ApiUrl => format!("https://0000000000.execute-api.{region}.amazonaws.com/{stage}"),
            Reference::FunctionArn(function) => arn("lambda", &format!("function:{}:live", name(function))),
            Reference::FunctionName(function) => name(function),
        },
    };
    pieces.iter().map(sample).collect()
}

/// The text with its references as they are written, for messages.
pub(super) fn written(text: &str) -> String {
    text.replace(BEGIN, "${").replace(END, "}")
}
