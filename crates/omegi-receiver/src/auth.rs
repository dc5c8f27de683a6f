//! Who may send what: the questions asked of the program, and the token in a request's headers.

use std::net::IpAddr;

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;
use omegi_model::id::ProjectId;

use crate::error::Failure;

/// Knows the ingest tokens.
pub trait Authenticate: Send + Sync {
    /// What `token` allows.
    ///
    /// # Errors
    /// [`AuthError`].
    fn grant(&self, token: &str) -> Result<Grant, AuthError>;

    /// What a sender without a token may do; `peer` is the address it connected from.
    fn anonymous(&self, peer: IpAddr) -> Option<Grant>;
}

/// What a sender may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The project all it sends belongs to.
    pub project: ProjectId,
    /// The only service it may send for.
    pub bound_service: Option<String>,
    /// Services that the project does not know yet are registered, not refused.
    pub auto_register_services: bool,
    /// How much the project may send.
    pub limits: RateLimits,
}

/// How much a project may send; `None` is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Spans and log records per second.
    pub records_per_second: Option<u64>,
    /// Bytes of bodies per second, as they come over the wire.
    pub bytes_per_second: Option<u64>,
    /// The same per day.
    pub bytes_per_day: Option<u64>,
}

/// Why a token allows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Nobody's token.
    #[error("unknown token")]
    Unknown,
    /// Somebody's, no more.
    #[error("token is revoked")]
    Revoked,
    /// A valid token for something else, such as the API.
    #[error("token may not send telemetry")]
    Forbidden,
}

/// Knows the services of each project.
pub trait ServiceRegistry: Send + Sync {
    /// Whether `project` has `service`.
    fn is_known(&self, project: ProjectId, service: &str) -> bool;

    /// Notes a service seen for the first time. Must not block: it is called for every request that
    /// comes before the registration shows.
    fn register(&self, project: ProjectId, service: &str);
}

/// What the sender of a request with `headers` may do.
pub(crate) fn authenticate(
    authority: &dyn Authenticate,
    headers: &HeaderMap,
    peer: Option<IpAddr>,
) -> Result<Grant, Failure> {
    match token(headers) {
        Some(token) => authority.grant(&token).map_err(|error| match error {
            AuthError::Unknown | AuthError::Revoked => Failure::Unauthenticated,
            AuthError::Forbidden => Failure::Forbidden,
        }),
        None => {
            let grant = peer.and_then(|peer| authority.anonymous(peer));
            grant.ok_or(Failure::Unauthenticated)
        }
    }
}

/// The token: our own header first, since `authorization` may be meant for a proxy.
fn token(headers: &HeaderMap) -> Option<String> {
    if let Some(own) = headers.get("omegi-token") {
        return Some(own.to_str().unwrap_or_default().trim().to_owned());
    }
    let text = headers
        .get(AUTHORIZATION)?
        .to_str()
        .unwrap_or_default()
        .trim();
    // Some SDKs send the header values of their environment variable percent-encoded as they are.
    let text = text.replace("%20", " ");
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
        _ => String::new(),
    };
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(name: &'static str, value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        token(&headers)
    }

    #[test]
    fn a_token_is_found_in_all_its_forms() {
        for (name, value) in [
            ("authorization", "Bearer omgs_1"),
            ("authorization", "bearer  omgs_1 "),
            ("authorization", "Bearer%20omgs_1"),
            ("omegi-token", "omgs_1"),
        ] {
            assert_eq!(
                token_of(name, value).as_deref(),
                Some("omgs_1"),
                "{name}: {value}"
            );
        }
        assert_eq!(token_of("authorization", "Basic abc").as_deref(), Some(""));
        assert_eq!(token_of("accept", "x"), None);
    }
}
