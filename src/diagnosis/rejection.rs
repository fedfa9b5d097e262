//! The reasons for gateway responses, the error responses of API Gateway itself.

/// The reason for a gateway response, as far as the response shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// The live deployment has no such method and path.
    NotDeployed,
    /// The API or stage does not exist, or the endpoint is not allowed.
    Forbidden,
    /// A resource policy of the API denies the request.
    AccessDenied,
    /// The token is missing or not valid.
    Unauthorized,
    Expired,
    /// Too many requests per second.
    Throttled,
    /// The quota of the usage plan is exhausted.
    QuotaExceeded,
    TooLarge,
    /// The media type of the body is not supported.
    MediaType,
    /// API Gateway cannot call the function.
    NotCalled,
    /// The function failed or returned a malformed response.
    Failed,
    /// The function did not respond in time.
    TimedOut,
    /// AWS is temporarily unavailable.
    Unavailable,
    Other,
}

impl Rejection {
    /// Determines the reason for a gateway response from its error type header. Gateway responses can customize status
    /// and body, so the error type has precedence.
    pub(super) fn of(status: u16, error_type: &str, message: &str) -> Self {
        // A colon and a namespace may follow.
        match (error_type.split(':').next().unwrap_or_default(), status) {
            // API Gateway treats an unknown path as an AWS action, which requires a signature in the header.
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
    fn the_reason_follows_from_error_type_then_status_and_message() {
        let internal = "InternalServerErrorException";
        for (status, error_type, message, reason) in [
            (401, "UnauthorizedException", "Unauthorized", Rejection::Unauthorized),
            (401, "UnauthorizedException", "The incoming token has expired", Rejection::Expired),
            (403, "MissingAuthenticationTokenException", "Missing Authentication Token", Rejection::NotDeployed),
            (403, "IncompleteSignatureException", "'x' not a valid key=value pair", Rejection::NotDeployed),
            (403, "ForbiddenException", "Forbidden", Rejection::Forbidden),
            (403, "AccessDeniedException", "not authorized to access this resource", Rejection::AccessDenied),
            (413, "RequestEntityTooLargeException", "HTTP content length exceeded", Rejection::TooLarge),
            (415, "BadRequestException", "Unsupported Media Type", Rejection::MediaType),
            (400, "BadRequestException", "Invalid request body", Rejection::Other),
            (429, "TooManyRequestsException", "Too Many Requests", Rejection::Throttled),
            (429, "LimitExceededException", "Limit Exceeded", Rejection::QuotaExceeded),
            (500, internal, "Internal server error", Rejection::NotCalled),
            (502, internal, "Internal server error", Rejection::Failed),
            (504, internal, "Endpoint request timed out", Rejection::TimedOut),
            (503, "ServiceUnavailableException", "Service Unavailable", Rejection::Unavailable),
            // The status is customized by a gateway response.
            (404, "MissingAuthenticationTokenException", "no such page", Rejection::NotDeployed),
            (418, "UnauthorizedException:http://internal.amazon.com/coral/", "", Rejection::Unauthorized),
        ] {
            assert_eq!(Rejection::of(status, error_type, message), reason, "{status} {error_type} {message}");
        }
    }
}
