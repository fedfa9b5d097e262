//! Evaluation of a role's policies, limited to what the emulator checks.

use serde_json::{Value, json};

use super::{
    Role,
    document::{statements, texts},
};

/// Whether a statement allows the action on the resource and none denies it.
pub(super) fn allows(role: &Role, action: &str, resource: &str) -> bool {
    let inline = role.inline.values().filter_map(|document| serde_json::from_str(document).ok());
    let documents: Vec<Value> = inline.chain(role.attached.iter().filter_map(|arn| managed(arn))).collect();
    let effects: Vec<&Value> = documents
        .iter()
        .flat_map(statements)
        .filter(|statement| applies(statement, action, resource))
        .filter_map(|statement| statement.get("Effect"))
        .collect();
    effects.iter().any(|effect| *effect == "Allow") && !effects.iter().any(|effect| *effect == "Deny")
}

/// Whether a trust policy lets the service assume the role.
pub(super) fn trusts(trust: &str, service: &str) -> bool {
    let document: Value = serde_json::from_str(trust).unwrap_or_default();
    let applies = |statement: &&Value| {
        let named = statement
            .get("Principal")
            .is_some_and(|principal| principal == "*" || texts(principal, "Service").contains(&service));
        named && texts(statement, "Action").iter().any(|pattern| matches(&pattern.to_lowercase(), "sts:assumerole"))
    };
    let effects: Vec<_> = statements(&document).iter().filter(applies).map(|statement| &statement["Effect"]).collect();
    effects.iter().any(|effect| **effect == "Allow") && !effects.iter().any(|effect| **effect == "Deny")
}

fn applies(statement: &Value, action: &str, resource: &str) -> bool {
    let action = action.to_lowercase();
    let acts = |member| texts(statement, member).iter().any(|pattern| matches(&pattern.to_lowercase(), &action));
    let is_on = |member| texts(statement, member).iter().any(|pattern| matches(pattern, resource));
    let action = if statement.get("NotAction").is_some() { !acts("NotAction") } else { acts("Action") };
    let resource = if statement.get("NotResource").is_some() { !is_on("NotResource") } else { is_on("Resource") };
    action && resource
}

/// The document of a managed policy that the emulator knows. Every other managed policy allows nothing.
fn managed(arn: &str) -> Option<Value> {
    let actions = match arn.strip_prefix("arn:aws:iam::aws:policy/")? {
        "service-role/AWSLambdaBasicExecutionRole" | "service-role/AWSLambdaVPCAccessExecutionRole" => {
            json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
        }
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs" => json!([
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:GetLogEvents",
            "logs:FilterLogEvents"
        ]),
        "CloudWatchLogsFullAccess" => json!("logs:*"),
        "AdministratorAccess" => json!("*"),
        _ => return None,
    };
    Some(json!({ "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" } }))
}

/// Whether a string matches a pattern in which `*` matches any string and `?` any one character.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // The position of the last `*`, and the end of its match in the text.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_matches_any_string_and_a_question_mark_one_character() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("logs:*", "logs:putlogevents", true),
            ("logs:Put?", "logs:Put", false),
            ("arn:*:log-group:/aws/lambda/a:*", "arn:aws:logs:r:1:log-group:/aws/lambda/a:log-stream:x", true),
            ("arn:*:log-group:/aws/lambda/a:*", "arn:aws:logs:r:1:log-group:/aws/lambda/ab:x", false),
            ("a*b*c", "axxbyybzc", true),
            ("a*b", "axxbc", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
