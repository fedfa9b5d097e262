//! Passwords: what a pool asks of them, temporary ones that meet it, and how a user chooses one.

use aws_lc_rs::rand;
use aws_sdk_cognitoidentityprovider::types::PasswordPolicyType;

use super::{error::UserError, prompt::Prompt, secret::Secret};

/// What a pool asks of a password.
#[expect(clippy::struct_excessive_bools, reason = "they are Cognito's own members")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRules {
    /// Characters.
    pub minimum_length: usize,
    /// At least one uppercase letter.
    pub require_uppercase: bool,
    /// At least one lowercase letter.
    pub require_lowercase: bool,
    /// At least one digit.
    pub require_numbers: bool,
    /// At least one symbol.
    pub require_symbols: bool,
}

/// Characters that Cognito takes at most.
const LONGEST: usize = 256;
/// What Cognito counts as a symbol; a space is one where it is neither the first nor the last character.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
/// Symbols that no shell, URL or mail changes.
const PLAIN_SYMBOLS: &str = "._~-";
/// Too many to guess, whatever the policy asks for.
const TEMPORARY_LENGTH: usize = 24;
/// How often a user may choose before it is given up.
const ATTEMPTS: usize = 3;

impl PasswordRules {
    /// The policy as `DescribeUserPool` tells it; what it leaves out is not asked for.
    pub(super) fn read(policy: Option<&PasswordPolicyType>) -> Self {
        let asks = |rule: fn(&PasswordPolicyType) -> bool| policy.is_some_and(rule);
        let length = policy.and_then(|policy| policy.minimum_length);
        Self {
            minimum_length: length.and_then(|length| usize::try_from(length).ok()).unwrap_or(8),
            require_uppercase: asks(|policy| policy.require_uppercase),
            require_lowercase: asks(|policy| policy.require_lowercase),
            require_numbers: asks(|policy| policy.require_numbers),
            require_symbols: asks(|policy| policy.require_symbols),
        }
    }

    /// Every rule that a password does not meet, as a noun: `a digit`.
    #[must_use]
    pub fn unmet(&self, password: &Secret) -> Vec<String> {
        let text = password.reveal();
        let length = text.chars().count();
        let mut unmet = Vec::new();
        if length < self.minimum_length {
            unmet.push(format!("at least {} characters (it has {length})", self.minimum_length));
        }
        if length > LONGEST {
            unmet.push(format!("at most {LONGEST} characters (it has {length})"));
        }
        let classes = self.classes().filter(|(_, letters)| !text.contains(|letter| letters.contains(letter)));
        unmet.extend(classes.map(|(name, _)| name.to_owned()));
        if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
            unmet.push("no space at its beginning or end".to_owned());
        }
        unmet
    }

    /// What a password must be like: `at least 8 characters, a digit and a symbol`.
    #[must_use]
    pub fn described(&self) -> String {
        let names: Vec<&str> = self.classes().map(|(name, _)| name).collect();
        let length = format!("at least {} characters", self.minimum_length);
        match names.split_last() {
            None => length,
            Some((last, [])) => format!("{length}, {last}"),
            Some((last, rest)) => format!("{length}, {} and {last}", rest.join(", ")),
        }
    }

    /// Makes up a password that meets the policy.
    #[must_use]
    pub fn temporary(&self) -> Secret {
        let mut letters: Vec<char> =
            [UPPERCASE, LOWERCASE, DIGITS, PLAIN_SYMBOLS].iter().map(|class| pick(class)).collect();
        let all = [UPPERCASE, LOWERCASE, DIGITS].concat();
        letters.resize_with(self.minimum_length.max(TEMPORARY_LENGTH), || pick(&all));
        // The classes must not stand at places that are known.
        let shuffled = (0..letters.len()).map(|_| letters.swap_remove(below(letters.len())));
        Secret::new(shuffled.collect::<String>())
    }

    fn classes(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let classes = [
            (self.require_uppercase, "an uppercase letter", UPPERCASE),
            (self.require_lowercase, "a lowercase letter", LOWERCASE),
            (self.require_numbers, "a digit", DIGITS),
            (self.require_symbols, "a symbol", SYMBOLS),
        ];
        classes.into_iter().filter(|(required, ..)| *required).map(|(_, name, letters)| (name, letters))
    }

    /// Makes sure that a password meets the policy.
    ///
    /// # Errors
    /// When it does not; every unmet rule is named.
    pub fn check(&self, password: &Secret) -> Result<(), UserError> {
        let unmet = self.unmet(password);
        if unmet.is_empty() { Ok(()) } else { Err(UserError::PasswordPolicy { unmet }) }
    }

    /// Lets a user choose a password: twice the same, and one that meets the policy.
    ///
    /// # Errors
    /// When it cannot be read, or does not come to that in a few attempts.
    pub async fn choose(&self, prompt: &dyn Prompt, what: &str) -> Result<Secret, UserError> {
        let question = format!("{what} ({}): ", self.described());
        for _ in 0..ATTEMPTS {
            let chosen = prompt.hidden(&question).await?;
            let unmet = self.unmet(&chosen);
            if !unmet.is_empty() {
                prompt.tell(&format!("it needs {}", unmet.join(", ")));
            } else if prompt.hidden("once more: ").await? == chosen {
                return Ok(chosen);
            } else {
                prompt.tell("these are two different passwords");
            }
        }
        Err(UserError::NotChosen)
    }
}

fn pick(letters: &str) -> char {
    let letters: Vec<char> = letters.chars().collect();
    letters[below(letters.len())]
}

/// A random number below `end`, each as likely as every other.
fn below(end: usize) -> usize {
    let fair = 256 - 256 % end;
    loop {
        let mut byte = [0];
        rand::fill(&mut byte).expect("the system has randomness");
        if usize::from(byte[0]) < fair {
            return usize::from(byte[0]) % end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict() -> PasswordRules {
        PasswordRules {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
        }
    }

    #[test]
    fn every_rule_that_is_not_met_is_named() {
        let unmet = |text: &str| strict().unmet(&Secret::new(text));
        assert_eq!(unmet("Passw0rd!"), Vec::<String>::new());
        assert_eq!(unmet("Pass w0rd"), Vec::<String>::new(), "a space inside is a symbol");
        assert_eq!(
            unmet(""),
            ["at least 8 characters (it has 0)", "an uppercase letter", "a lowercase letter", "a digit", "a symbol"]
        );
        assert_eq!(unmet("PASSWORD "), ["a lowercase letter", "a digit", "no space at its beginning or end"]);
        assert_eq!(unmet(&"Aa1!".repeat(65)), ["at most 256 characters (it has 260)"]);
        assert_eq!(unmet("ÄÖÜäöü١٢"), ["an uppercase letter", "a lowercase letter", "a digit", "a symbol"]);
    }

    #[test]
    fn what_is_asked_for_is_said_in_one_line() {
        let policy = strict();
        assert_eq!(
            policy.described(),
            "at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol"
        );
        let policy =
            PasswordRules { require_uppercase: false, require_lowercase: false, require_symbols: false, ..policy };
        assert_eq!(policy.described(), "at least 8 characters, a digit");
        assert_eq!(PasswordRules { require_numbers: false, ..policy }.described(), "at least 8 characters");
    }

    #[test]
    fn temporary_passwords_meet_every_policy_and_differ() {
        let long = PasswordRules { minimum_length: 99, ..strict() };
        let made: Vec<Secret> = (0..100).flat_map(|_| [strict().temporary(), long.temporary()]).collect();
        assert!(made.iter().step_by(2).all(|password| strict().unmet(password).is_empty()));
        assert!(made.iter().skip(1).step_by(2).all(|password| long.unmet(password).is_empty()));
        let different: std::collections::BTreeSet<&str> = made.iter().map(Secret::reveal).collect();
        assert_eq!(different.len(), made.len());
    }
}
