//! Why a command failed, and what to do. Every failure has an exit code.

mod code;
mod conversions;
mod fault;

pub(crate) use code::ErrorCode;
pub(crate) use conversions::camel_case;
pub(crate) use fault::{Failure, Fault, Place};
