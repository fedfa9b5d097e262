//! The profiles of the files that every AWS tool shares.

use aws_config::profile::load;
use aws_types::os_shim_internal::{Env, Fs};

/// Gives the names of all profiles, sorted; none where there are no such files.
///
/// # Errors
/// When the files cannot be read: gives what is wrong with them.
#[expect(clippy::default_trait_access, reason = "the crate has no current name for the type")]
pub async fn profiles() -> Result<Vec<String>, String> {
    let all = load(&Fs::real(), &Env::real(), &Default::default(), None).await;
    let all = all.map_err(|error| super::error::causes(&error).join(": "))?;
    let mut names: Vec<String> = all.profiles().map(str::to_owned).collect();
    names.sort();
    Ok(names)
}
