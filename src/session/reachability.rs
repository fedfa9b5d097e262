//! Checks before the first AWS request: the profile, the timeout, and why there is no connection.

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use super::Run;
use crate::{
    aws,
    config::{did_you_mean, guess_region, is_known_region, list},
    engine::ResourceError,
    exit::Exit,
    failure::Failure,
};

/// After this time, a note says what the command is waiting for.
const NOTICED: Duration = Duration::from_secs(2);

/// The connection timeout. It is long enough for the retries.
const AT_MOST: Duration = Duration::from_secs(20);

/// The variables that set a proxy for requests to AWS, by precedence.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The profile of the credentials. A variable that is set but empty selects the default profile.
pub(crate) fn profile(run: &Run) -> Option<String> {
    let emptied = run.options.environment.get("AWS_PROFILE").is_some_and(String::is_empty);
    run.options.profile.clone().or_else(|| emptied.then(|| "default".to_owned()))
}

/// The host of the first request, for messages.
pub(crate) fn host(run: &Run, region: Option<&str>) -> String {
    let endpoint = run.options.environment.get("AWS_ENDPOINT_URL").filter(|url| !url.is_empty());
    let host = endpoint.cloned().or_else(|| region.map(aws::host));
    host.map_or_else(|| "AWS".to_owned(), |host| format!("`{host}`"))
}

/// Checks that the selected profile exists.
///
/// # Errors
/// When it does not, or the profile files cannot be read.
pub(crate) async fn check_profile(run: &Run) -> Result<(), Failure> {
    let Some(wanted) = &run.options.profile else { return Ok(()) };
    let profiles = aws::profiles()
        .await
        .map_err(|error| Failure::failed(format!("AWS cannot be used with the profile `{wanted}`")).detail(error))?;
    if profiles.contains(wanted) {
        return Ok(());
    }
    Err(no_profile(wanted, &run.options.source("profile"), &profiles))
}

fn no_profile(wanted: &str, source: &str, profiles: &[String]) -> Failure {
    let names = || profiles.iter().map(String::as_str);
    let failure = Failure::new(Exit::Failed, format!("AWS cannot be used with the profile `{wanted}`"));
    let failure = failure.detail(format!("profile not found; it comes from {source}"));
    if profiles.is_empty() {
        return failure.detail("no profiles are configured").hint("`aws configure` creates one");
    }
    failure.detail(format!("profiles are: {}", list(names()))).with_hints(did_you_mean(wanted, names()))
}

/// Waits for a connection and calls `waiting` when that takes long. `None` after the timeout.
pub(crate) async fn with_notice<F: Future + Unpin>(mut opening: F, waiting: impl FnOnce()) -> Option<F::Output> {
    if let Ok(opened) = timeout(NOTICED, &mut opening).await {
        return Some(opened);
    }
    waiting();
    timeout(AT_MOST.saturating_sub(NOTICED), opening).await.ok()
}

pub(crate) fn no_answer(host: &str) -> ResourceError {
    ResourceError::refused(format!("no response from {host} in {} s", AT_MOST.as_secs()))
}

/// The failure when there is no connection, with the settings that may have caused it.
pub(crate) fn no_connection(run: &Run, region: Option<&str>, error: &ResourceError) -> Failure {
    let failure = match &run.options.profile {
        _ if run.options.local => return Failure::resource("the local emulator cannot be used", error),
        Some(profile) => Failure::resource(format!("AWS cannot be used with the profile `{profile}`"), error),
        None => Failure::resource("AWS cannot be used", error),
    };
    // An error code in a response of AWS means that the Region and the proxy work.
    if error.code.is_some() {
        return failure;
    }
    let unknown = region.filter(|region| !is_known_region(region)).map(|region| {
        let guess = guess_region(region).map(|guess| format!(": {guess}")).unwrap_or_default();
        format!("this version of stackctl does not know the Region `{region}`{guess}")
    });
    let proxy =
        PROXIES.iter().find_map(|name| Some((name, run.options.environment.get(*name).filter(|url| !url.is_empty())?)));
    let proxy = proxy.map(|(name, url)| format!("requests go through the proxy of {name}, `{}`", without_user(url)));
    failure.with_hints(unknown).with_hints(proxy)
}

/// A URL without credentials.
fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    format!("{scheme}{host}{}", &rest[end..])
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
    };

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_response_is_noted_after_two_seconds_and_times_out_after_twenty() {
        let (began, noticed) = (Instant::now(), Cell::new(None));
        let opened = with_notice(Box::pin(pending::<()>()), || noticed.set(Some(began.elapsed()))).await;
        assert_eq!((opened, noticed.get()), (None, Some(Duration::from_secs(2))));
        assert_eq!(began.elapsed(), Duration::from_secs(20));
        assert_eq!(
            no_answer("`sts.eu-west-1.amazonaws.com`").message,
            "no response from `sts.eu-west-1.amazonaws.com` in 20 s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_connection_prints_nothing() {
        assert_eq!(with_notice(Box::pin(ready(7)), || panic!("no note is due")).await, Some(7));
    }

    #[test]
    fn an_unknown_profile_is_reported_with_the_configured_ones() {
        let profiles = ["default", "prod", "test"].map(str::to_owned);
        let failure = Failure::failed("AWS cannot be used with the profile `prdo`")
            .detail("profile not found; it comes from AWS_PROFILE")
            .detail("profiles are: default, prod, test")
            .hint("did you mean `prod`?");
        assert_eq!(no_profile("prdo", "AWS_PROFILE", &profiles), failure);
    }

    #[test]
    fn the_password_of_a_proxy_is_not_printed() {
        assert_eq!(without_user("http://ann:secret@proxy.example:8080/"), "http://proxy.example:8080/");
        assert_eq!(without_user("proxy.example:8080"), "proxy.example:8080");
    }
}
