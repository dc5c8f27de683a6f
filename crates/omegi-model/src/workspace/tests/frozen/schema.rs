//! JSON Schema of an event, as far as its examples show it: fields, types, what is always there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The schema of payloads like `examples`.
pub(super) fn of(name: &str, examples: &[Value]) -> Value {
    let mut schema = Map::new();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    schema.insert("$schema".to_owned(), draft.into());
    schema.insert("title".to_owned(), name.into());
    schema.extend(shape(&examples.iter().collect::<Vec<_>>()));
    Value::Object(schema)
}

fn shape(examples: &[&Value]) -> Map<String, Value> {
    let mut schema = Map::new();
    let types: BTreeSet<&str> = examples.iter().map(|example| type_of(example)).collect();
    schema.insert("type".to_owned(), json!(types));
    let items: Vec<&Value> = examples
        .iter()
        .filter_map(|example| example.as_array())
        .flatten()
        .collect();
    if !items.is_empty() {
        schema.insert("items".to_owned(), shape(&items).into());
    }
    let objects: Vec<_> = examples
        .iter()
        .filter_map(|example| example.as_object())
        .collect();
    let names: Vec<&String> = objects.iter().flat_map(|object| object.keys()).collect();
    if names.is_empty() || names.iter().any(|name| is_id(name)) {
        return schema;
    }
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    for name in names {
        let values: Vec<&Value> = objects
            .iter()
            .filter_map(|object| object.get(name))
            .collect();
        if values.len() == objects.len() && !required.contains(&name.as_str()) {
            required.push(name);
        }
        properties.insert(name.clone(), shape(&values).into());
    }
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), json!(required));
    schema
}

/// Objects whose keys are ids are maps, without fields of their own.
fn is_id(key: &str) -> bool {
    key.len() >= 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Checks the keywords that [`of`] writes.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    let list = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    if !list("type").any(|allowed| allowed == type_of(value)) {
        return Err(format!("{value} is of another type"));
    }
    for name in list("required").filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            return Err(format!("{name} is missing"));
        }
    }
    for (name, schema) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let Some(value) = value.get(name) {
            check(schema, value).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    match (schema.get("items"), value.as_array()) {
        (Some(schema), Some(items)) => items.iter().try_for_each(|item| check(schema, item)),
        _ => Ok(()),
    }
}
