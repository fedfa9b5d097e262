//! Finds the calls of `stackctl` in a piece of code, as a shell would split them.

use clap::error::ErrorKind;

/// The command lines of `stackctl` in a piece of code, as words. One with an ellipsis or a usage is left out.
pub fn commands(code: &str) -> Vec<Vec<String>> {
    let starts = code.match_indices("stackctl ").map(|(at, _)| at);
    let lines = starts.filter(|at| begins_a_command(&code[..*at])).map(|at| words(&code[at..]));
    lines
        .filter(|words| {
            words.len() > 1
                && !words.iter().any(|word| word.contains('…') || ["...", "[OPTIONS]"].contains(&word.as_str()))
        })
        .collect()
}

/// Whether a shell would read a command after this: at the start of a line, after an operator or an assignment.
fn begins_a_command(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let joined = !line.is_empty() && !line.ends_with([' ', '(', '`']);
    let last = line.split_whitespace().next_back().unwrap_or_default();
    !joined && (last.is_empty() || last.contains('=') || last.ends_with(['(', '|', '&', ';', ':', '`']))
}

/// The words up to the end of the command: a new line, an operator, a comment, or the end of a quotation around it.
fn words(code: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', None) if letters.peek() == Some(&'\n') => {
                while letters.next_if(|next| next.is_whitespace()).is_some() {}
            }
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(letters.next()),
            ('\n' | '|' | ';' | '&' | '>' | '<' | ')' | '`', None) => break,
            ('#', None) if word.is_none() => break,
            // In the examples of the help, a remark stands in a column of its own.
            (' ', None) if letters.peek() == Some(&' ') => break,
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    // A quotation that does not end was opened before the command.
    words.extend(word.filter(|_| quote.is_none()));
    words.into_iter().map(|word| if word == "N" { "1".to_owned() } else { word }).collect()
}

/// Whether an error only says that a command is mentioned without its arguments.
pub fn is_a_mention(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
    )
}

#[test]
fn commands_are_split_as_by_a_shell() {
    let found = |code: &str| commands(code).into_iter().map(|words| words[1..].join("|")).collect::<Vec<_>>();
    assert_eq!(found("stackctl plan --local   # a comment"), ["plan|--local"]);
    assert_eq!(found("stackctl history && stackctl rollback 7"), ["history", "rollback|7"]);
    assert_eq!(found(r#"curl "$(stackctl outputs invoke_url)/x""#), ["outputs|invoke_url"]);
    assert_eq!(
        found(
            r"stackctl invoke f --data '{ 1 }' \
        --json"
        ),
        ["invoke|f|--data|{ 1 }|--json"]
    );
    assert_eq!(found("stackctl down --delete-users N"), ["down|--delete-users|1"]);
    assert_eq!(found("  stackctl outputs     as a table"), ["outputs"]);
    assert_eq!(found("hint: run `stackctl up` again, which stackctl does"), ["up"]);
    assert!(found("stackctl user … and /tmp/stackctl x").is_empty());
}
