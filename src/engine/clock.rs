//! Waits on tokio's clock.

/// Waits on tokio's clock.
#[expect(clippy::disallowed_methods, reason = "the callers bound these waits")]
pub(crate) async fn pause(duration: std::time::Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits on tokio's clock until `instant`.
pub(super) async fn pause_until(instant: tokio::time::Instant) {
    tokio::time::sleep_until(instant).await;
}
