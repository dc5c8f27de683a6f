//! The two levels above records, alike for traces and logs: resources, then scopes.

use std::sync::Arc;

use super::fields::{Fields, Repeated, WireError};
use super::resource::{ResourceRef, ScopeRef, check_resource, check_scope};
use super::warning::{Warning, Warnings};

/// One span or log record, still unread, with its place.
#[derive(Debug)]
pub(super) struct RawRecord<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) index: u32,
    pub(super) resource: Arc<ResourceRef<'a>>,
    pub(super) scope: Arc<ScopeRef<'a>>,
    /// The first record of its resource.
    pub(super) begins_resource: bool,
}

/// Walks the records of an export request in order.
#[derive(Debug)]
pub(super) struct Records<'a> {
    request: Fields<'a>,
    in_resource: Option<(Arc<ResourceRef<'a>>, Fields<'a>)>,
    in_scope: Option<(Arc<ScopeRef<'a>>, Fields<'a>)>,
    next_index: u32,
    warnings: Warnings,
    resource_is_new: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(request: &'a [u8]) -> Self {
        Self {
            request: Fields::new(request),
            in_resource: None,
            in_scope: None,
            next_index: 0,
            warnings: Warnings::default(),
            resource_is_new: false,
        }
    }

    /// What was odd about the groups, whose records are read by others.
    pub(super) fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// The next record, or `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<RawRecord<'a>>, WireError> {
        loop {
            if let Some((scope, fields)) = &mut self.in_scope {
                while let Some((number, field)) = fields.next()? {
                    if number != RECORDS {
                        continue;
                    }
                    let (bytes, index) = (field.bytes(number)?, self.next_index);
                    let Some((resource, _)) = &self.in_resource else {
                        break;
                    };
                    self.next_index = index.saturating_add(1);
                    return Ok(Some(RawRecord {
                        bytes,
                        index,
                        resource: Arc::clone(resource),
                        scope: Arc::clone(scope),
                        begins_resource: std::mem::take(&mut self.resource_is_new),
                    }));
                }
                self.in_scope = None;
            }
            if !self.enter_scope()? && !self.enter_resource()? {
                return Ok(None);
            }
        }
    }

    /// Goes into the next scope of the present resource, if there is one.
    fn enter_scope(&mut self) -> Result<bool, WireError> {
        let Some((_, fields)) = &mut self.in_resource else {
            return Ok(false);
        };
        while let Some((number, field)) = fields.next()? {
            match number {
                SCOPES => {
                    let group = field.bytes(number)?;
                    let scope = header(group)?;
                    check_scope(scope, &mut self.warnings)?;
                    self.in_scope = Some((Arc::new(ScopeRef::parse(scope)), Fields::new(group)));
                    return Ok(true);
                }
                LEGACY_SCOPES => self.warnings.add(Warning::LegacyGroup),
                _ => {}
            }
        }
        self.in_resource = None;
        Ok(false)
    }

    fn enter_resource(&mut self) -> Result<bool, WireError> {
        while let Some((number, field)) = self.request.next()? {
            if number == RESOURCES {
                let group = field.bytes(number)?;
                let resource = header(group)?;
                check_resource(resource, &mut self.warnings)?;
                let resource = Arc::new(ResourceRef::parse(resource));
                self.in_resource = Some((resource, Fields::new(group)));
                self.resource_is_new = true;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Field 1 of a group: its resource or scope, which may stand after the records.
fn header(group: &[u8]) -> Result<&[u8], WireError> {
    let mut fields = Fields::new(group);
    let mut header: &[u8] = &[];
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => header = field.bytes(number)?,
            SCHEMA_URL => drop(field.bytes(number)?),
            _ => {}
        }
    }
    Ok(header)
}

/// Counts field `number` of `message` at the end of `path`: how many data points a request holds.
pub(super) fn count_at(message: &[u8], path: &[&[u32]]) -> Result<u64, WireError> {
    let Some((numbers, path)) = path.split_first() else {
        return Ok(1);
    };
    let mut count = 0;
    let mut fields = Fields::new(message);
    while let Some((number, field)) = fields.next()? {
        if numbers.contains(&number) {
            count += count_at(field.bytes(number)?, path)?;
        }
    }
    Ok(count)
}

/// `Repeated` of a fixed number, noted field by field as a message is read.
#[derive(Debug)]
pub(super) struct Noted<'a> {
    pub(super) repeated: Repeated<'a>,
    first: usize,
}

impl<'a> Noted<'a> {
    pub(super) fn new(number: u32) -> Self {
        Self {
            repeated: Repeated::new(number),
            first: 0,
        }
    }

    #[inline]
    pub(super) fn note(&mut self, message: &'a [u8], start: usize, end: usize) {
        self.repeated.note(message, start, &mut self.first, end);
    }
}

const RESOURCES: u32 = 1;
const SCOPES: u32 = 2;
const RECORDS: u32 = 2;
const SCHEMA_URL: u32 = 3;
const LEGACY_SCOPES: u32 = 1000;
