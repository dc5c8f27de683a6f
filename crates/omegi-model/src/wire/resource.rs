//! Who sent it: resource and scope, read once for all their records.

use std::borrow::Cow;

use super::attributes::AttributesRef;
use super::fields::{Field, Fields, Repeated, WireError};
use super::limits::NAME_BYTES_MAX;
use super::text::text;
use super::value::{ValueRef, check_key_value, key_value};
use super::warning::Warnings;
use crate::value::Attributes;

/// The name of a service whose resource names none.
pub const UNKNOWN_SERVICE: &str = "unknown_service";

/// The resource of a group of records.
#[derive(Debug, Clone)]
pub struct ResourceRef<'a> {
    attributes: AttributesRef<'a>,
    service_name: Option<Cow<'a, str>>,
    service_namespace: Option<Cow<'a, str>>,
    environment: Option<Cow<'a, str>>,
    release: Option<Cow<'a, str>>,
    host: [Option<Cow<'a, str>>; 3],
    sdk_language: Option<Cow<'a, str>>,
}

impl<'a> ResourceRef<'a> {
    /// Reads a `Resource`; `None` stands for one that was not sent.
    pub(super) fn parse(message: &'a [u8]) -> Self {
        let attributes = AttributesRef(Repeated::of(message, 1));
        let mut resource = Self {
            attributes,
            service_name: None,
            service_namespace: None,
            environment: None,
            release: None,
            host: [None, None, None],
            sdk_language: None,
        };
        // All of them, past the limit too: who sent it must not depend on how much he says.
        for attribute in attributes.0.iter() {
            let (key, value) = key_value(attribute);
            resource.note(key, value);
        }
        resource
    }

    fn note(&mut self, key: &[u8], value: &'a [u8]) {
        let slot = match key {
            b"service.name" => &mut self.service_name,
            b"service.namespace" => &mut self.service_namespace,
            b"service.version" => &mut self.release,
            b"deployment.environment.name" => &mut self.environment,
            // The old name gives way to the new one, wherever they stand.
            b"deployment.environment" if self.environment.is_none() => &mut self.environment,
            b"telemetry.sdk.language" => &mut self.sdk_language,
            b"host.id" => &mut self.host[0],
            b"host.ip" => &mut self.host[1],
            b"host.name" => &mut self.host[2],
            _ => return,
        };
        let first = match ValueRef::parse(value, NAME_BYTES_MAX) {
            ValueRef::List(list) => list.iter().next().unwrap_or(ValueRef::Empty),
            value => value,
        };
        if let Some(text) = first.into_text().filter(|text| !text.is_empty()) {
            *slot = Some(text);
        }
    }

    /// `service.name`, or [`UNKNOWN_SERVICE`]; never empty.
    #[must_use]
    pub fn service_name(&self) -> Cow<'a, str> {
        self.service_name
            .clone()
            .unwrap_or(Cow::Borrowed(UNKNOWN_SERVICE))
    }

    /// `service.namespace`.
    #[must_use]
    pub fn service_namespace(&self) -> Option<Cow<'a, str>> {
        self.service_namespace.clone()
    }

    /// `deployment.environment.name`, or the older `deployment.environment`.
    #[must_use]
    pub fn environment(&self) -> Option<Cow<'a, str>> {
        self.environment.clone()
    }

    /// `service.version`.
    #[must_use]
    pub fn release(&self) -> Option<Cow<'a, str>> {
        self.release.clone()
    }

    /// What tells one clock from another: `host.id`, else the first `host.ip`, else `host.name`.
    #[must_use]
    pub fn host_key(&self) -> Option<Cow<'a, str>> {
        self.host.iter().flatten().next().cloned()
    }

    /// `telemetry.sdk.language`.
    #[must_use]
    pub fn sdk_language(&self) -> Option<Cow<'a, str>> {
        self.sdk_language.clone()
    }

    /// Its attributes, each key once.
    pub fn attributes(&self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> + use<'a> {
        self.attributes.iter()
    }

    /// The value of `key`.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<ValueRef<'a>> {
        self.attributes.get(key)
    }

    /// An owned copy of its attributes.
    #[must_use]
    pub fn to_attributes(&self) -> Attributes {
        self.attributes.to_attributes()
    }
}

/// The instrumentation scope of a group of records.
#[derive(Debug, Clone)]
pub struct ScopeRef<'a> {
    name: Cow<'a, str>,
    version: Cow<'a, str>,
    attributes: AttributesRef<'a>,
}

impl<'a> ScopeRef<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Self {
        let mut scope = Self {
            name: Cow::Borrowed(""),
            version: Cow::Borrowed(""),
            attributes: AttributesRef(Repeated::of(message, 3)),
        };
        let mut fields = Fields::new(message);
        while let Ok(Some((number, field))) = fields.next() {
            match (number, field) {
                (1, Field::Bytes(bytes)) => scope.name = text(bytes, NAME_BYTES_MAX),
                (2, Field::Bytes(bytes)) => scope.version = text(bytes, NAME_BYTES_MAX),
                _ => {}
            }
        }
        scope
    }

    /// Name of the library that made the records; may be empty.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version; may be empty.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its attributes, each key once.
    pub fn attributes(&self) -> impl Iterator<Item = (Cow<'a, str>, ValueRef<'a>)> + use<'a> {
        self.attributes.iter()
    }

    /// An owned copy of its attributes.
    #[must_use]
    pub fn to_attributes(&self) -> Attributes {
        self.attributes.to_attributes()
    }
}

/// Checks a `Resource`.
pub(super) fn check_resource(message: &[u8], warnings: &mut Warnings) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => check_key_value(field.bytes(number)?, warnings)?,
            2 => drop(field.varint(number)?),
            _ => {}
        }
    }
    Ok(())
}

/// Checks an `InstrumentationScope`.
pub(super) fn check_scope(message: &[u8], warnings: &mut Warnings) -> Result<(), WireError> {
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 | 2 => drop(field.bytes(number)?),
            3 => check_key_value(field.bytes(number)?, warnings)?,
            4 => drop(field.varint(number)?),
            _ => {}
        }
    }
    Ok(())
}
