//! Who holds a lock, as a person reads it before it is taken away.

use super::{
    columns::columns,
    paint::{STRONG, paint},
    plain::plain,
};
use crate::state::SeenLock;

pub(super) fn render(place: &str, lock: &SeenLock) -> String {
    let mut rows = Vec::new();
    if let Some(holder) = &lock.holder {
        rows.extend([
            ("command", format!("stackctl {}", holder.command)),
            ("user", holder.user.clone()),
            ("host", holder.host.clone()),
            ("process", holder.pid.to_string()),
            ("since", holder.since.clone()),
        ]);
    }
    rows.extend(lock.silent.map(|silent| ("last sign", format!("{} s ago", silent.as_secs()))));
    let by = if lock.holder.is_some() { "" } else { " by somebody who did not sign" };
    let rows = rows.into_iter().map(|(name, value)| (name, plain(&value))).collect::<Vec<_>>();
    format!("{} is locked{by}\n{}\n", paint(STRONG, place), columns("  ", &rows))
}
