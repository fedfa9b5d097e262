//! The log of a request: Lambda's own lines and the function's output.

use jiff::Timestamp;

use super::Order;
use crate::emulator::{Emulator, WeakEmulator, activity::Entry};

/// The size of the log tail that `Invoke` returns.
const TAIL: usize = 4096;

/// The log of one request.
#[derive(Debug)]
pub(super) struct InvocationLog {
    /// `None` if the role may not write there or the emulator is gone.
    destination: Option<Destination>,
    text: String,
}

#[derive(Debug)]
struct Destination {
    emulator: WeakEmulator,
    function: String,
    region: String,
    group: String,
    stream: String,
    may_create_group: bool,
}

impl InvocationLog {
    /// Opens the log with the permissions of the function's role. Without `logs:PutLogEvents` nothing is logged. A
    /// missing group is created only with `logs:CreateLogGroup`.
    pub(super) fn open(emulator: &WeakEmulator, order: &Order, stream: &str) -> Self {
        let destination = emulator.upgrade().and_then(|alive| Destination::open(&alive, order, stream));
        Self { destination, text: String::new() }
    }

    /// Writes one of Lambda's own events, which is one line.
    pub(super) fn line(&mut self, line: &str) {
        self.write(&format!("{line}\n"));
    }

    /// Writes one event. Lambda writes none for an empty line.
    pub(super) fn write(&mut self, message: &str) {
        if message.trim_end_matches('\n').is_empty() {
            return;
        }
        self.text.push_str(message);
        if !message.ends_with('\n') {
            self.text.push('\n');
        }
        // Only the tail is returned, so the rest need not be kept.
        if self.text.len() > 16 * TAIL {
            self.text = self.tail();
        }
        if let Some(destination) = &self.destination {
            destination.write(message);
        }
    }

    /// The last 4 KB.
    pub(super) fn tail(&self) -> String {
        let mut start = self.text.len().saturating_sub(TAIL);
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        self.text[start..].to_owned()
    }
}

impl Destination {
    fn open(emulator: &Emulator, order: &Order, stream: &str) -> Option<Self> {
        let (region, group) = (order.region(), order.version.log_group(&order.function_name));
        let group_arn = format!("arn:aws:logs:{region}:{}:log-group:{group}", emulator.settings().account);
        let stream_arn = format!("{group_arn}:log-stream:{stream}");
        let world = emulator.world();
        let may = |action: &str, resource: &str| world.iam.allows(&order.version.settings.role, action, resource);
        let may_write = may("logs:CreateLogStream", &stream_arn) && may("logs:PutLogEvents", &stream_arn);
        may_write.then(|| Self {
            emulator: emulator.downgrade(),
            function: order.function_name.clone(),
            region: region.to_owned(),
            stream: stream.to_owned(),
            may_create_group: may("logs:CreateLogGroup", &group_arn),
            group,
        })
    }

    fn write(&self, message: &str) {
        let Some(emulator) = self.emulator.upgrade() else { return };
        emulator.activity().add(Entry {
            kind: "function_log",
            function: Some(self.function.clone()),
            message: Some(message.trim_end_matches('\n').to_owned()),
            ..Entry::default()
        });
        let now = Timestamp::now().as_millisecond();
        let mut world = emulator.world();
        let group = (&*self.region, &*self.group);
        let written = world.logs.append(group, &self.stream, now, message);
        if !written && self.may_create_group {
            world.logs.ensure_group(&self.group, &self.region);
            world.logs.append(group, &self.stream, now, message);
        }
    }
}
