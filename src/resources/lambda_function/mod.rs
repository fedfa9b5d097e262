//! `lambda_function`: a function with its code and settings, and the alias under which it is called.
//!
//! What is edited, `$LATEST`, is not live. When code and settings have settled they are published as a version, which
//! never changes any more, and the alias is moved to it: so code and settings change in the same instant for callers, and
//! the version before is one call away. Both `$LATEST` and the alias are read, because hands can change either.

mod alias;
mod change;
mod read;
mod resource;
mod spec;
mod target;
mod version;
mod wait;

pub use alias::NAME as ALIAS;
pub use resource::LambdaFunction;
pub use spec::{Outputs, Spec};
pub use target::{AliasTarget, Code};
