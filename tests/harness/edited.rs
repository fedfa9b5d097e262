//! A server that responds differently from AWS: the local emulator with edited responses.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::{
    http::{HttpConnectorFuture, SharedHttpClient},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::Bridge;

/// Edits the response to an operation.
type Edit = Box<dyn Fn(&str, &str) -> String + Send>;

/// A server whose responses are edited. Its clones share the edit.
#[derive(Clone)]
pub(crate) struct Edited {
    local: stackctl_local::Emulator,
    edit: Arc<Mutex<Edit>>,
}

impl Edited {
    /// A server that edits nothing yet.
    pub(crate) fn new(local: &stackctl_local::Emulator) -> Self {
        let edit: Edit = Box::new(|_, body| body.to_owned());
        Self { local: local.clone(), edit: Arc::new(Mutex::new(edit)) }
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        let this = self.clone();
        Bridge::intercepted(&self.local, move |request, bridge| {
            let (this, operation) = (this.clone(), operation(&request));
            HttpConnectorFuture::new(async move {
                let mut response = bridge.carry(request).await?;
                let body = response.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
                if let Some(body) = body.filter(|_| response.status().is_success()) {
                    let edited = this.edit.lock().unwrap_or_else(PoisonError::into_inner)(&operation, body);
                    response.headers_mut().remove("content-length");
                    *response.body_mut() = SdkBody::from(edited);
                }
                Ok(response)
            })
        })
    }

    /// Edits all later responses, by the name of the operation and the body.
    pub(crate) fn edit(&self, edit: impl Fn(&str, &str) -> String + Send + 'static) {
        *self.edit.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(edit);
    }
}

/// The operation of a request, or its path without ids if no header or parameter names the operation.
fn operation(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let body = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return action.to_owned();
    }
    let path = request.uri().split("://").last().and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    let path = path.split('?').next().unwrap_or_default();
    let of_ids = ["restapis", "deployments"];
    let steps: Vec<&str> = path.split('/').collect();
    let shown = steps.iter().enumerate().map(|(at, step)| {
        let named_by_id = at > 0 && of_ids.contains(&steps[at - 1]);
        if named_by_id { "{id}" } else { step }
    });
    format!("{} /{}", request.method(), shown.collect::<Vec<_>>().join("/"))
}

/// A response that can be edited member by member: JSON, or the XML of IAM.
#[derive(Debug, Clone)]
pub(crate) enum Document {
    Json(Value),
    Xml(String),
}

impl Document {
    pub(crate) fn of(body: &str) -> Self {
        serde_json::from_str(body).map_or_else(|_| Self::Xml(body.to_owned()), Self::Json)
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Xml(text) => text.clone(),
        }
    }

    /// The paths of all members, as JSON pointers.
    pub(crate) fn places(&self) -> Vec<String> {
        match self {
            Self::Json(value) => {
                let mut places = Vec::new();
                collect(value, "", &mut places);
                places
            }
            Self::Xml(text) => elements(text).into_iter().map(|element| element.place).collect(),
        }
    }

    /// The same document without one member.
    pub(crate) fn without(&self, place: &str) -> Self {
        match self {
            Self::Json(value) => {
                let mut value = value.clone();
                let (above, name) = place.rsplit_once('/').unwrap_or_default();
                let name = name.replace("~1", "/").replace("~0", "~");
                if let Some(members) = value.pointer_mut(above).and_then(Value::as_object_mut) {
                    members.remove(&name);
                }
                Self::Json(value)
            }
            Self::Xml(text) => Self::Xml(replaced(text, place, |_, _| String::new())),
        }
    }

    /// The same document with the case of a string's letters swapped; `None` if there is no string at this path.
    pub(crate) fn in_other_case(&self, place: &str) -> Option<Self> {
        match self {
            Self::Json(value) => {
                let mut value = value.clone();
                let text = value.pointer_mut(place)?;
                let swapped = swapped(text.as_str()?);
                *text = swapped.into();
                Some(Self::Json(value))
            }
            Self::Xml(text) => {
                let swap = |name: &str, inner: &str| format!("<{name}>{}</{name}>", swapped(inner));
                let leaf = elements(text).into_iter().find(|one| one.place == place)?.inner;
                (!leaf.contains('<')).then(|| Self::Xml(replaced(text, place, swap)))
            }
        }
    }
}

/// A string with the case of its letters swapped.
pub(crate) fn swapped(text: &str) -> String {
    let swap =
        |letter: char| if letter.is_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
    text.chars().map(swap).collect()
}

fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    let mut below = |name: &str, member: &Value, whole: bool| {
        let place = format!("{place}/{name}");
        if whole {
            places.push(place.clone());
        }
        collect(member, &place, places);
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| below(&name.replace('~', "~0").replace('/', "~1"), member, true));
        }
        // Elements of an array are not members, but the spelling of an element that is a string can differ.
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| below(&at.to_string(), item, item.is_string()));
        }
        _ => {}
    }
}

struct Element<'x> {
    place: String,
    name: &'x str,
    start: usize,
    end: usize,
    inner: &'x str,
}

/// The elements of an XML document below its root, each with its path.
fn elements(text: &str) -> Vec<Element<'_>> {
    let (mut open, mut found) = (Vec::<(&str, usize, usize)>::new(), Vec::new());
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let Some(end) = text[start..].find('>').map(|found| start + found + 1) else { break };
        let tag = &text[start + 1..end - 1];
        if let Some(name) = tag.strip_prefix('/') {
            let (_, begin, inside) = open.pop().expect("tags are balanced");
            let above = open.iter().skip(1).fold(String::new(), |above, (name, ..)| above + "/" + name);
            if !open.is_empty() {
                let place = format!("{above}/{name}");
                found.push(Element { place, name, start: begin, end, inner: &text[inside..start] });
            }
        } else if !tag.starts_with('?') && !tag.ends_with('/') {
            open.push((tag.split(' ').next().unwrap_or_default(), start, end));
        }
        at = end;
    }
    found
}

fn replaced(text: &str, place: &str, with: impl Fn(&str, &str) -> String) -> String {
    let mut text = text.to_owned();
    let spans: Vec<_> = elements(&text)
        .into_iter()
        .filter(|one| one.place == place)
        .map(|one| (one.start, one.end, with(one.name, one.inner)))
        .collect();
    for (start, end, new) in spans.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    text
}
