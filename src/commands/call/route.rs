//! Finds the route of a request.

use std::fmt;

use crate::{
    cli::CallArgs,
    config::{Config, Method, did_you_mean, list},
    diagnosis::{self, NoRoute, RouteTarget},
    failure::Failure,
    hint::{Hint, SuggestedCommand},
};

/// The requested method and path: `GET /items/7`.
#[derive(Debug)]
pub(super) struct RequestedRoute<'a> {
    /// The method, in upper case.
    pub(super) method: &'static str,
    /// The path, without the query.
    pub(super) path: &'a str,
}

impl<'a> RequestedRoute<'a> {
    /// Reads the method and path from the command line.
    ///
    /// # Errors
    /// When the method is unknown or the path is invalid.
    pub(super) fn read(arguments: &'a CallArgs) -> Result<Self, Failure> {
        let path = arguments.path.split('?').next().unwrap_or_default();
        if path.starts_with('/') {
            return Ok(Self { method: method(&arguments.method)?, path });
        }
        Err(Failure::usage(format!("the path `{path}` does not start with `/`"))
            .hint("it is the path of a route, without the stage and what comes before it"))
    }

    /// Finds the route of the request.
    ///
    /// # Errors
    /// When there is none; those there are are in the failure.
    pub(super) fn target<'c>(&self, config: &'c Config) -> Result<RouteTarget<'c>, Failure> {
        let Self { method, path } = self;
        diagnosis::find(config, method, path).map_err(|nothing| match nothing {
            NoRoute::Variable { variable, example } => Failure::usage(format!(
                "`{variable}` in the path is a placeholder"
            ))
            .hint(Hint::from("as in ").run(SuggestedCommand::stack("call").args(&format!(" {method} {example}")))),
            NoRoute::Method { path, methods } => {
                Failure::usage(format!("no route in the config for {method} on `{path}`"))
                    .detail(format!("its methods are: {}", list(methods.iter().map(|method| method.as_str()))))
            }
            NoRoute::Path { close } => {
                let failure = Failure::usage(format!("no route in the config for `{self}`"));
                let routes = config.routes.keys().map(|key| format!("  {key}"));
                let failure = routes.fold(failure.detail("routes are:"), Failure::detail);
                failure.with_hints(close.map(|close| format!("did you mean `{close}`?")))
            }
        })
    }
}

impl fmt::Display for RequestedRoute<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

fn method(written: &str) -> Result<&'static str, Failure> {
    let capitals = written.to_uppercase();
    let methods = || Method::ALL.iter().filter(|method| **method != Method::Any).map(|method| method.as_str());
    methods().find(|method| *method == capitals).ok_or_else(|| {
        Failure::usage(format!("`{written}` is not a method of HTTP"))
            .detail(format!("methods are: {}", list(methods())))
            .with_hints(did_you_mean(&capitals, methods()))
    })
}
