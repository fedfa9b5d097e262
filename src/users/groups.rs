//! Groups, and who is in them.

use super::{error::UserError, pool::Users};
use crate::{
    aws::{call, operation},
    engine::ResourceError,
};

/// What Cognito answers at once.
const PAGE: i32 = 60;

impl Users<'_> {
    /// Puts a user into a group.
    ///
    /// # Errors
    /// When there is no such user or group, or the caller may not.
    pub async fn add_to_group(&self, user: &str, group: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_add_user_to_group().user_pool_id(self.pool_id());
        let request = request.username(user).group_name(group);
        let sent = call(&self.context(), &operation::ADMIN_ADD_USER_TO_GROUP, || request.clone().send()).await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.group_reason(user, group, "not put into the group", error).await),
        }
    }

    /// Takes a user out of a group; that they are not in it is success.
    ///
    /// # Errors
    /// When there is no such user or group, or the caller may not.
    pub async fn remove_from_group(&self, user: &str, group: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_remove_user_from_group().user_pool_id(self.pool_id());
        let request = request.username(user).group_name(group);
        let sent = call(&self.context(), &operation::ADMIN_REMOVE_USER_FROM_GROUP, || request.clone().send()).await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.group_reason(user, group, "not taken out of the group", error).await),
        }
    }

    /// Makes a group; that it is there is success.
    ///
    /// # Errors
    /// When the name cannot be one, or the caller may not.
    pub async fn create_group(&self, group: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.create_group().user_pool_id(self.pool_id()).group_name(group);
        match call(&self.context(), &operation::CREATE_GROUP, || request.clone().send()).await {
            Err(error) if error.code.as_deref() != Some("GroupExistsException") => {
                Err(self.about(&format!("the group `{group}`"), "not made").reason(error))
            }
            _ => Ok(()),
        }
    }

    /// The groups that a user is in, sorted.
    ///
    /// # Errors
    /// When there is no such user, or the caller may not look.
    pub async fn groups_of(&self, user: &str) -> Result<Vec<String>, UserError> {
        let (mut groups, mut page) = (Vec::new(), None);
        loop {
            let request = self.cloud.cognito.admin_list_groups_for_user().user_pool_id(self.pool_id());
            let request = request.username(user).limit(PAGE).set_next_token(page);
            let answer = call(&self.context(), &operation::ADMIN_LIST_GROUPS_FOR_USER, || request.clone().send()).await;
            let answer = answer.map_err(|error| self.about(user, "the groups are not listed").reason(error))?;
            groups.extend(answer.groups.unwrap_or_default().into_iter().filter_map(|group| group.group_name));
            page = answer.next_token;
            if page.is_none() {
                groups.sort();
                return Ok(groups);
            }
        }
    }

    /// The groups of the pool, sorted.
    async fn groups(&self) -> Result<Vec<String>, UserError> {
        let (mut groups, mut page) = (Vec::new(), None);
        loop {
            let request = self.cloud.cognito.list_groups().user_pool_id(self.pool_id());
            let request = request.limit(PAGE).set_next_token(page);
            let answer = call(&self.context(), &operation::LIST_GROUPS, || request.clone().send()).await;
            let answer = answer.map_err(|error| self.about("the groups", "not listed").reason(error))?;
            groups.extend(answer.groups.unwrap_or_default().into_iter().filter_map(|group| group.group_name));
            page = answer.next_token;
            if page.is_none() {
                groups.sort();
                return Ok(groups);
            }
        }
    }

    /// The reason why a user's groups were not changed; when there is no such group, those there are.
    async fn group_reason(&self, user: &str, group: &str, failed: &'static str, error: ResourceError) -> UserError {
        let group_is_missing =
            error.code.as_deref() == Some("ResourceNotFoundException") && !error.message.starts_with("User pool ");
        if !group_is_missing {
            return self.about(user, failed).reason(error);
        }
        match self.groups().await {
            Ok(there) => UserError::NoGroup { group: group.to_owned(), there },
            Err(reason) => reason,
        }
    }
}
