//! All users of a pool.

use super::{error::UserError, pool::Users, user::User};
use crate::aws::{call, operation};

/// What Cognito answers at once.
const PAGE: usize = 60;

impl Users<'_> {
    /// The users of the pool, in Cognito's order, and whether there are more than `at_most`.
    ///
    /// # Errors
    /// When there is no such pool, or the caller may not look.
    pub async fn list(&self, at_most: usize) -> Result<(Vec<User>, bool), UserError> {
        let (mut people, mut page) = (Vec::new(), None);
        loop {
            // One more than is wanted tells whether there are more.
            let wanted = (at_most - people.len()).saturating_add(1).min(PAGE);
            let request = self.cloud.cognito.list_users().user_pool_id(self.pool_id());
            let request = request.limit(i32::try_from(wanted).unwrap_or(i32::MAX)).set_pagination_token(page);
            let answer = call(&self.context(), &operation::LIST_USERS, || request.clone().send()).await;
            let answer = answer.map_err(|error| self.about("the users", "not listed").reason(error))?;
            people.extend(answer.users.unwrap_or_default().into_iter().map(User::listed));
            page = answer.pagination_token;
            if people.len() > at_most {
                people.truncate(at_most);
                return Ok((people, true));
            }
            if page.is_none() {
                return Ok((people, false));
            }
        }
    }
}
