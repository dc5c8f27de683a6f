//! Tokens and services of the tests.

use std::net::IpAddr;
use std::sync::Mutex;

use omegi_model::id::ProjectId;
use omegi_receiver::{AuthError, Authenticate, Grant, RateLimits, ServiceRegistry};

/// May send for any service.
pub(crate) const TOKEN: &str = "omgs_0123456789abcdef0123456789abcdef";
/// May send for `checkout` alone.
pub(crate) const BOUND: &str = "omgs_bound";
/// Its project takes only `known`.
pub(crate) const STRICT: &str = "omgs_strict";
/// Its project may send 10 records per second.
pub(crate) const LIMITED: &str = "omgs_limited";

pub(crate) struct Authority;

impl Authenticate for Authority {
    fn grant(&self, token: &str) -> Result<Grant, AuthError> {
        let mut grant = Grant {
            project: ProjectId::new([1; 8]).unwrap(),
            bound_service: None,
            auto_register_services: true,
            limits: RateLimits::default(),
        };
        match token {
            TOKEN => {}
            BOUND => grant.bound_service = Some("checkout".into()),
            STRICT => grant.auto_register_services = false,
            LIMITED => grant.limits.records_per_second = Some(10),
            "omgs_revoked" => return Err(AuthError::Revoked),
            _ if token.starts_with("omgu_") => return Err(AuthError::Forbidden),
            _ => return Err(AuthError::Unknown),
        }
        Ok(grant)
    }

    fn anonymous(&self, _peer: IpAddr) -> Option<Grant> {
        None
    }
}

#[derive(Default)]
pub(crate) struct Services(Mutex<Vec<String>>);

impl Services {
    pub(crate) fn registered(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl ServiceRegistry for Services {
    fn is_known(&self, _project: ProjectId, service: &str) -> bool {
        service == "known" || self.registered().iter().any(|known| known == service)
    }

    fn register(&self, _project: ProjectId, service: &str) {
        self.0.lock().unwrap().push(service.to_owned());
    }
}
