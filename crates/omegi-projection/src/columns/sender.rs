//! Who sent a row: resource and instrumentation scope, the same for long stretches of rows.

use omegi_model::wire::{ResourceRef, ScopeRef};

use super::column::{Column, TextColumn};
use super::json;

/// The columns that come from the resource and the scope.
#[derive(Debug, Default)]
pub(crate) struct SenderColumns {
    service_name: TextColumn,
    resource: TextColumn,
    scope_name: TextColumn,
    scope_version: TextColumn,
    scope: TextColumn,
}

impl SenderColumns {
    /// A row of a new sender.
    pub(crate) fn push(&mut self, resource: &ResourceRef<'_>, scope: &ScopeRef<'_>) {
        self.service_name.push(&resource.service_name());
        self.resource
            .push_or_null(&json::of_attributes(resource.attributes()));
        self.scope_name.push_or_null(scope.name());
        self.scope_version.push_or_null(scope.version());
        self.scope
            .push_or_null(&json::of_attributes(scope.attributes()));
    }

    /// A row of the same sender as the row before.
    #[inline]
    pub(crate) fn repeat(&mut self) {
        self.service_name.repeat();
        self.resource.repeat();
        self.scope_name.repeat();
        self.scope_version.repeat();
        self.scope.repeat();
    }

    /// Their names and values.
    pub(crate) fn columns(&self) -> [(&'static str, &dyn Column); 5] {
        [
            ("service_name", &self.service_name),
            ("resource_attributes", &self.resource),
            ("scope_name", &self.scope_name),
            ("scope_version", &self.scope_version),
            ("scope_attributes", &self.scope),
        ]
    }
}
