//! Why API Gateway answers a request by itself.

/// The reasons, as far as an answer tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing that is deployed has this method on this path.
    NotDeployed,
    /// There is no such API or stage, or it may not be reached this way.
    Forbidden,
    /// A policy of the API denies it.
    AccessDenied,
    /// The token, or that there is none.
    Unauthorized,
    /// The token is too old.
    Expired,
    /// Too much at once.
    Throttled,
    /// Too much in all.
    QuotaExceeded,
    /// The body is too large.
    TooLarge,
    /// The media type of the body is not taken.
    MediaType,
    /// API Gateway cannot call the function.
    NotCalled,
    /// The function failed, or answered what is no answer.
    Failed,
    /// The function did not answer in time.
    TimedOut,
    /// AWS itself is in trouble.
    Unavailable,
    /// Something else.
    Other,
}

impl Refusal {
    /// Tells the reason from an answer that API Gateway gave by itself: such an answer has a header with the error's
    /// type. Status and body may be changed by gateway responses, so the type goes first.
    pub(super) fn of(status: u16, error_type: &str, message: &str) -> Self {
        // A namespace may follow a colon.
        match (error_type.split(':').next().unwrap_or_default(), status) {
            // A path that is not there is taken for one of AWS's own actions, which want a signature in the header.
            (
                "MissingAuthenticationTokenException"
                | "IncompleteSignatureException"
                | "InvalidSignatureException"
                | "NotFoundException"
                | "ResourceNotFoundException",
                _,
            ) => Self::NotDeployed,
            ("ForbiddenException", _) => Self::Forbidden,
            ("AccessDeniedException", _) => Self::AccessDenied,
            ("UnauthorizedException", _) if message.contains("expired") => Self::Expired,
            ("UnauthorizedException", _) => Self::Unauthorized,
            ("TooManyRequestsException", _) => Self::Throttled,
            ("LimitExceededException", _) => Self::QuotaExceeded,
            ("RequestEntityTooLargeException" | "RequestTooLargeException", _) | (_, 413) => Self::TooLarge,
            (_, 415) => Self::MediaType,
            ("InternalServerErrorException", 504) => Self::TimedOut,
            ("InternalServerErrorException", 502) => Self::Failed,
            ("InternalServerErrorException", _) if message.contains("timed out") => Self::TimedOut,
            ("InternalServerErrorException", _) => Self::NotCalled,
            (_, 503) => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_type_tells_the_reason_and_status_and_message_what_it_leaves_open() {
        let internal = "InternalServerErrorException";
        for (status, error_type, message, reason) in [
            (401, "UnauthorizedException", "Unauthorized", Refusal::Unauthorized),
            (401, "UnauthorizedException", "The incoming token has expired", Refusal::Expired),
            (403, "MissingAuthenticationTokenException", "Missing Authentication Token", Refusal::NotDeployed),
            (403, "IncompleteSignatureException", "'x' not a valid key=value pair", Refusal::NotDeployed),
            (403, "ForbiddenException", "Forbidden", Refusal::Forbidden),
            (403, "AccessDeniedException", "not authorized to access this resource", Refusal::AccessDenied),
            (413, "RequestEntityTooLargeException", "HTTP content length exceeded", Refusal::TooLarge),
            (415, "BadRequestException", "Unsupported Media Type", Refusal::MediaType),
            (400, "BadRequestException", "Invalid request body", Refusal::Other),
            (429, "TooManyRequestsException", "Too Many Requests", Refusal::Throttled),
            (429, "LimitExceededException", "Limit Exceeded", Refusal::QuotaExceeded),
            (500, internal, "Internal server error", Refusal::NotCalled),
            (502, internal, "Internal server error", Refusal::Failed),
            (504, internal, "Endpoint request timed out", Refusal::TimedOut),
            (503, "ServiceUnavailableException", "Service Unavailable", Refusal::Unavailable),
            // A gateway response has given it another status.
            (404, "MissingAuthenticationTokenException", "no such page", Refusal::NotDeployed),
            (418, "UnauthorizedException:http://internal.amazon.com/coral/", "", Refusal::Unauthorized),
        ] {
            assert_eq!(Refusal::of(status, error_type, message), reason, "{status} {error_type} {message}");
        }
    }
}
