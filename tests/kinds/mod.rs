//! Tests of all kinds, with and without throttling and failures; and tests of single kinds.

mod api_cases;
mod cases;
mod failures;
mod life;
mod members;
mod particular;
mod stripped;
mod subject;
mod survival;
