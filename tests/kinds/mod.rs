//! One test for all kinds, on a calm cloud and in bad weather; and what is particular to one kind.

mod api_cases;
mod cases;
mod failures;
mod life;
mod members;
mod particular;
mod stripped;
mod subject;
mod survival;
