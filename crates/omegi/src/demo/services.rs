//! The shop's services and how their resources describe them.

use serde_json::{Value, json};

use super::otlp::attribute;

/// One service of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    Gateway,
    Checkout,
    Cart,
    Payment,
    Inventory,
    Reviews,
    Pricing,
    Shipping,
    Notify,
}

/// All of them.
pub(super) const SERVICES: [Service; 9] = [
    Service::Gateway,
    Service::Checkout,
    Service::Cart,
    Service::Payment,
    Service::Inventory,
    Service::Reviews,
    Service::Pricing,
    Service::Shipping,
    Service::Notify,
];

impl Service {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Checkout => "checkout",
            Self::Cart => "cart",
            Self::Payment => "payment",
            Self::Inventory => "inventory",
            Self::Reviews => "reviews",
            Self::Pricing => "pricing",
            Self::Shipping => "shipping",
            Self::Notify => "notify",
        }
    }

    /// SDK language as `telemetry.sdk.language` says it.
    pub(super) fn language(self) -> &'static str {
        match self {
            Self::Gateway => "nodejs",
            Self::Checkout | Self::Cart => "java",
            Self::Payment | Self::Reviews | Self::Notify => "python",
            Self::Inventory | Self::Pricing => "go",
            Self::Shipping => "dotnet",
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Checkout => "2.14.1",
            Self::Cart => "1.8.0",
            Self::Payment => "2026.11.2",
            _ => "1.4.2",
        }
    }

    /// The OTLP resource of one instance.
    pub(super) fn resource(self) -> Value {
        json!({ "attributes": [
            attribute("service.name", self.name()),
            attribute("service.namespace", "shop"),
            attribute("service.version", self.version()),
            attribute("service.instance.id", &format!("{}-7d9f8c6b5-x2v4q", self.name())),
            attribute("deployment.environment.name", "production"),
            attribute("host.name", &format!("node-{}", 1 + self.name().len() % 3)),
            attribute("telemetry.sdk.language", self.language()),
            attribute("telemetry.sdk.name", "opentelemetry"),
            attribute("telemetry.sdk.version", "1.46.0"),
        ]})
    }
}

/// Name and type of every service, as the project lists them.
pub(super) fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVICES.into_iter().map(|service| {
        let kind = match service {
            Service::Gateway => "express",
            Service::Checkout | Service::Cart => "spring",
            Service::Payment | Service::Reviews => "fastapi",
            Service::Notify => "django",
            Service::Inventory | Service::Pricing => "go",
            Service::Shipping => "dotnet",
        };
        (service.name(), kind)
    })
}
