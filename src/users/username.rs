//! What a new user's name may be in a pool, and what follows from it.

use std::collections::BTreeMap;

use super::{error::UserError, settings::PoolSettings};

const EMAIL: &str = "email";
const PHONE_NUMBER: &str = "phone_number";

impl PoolSettings {
    /// The attributes of a new user: those given, and the address that the name is.
    ///
    /// An address counts as verified, because an administrator gives it: one that is not verified neither recovers an
    /// account nor signs in as an alias.
    ///
    /// # Errors
    /// When the pool does not allow the name.
    pub fn attributes(
        &self,
        name: &str,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, UserError> {
        let mut attributes = given.clone();
        if let Some(address) = self.address(name)? {
            attributes.entry(address.to_owned()).or_insert_with(|| name.to_owned());
        }
        for address in [EMAIL, PHONE_NUMBER] {
            if attributes.contains_key(address) {
                attributes.entry(format!("{address}_verified")).or_insert_with(|| "true".to_owned());
            }
        }
        Ok(attributes)
    }

    /// The attribute that a name is the value of, if it is an address.
    fn address(&self, name: &str) -> Result<Option<&'static str>, UserError> {
        let form = if is_email(name) {
            Some(EMAIL)
        } else if is_phone_number(name) {
            Some(PHONE_NUMBER)
        } else {
            None
        };
        if !self.username_attributes.is_empty() {
            // Cognito makes up the username itself, and the name must be an address of such a form.
            return match form.filter(|form| self.username_attributes.contains(*form)) {
                Some(form) => Ok(Some(form)),
                None => Err(UserError::NotAnAddress { name: name.to_owned(), wanted: self.wanted_forms() }),
            };
        }
        match form {
            Some(form) if self.alias_attributes.contains(form) => {
                Err(UserError::AddressAsName { name: name.to_owned(), attribute: form.to_owned() })
            }
            // Where users do not sign in with it, a number is a name like any other.
            other => Ok(other.filter(|form| *form == EMAIL)),
        }
    }

    fn wanted_forms(&self) -> String {
        let plain = |form: &String| match form.as_str() {
            EMAIL => "an e-mail address".to_owned(),
            PHONE_NUMBER => "a telephone number like +4930123456".to_owned(),
            other => other.to_owned(),
        };
        self.username_attributes.iter().map(plain).collect::<Vec<_>>().join(" or ")
    }
}

/// Whether a name looks like an e-mail address; Cognito decides whether it is one.
fn is_email(name: &str) -> bool {
    let halves = name.split_once('@');
    halves.is_some_and(|(mailbox, domain)| !mailbox.is_empty() && domain.contains('.')) && !name.contains(' ')
}

fn is_phone_number(name: &str) -> bool {
    name.strip_prefix('+').is_some_and(|digits| digits.len() > 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::users::PasswordRules;

    fn pool(username: &[&str], alias: &[&str]) -> PoolSettings {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        PoolSettings {
            name: "people".into(),
            password_policy: PasswordRules::read(None),
            username_attributes: names(username),
            case_sensitive: false,
            alias_attributes: names(alias),
            required_attributes: BTreeSet::new(),
        }
    }

    fn attributes(pool: &PoolSettings, name: &str, given: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let attributes = pool.attributes(name, &given).map_err(|error| error.to_string())?;
        Ok(attributes.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    #[test]
    fn a_name_that_is_an_address_becomes_a_verified_attribute() {
        let verified = Ok(vec!["email=ann@example.com".to_owned(), "email_verified=true".to_owned()]);
        assert_eq!(attributes(&pool(&["email"], &[]), "ann@example.com", &[]), verified);
        assert_eq!(attributes(&pool(&[], &[]), "ann@example.com", &[]), verified);
        assert_eq!(
            attributes(&pool(&["email", "phone_number"], &[]), "+4930123456", &[]),
            Ok(vec!["phone_number=+4930123456".to_owned(), "phone_number_verified=true".to_owned()])
        );
        assert_eq!(attributes(&pool(&[], &[]), "+4930123456", &[]), Ok(Vec::new()));
        assert_eq!(attributes(&pool(&[], &["email"]), "ann", &[]), Ok(Vec::new()));
    }

    #[test]
    fn an_address_beside_the_name_counts_as_verified_unless_it_is_said_not_to_be() {
        let pool = pool(&[], &["email"]);
        let email = ("email", "ann@example.com");
        assert_eq!(
            attributes(&pool, "ann", &[email]),
            Ok(vec!["email=ann@example.com".to_owned(), "email_verified=true".to_owned()])
        );
        assert_eq!(
            attributes(&pool, "ann", &[email, ("email_verified", "false")]),
            Ok(vec!["email=ann@example.com".to_owned(), "email_verified=false".to_owned()])
        );
    }

    #[test]
    fn a_name_that_the_pool_does_not_allow_is_refused() {
        assert_eq!(
            attributes(&pool(&["email"], &[]), "ann", &[]),
            Err("`ann` is not an e-mail address, which users of this pool sign in with".to_owned())
        );
        assert_eq!(
            attributes(&pool(&["email", "phone_number"], &[]), "ann", &[]),
            Err("`ann` is not an e-mail address or a telephone number like +4930123456, which users of this pool \
                 sign in with"
                .to_owned())
        );
        assert_eq!(
            attributes(&pool(&[], &["email"]), "ann@example.com", &[]),
            Err("`ann@example.com` cannot be a username: in this user pool `email` is a second name of its users"
                .to_owned())
        );
    }
}
