//! How a stored batch or file gives the columns that SQL shows.
//!
//! What is stored differs from file to file (attribute columns); what is shown does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Column;
use datafusion::logical_expr::{Expr, cast, lit, when};

use super::functions;
use super::statement::MapKey;
use crate::columns::store::Snapshot;
use crate::columns::{AttributeField, AttributeType, REST, Table, fixed_columns};

/// The columns of one table as SQL shows them for one query.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    table: Table,
    pub(super) schema: SchemaRef,
    /// Attributes that the query names, with the type they have in most places.
    keys: BTreeMap<String, (MapKey, AttributeType)>,
}

/// What one file or batch has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    pub(super) attributes: &'a [AttributeField],
    /// Attributes in the rest column; `None`: any.
    pub(super) rest: Option<&'a [AttributeField]>,
}

impl Shown {
    /// What `table` shows to a query that names `keys`.
    pub(super) fn new<'a>(
        table: Table,
        keys: impl Iterator<Item = &'a MapKey>,
        snapshot: &Snapshot,
    ) -> Self {
        let fixed = fixed_columns(table);
        let mut fields = vec![Field::new("project", DataType::Utf8View, true)];
        let mut has_attributes = false;
        for (name, stored) in fixed {
            has_attributes |= *name == "resource_attributes" || *name == "span_kind";
            fields.push(Field::new(*name, shown_type(name, stored), true));
        }
        if has_attributes {
            fields.push(Field::new("attributes", functions::map_type(), true));
        }
        let maps: Vec<String> = fields
            .iter()
            .filter(|field| *field.data_type() == functions::map_type())
            .map(|field| field.name().clone())
            .collect();
        let keys: BTreeMap<String, (MapKey, AttributeType)> = keys
            .filter(|key| maps.contains(&key.map))
            .map(|key| (key.column(), (key.clone(), shown_kind(key, snapshot))))
            .collect();
        for (column, (_, kind)) in &keys {
            fields.push(Field::new(column, functions::shown_type(*kind), true));
        }
        Self {
            table,
            schema: Arc::new(Schema::new(fields)),
            keys,
        }
    }

    /// Column `index` of the schema, over the columns of `stored`; `project` is `slug`.
    pub(super) fn expression(&self, index: usize, stored: Stored<'_>, slug: &Expr) -> Expr {
        let field = self.schema.field(index);
        let name = field.name().as_str();
        if let Some((key, kind)) = self.keys.get(name) {
            return attribute(key, *kind, stored);
        }
        match name {
            "project" => slug.clone(),
            "attributes" => {
                let columns = stored
                    .attributes
                    .iter()
                    .map(|a| (a.key.clone(), column(&a.column())));
                functions::attribute_map(column(REST), columns.collect())
            }
            "resource_attributes" | "scope_attributes" => functions::object_map(column(name)),
            _ if self.is_id(name) => functions::hex(column(name)),
            _ => column(name),
        }
    }

    /// Whether `name` is an id, stored as bytes and shown as hex.
    pub(super) fn is_id(&self, name: &str) -> bool {
        let mut fixed = fixed_columns(self.table).iter();
        fixed
            .any(|(known, stored)| *known == name && matches!(stored, DataType::FixedSizeBinary(_)))
    }
}

/// A column by its exact name: attribute keys hold dots and capitals.
fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

fn attribute(key: &MapKey, kind: AttributeType, stored: Stored<'_>) -> Expr {
    if key.map != "attributes" {
        return functions::member(column(&key.map), &key.key, kind);
    }
    let own = stored
        .attributes
        .iter()
        .find(|attribute| attribute.key == key.key);
    let in_rest = stored
        .rest
        .is_none_or(|rest| rest.iter().any(|field| field.key == key.key));
    let rest = || functions::member(column(REST), &key.key, kind);
    let own = own.map(|own| match own.kind == kind {
        true => column(&own.column()),
        false => cast(column(&own.column()), functions::shown_type(kind)),
    });
    match (own, in_rest) {
        (Some(own), false) => own,
        (Some(own), true) => own_or_rest(own, rest()),
        (None, true) => rest(),
        (None, false) => cast(
            lit(datafusion::common::ScalarValue::Null),
            functions::shown_type(kind),
        ),
    }
}

/// `coalesce` would do, but it is only planned, never run.
fn own_or_rest(own: Expr, rest: Expr) -> Expr {
    let choice = when(own.clone().is_not_null(), own.clone()).otherwise(rest);
    // Both branches have the type asked for, so the choice always has one.
    choice.unwrap_or(own)
}

fn shown_type(name: &str, stored: &DataType) -> DataType {
    match (name, stored) {
        ("resource_attributes" | "scope_attributes", _) => functions::map_type(),
        (_, DataType::FixedSizeBinary(_)) => DataType::Utf8View,
        (_, stored) => stored.clone(),
    }
}

/// The type that `key` has wherever it occurs; text where places differ in more than int and double.
fn shown_kind(key: &MapKey, snapshot: &Snapshot) -> AttributeType {
    if key.map != "attributes" {
        return AttributeType::Text;
    }
    let mut kinds = std::collections::BTreeSet::new();
    let files = snapshot
        .files
        .iter()
        .map(|file| Stored::of_file(&file.file));
    let blocks = snapshot
        .blocks
        .iter()
        .map(|(_, block)| Stored::of_block(block));
    for stored in files.chain(blocks) {
        let rest = stored.rest.into_iter().flatten();
        let own = stored
            .attributes
            .iter()
            .chain(rest)
            .filter(|field| field.key == key.key);
        kinds.extend(own.map(|field| field.kind));
    }
    match kinds.into_iter().collect::<Vec<_>>()[..] {
        [kind] => kind,
        [AttributeType::Int, AttributeType::Double] => AttributeType::Double,
        _ => AttributeType::Text,
    }
}

impl<'a> Stored<'a> {
    pub(super) fn of_file(file: &'a crate::manifest::DataFile) -> Self {
        Self {
            attributes: &file.attributes,
            rest: file.rest_keys.as_deref(),
        }
    }

    pub(super) fn of_block(block: &'a crate::columns::tail::Block) -> Self {
        Self {
            attributes: &block.attributes,
            rest: block.rest_keys.as_deref(),
        }
    }
}
