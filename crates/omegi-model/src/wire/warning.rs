//! What a sender should change although its request was taken.

/// How often each [`Warning`] applies to a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Warnings([u32; Warning::ALL.len()]);

/// Something taken all the same, that the sender should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// A value, or a number of attributes, events or links, beyond the reader's limits.
    Cut,
    /// A key of JSON in snake_case, which the specification makes an unknown field.
    SnakeCaseKey,
    /// An enum sent by name, which the specification forbids.
    EnumName,
    /// An enum name that does not exist, read as unspecified.
    EnumNameUnknown,
    /// An id in JSON that looks like base64 instead of hex.
    Base64Id,
    /// An id in JSON that is no hex of the right length.
    NotHexId,
    /// A reference to a string table, which traces and logs do not have.
    StringReference,
    /// `instrumentation_library_*`, gone since OTLP 0.15: what is in it was not read.
    LegacyGroup,
}

impl Warning {
    /// Every warning there is.
    pub const ALL: [Self; 8] = [
        Self::Cut,
        Self::SnakeCaseKey,
        Self::EnumName,
        Self::EnumNameUnknown,
        Self::Base64Id,
        Self::NotHexId,
        Self::StringReference,
        Self::LegacyGroup,
    ];

    /// What to tell the sender.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Cut => "values, attributes, events or links cut at the limits",
            Self::SnakeCaseKey => "snake_case keys ignored: OTLP/JSON keys are lowerCamelCase",
            Self::EnumName => "enums sent by name: OTLP/JSON enums are integers",
            Self::EnumNameUnknown => "unknown enum names read as unspecified",
            Self::Base64Id => "ids look like base64: OTLP/JSON ids are hex",
            Self::NotHexId => "ids are not hex of the right length",
            Self::StringReference => "string table references ignored outside profiles",
            Self::LegacyGroup => "instrumentation_library groups ignored: send scope groups",
        }
    }

    /// Its label in metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::SnakeCaseKey => "snake_case_key",
            Self::EnumName => "enum_name",
            Self::EnumNameUnknown => "enum_name_unknown",
            Self::Base64Id => "base64_id",
            Self::NotHexId => "not_hex_id",
            Self::StringReference => "string_reference",
            Self::LegacyGroup => "legacy_group",
        }
    }
}

impl Warnings {
    /// Counts one more.
    #[inline]
    pub(super) fn add(&mut self, warning: Warning) {
        self.add_many(warning, 1);
    }

    pub(super) fn add_many(&mut self, warning: Warning, times: u32) {
        if let Some(count) = self.0.get_mut(warning as usize) {
            *count = count.saturating_add(times);
        }
    }

    /// Counts one more where `is_so`.
    #[inline]
    pub(super) fn add_if(&mut self, warning: Warning, is_so: bool) {
        if is_so {
            self.add(warning);
        }
    }

    /// How often `warning` applies.
    #[must_use]
    pub fn count(&self, warning: Warning) -> u32 {
        self.0.get(warning as usize).copied().unwrap_or(0)
    }

    /// Those that apply, each with its count.
    pub fn iter(&self) -> impl Iterator<Item = (Warning, u32)> {
        let warnings = Warning::ALL
            .into_iter()
            .map(|warning| (warning, self.count(warning)));
        warnings.filter(|(_, count)| *count > 0)
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (warning, count) in other.iter() {
            self.add_many(warning, count);
        }
        self
    }

    /// Nothing to warn of.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}
