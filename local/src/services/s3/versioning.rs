//! Bucket versioning.

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    object::{NULL, Version, Versions},
    payload, refusal, xml,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// The versioning state of a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Versioning {
    /// Versioning was never enabled. There is one version, and its id is not returned.
    #[default]
    Never,
    Enabled,
    /// Existing versions are kept. New ones replace each other.
    Suspended,
}

impl Versioning {
    /// Adds the newest version. Its id is new if versioning is enabled, otherwise `null`.
    pub(super) fn push(self, versions: &mut Versions, version: Version) -> &Version {
        let id = match self {
            Self::Enabled => new_id(),
            Self::Never | Self::Suspended => {
                versions.retain(|version| version.id != NULL);
                NULL.to_owned()
            }
        };
        versions.push(Version { id, ..version });
        &versions[versions.len() - 1]
    }

    /// The version id that an upload returns.
    pub(super) fn uploaded(self, version: &Version) -> Option<String> {
        (self == Self::Enabled).then(|| version.id.clone())
    }

    /// The version id to return. `None` if versioning was never enabled.
    pub(super) fn told(self, version: &Version) -> Option<String> {
        (self != Self::Never).then(|| version.id.clone())
    }
}

/// Whether a text has the format of the version ids that this emulator makes. AWS recognizes its own, too.
pub(super) fn is_id(text: &str) -> bool {
    text == NULL || (text.len() == 32 && Uuid::try_parse(text).is_ok())
}

fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

pub(super) fn get(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let status = match world.s3.bucket(emulator, call)?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    let members = status.map_or(json!({}), |status| json!({ "Status": status }));
    Ok(json!({ "VersioningConfiguration": members }).into())
}

pub(super) fn put(emulator: &Emulator, call: &Call) -> Answered {
    let payload = payload::read(call)?;
    if !payload.is_vouched {
        return Err(refusal::invalid_request(
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        ));
    }
    let mut members = xml::read(&payload.bytes, "VersioningConfiguration")?;
    let versioning = match members.remove("Status").as_deref() {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        None if members.is_empty() => {
            let message = "The Versioning element must be specified";
            return Err(AwsError::new(400, "IllegalVersioningConfigurationException", message));
        }
        _ => return Err(xml::malformed()),
    };
    if let Some(member) = members.keys().next() {
        return Err(AwsError::not_imitated(&format!("`{member}` of s3:PutBucketVersioning")));
    }
    emulator.world().s3.bucket_mut(emulator, call)?.versioning = versioning;
    Ok(super::answer(StatusCode::OK, [], Bytes::new()))
}
