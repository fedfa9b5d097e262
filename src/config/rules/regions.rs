//! AWS Regions.

use crate::config::suggest::did_you_mean;

use super::made_of;

/// The Regions at the time of this release. The list grows, so an unknown Region is not an error.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-isoe-west-1",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// Whether a text has the format of AWS's models: `us-west-2`, `us-gov-east-1`, `eusc-de-east-1`. It need not be in the
/// list, which grows.
pub(super) fn is_region(text: &str) -> bool {
    let lower = |part: &str| made_of(part, |c| c.is_ascii_lowercase());
    let parts: Vec<_> = text.strip_prefix("eusc-").unwrap_or(text).split('-').collect();
    let (area, place, number) = match parts.as_slice() {
        [area, place, number] => (area, place, number),
        [area, part, place, number] if *part == "gov" || (part.starts_with("iso") && part.len() <= 4) => {
            (area, place, number)
        }
        _ => return false,
    };
    let digit = number.len() == 1 && number.starts_with(|c: char| c.is_ascii_digit());
    area.len() == 2 && lower(area) && lower(place) && parts.iter().rev().skip(1).all(|part| lower(part)) && digit
}

/// Whether a Region is in the list.
#[must_use]
pub fn is_known_region(text: &str) -> bool {
    REGIONS.contains(&text)
}

/// Suggests the Region that was probably meant.
#[must_use]
pub fn guess_region(text: &str) -> Option<String> {
    did_you_mean(text, REGIONS.iter().copied())
}
