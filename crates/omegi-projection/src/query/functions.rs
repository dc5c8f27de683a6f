//! Functions between stored and shown values: ids as hex, JSON as maps and typed values.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int64Array, MapBuilder,
    StringBuilder, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use omegi_model::value::{Attributes, Value};

use crate::columns::{AttributeType, decode, json};

/// `id` as lowercase hex.
pub(super) fn hex(id: Expr) -> Expr {
    call(Function::Hex, vec![id])
}

/// The stored JSON object `object` as a map of texts.
pub(super) fn object_map(object: Expr) -> Expr {
    call(Function::Map(Arc::default()), vec![object])
}

/// All attributes as a map of texts: the stored rest and the columns `attributes`.
pub(super) fn attribute_map(rest: Expr, attributes: Vec<(String, Expr)>) -> Expr {
    let (keys, columns): (Vec<String>, Vec<Expr>) = attributes.into_iter().unzip();
    let arguments = std::iter::once(rest).chain(columns).collect();
    call(Function::Map(keys.into()), arguments)
}

/// The value of `key` in the stored JSON object `object`, where it is of type `kind`.
pub(super) fn member(object: Expr, key: &str, kind: AttributeType) -> Expr {
    call(Function::Member(kind), vec![object, lit(key)])
}

/// Arrow type in which values of `kind` are shown.
pub(super) fn shown_type(kind: AttributeType) -> DataType {
    match kind {
        AttributeType::Text => DataType::Utf8View,
        AttributeType::Int => DataType::Int64,
        AttributeType::Double => DataType::Float64,
        AttributeType::Bool => DataType::Boolean,
    }
}

/// Type of attribute maps.
pub(super) fn map_type() -> DataType {
    let entries = vec![
        Field::new("keys", DataType::Utf8, false),
        Field::new("values", DataType::Utf8, true),
    ];
    let entries = Field::new("entries", DataType::Struct(entries.into()), false);
    DataType::Map(Arc::new(entries), false)
}

fn call(function: Function, arguments: Vec<Expr>) -> Expr {
    let signature = Signature::variadic_any(Volatility::Immutable);
    ScalarUDF::from(Shown {
        function,
        signature,
    })
    .call(arguments)
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Function {
    Hex,
    /// Keys of the arguments after the first.
    Map(Arc<[String]>),
    Member(AttributeType),
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Shown {
    function: Function,
    signature: Signature,
}

impl ScalarUDFImpl for Shown {
    fn name(&self) -> &str {
        match &self.function {
            Function::Hex => "hex",
            Function::Map(_) => "attribute_map",
            Function::Member(AttributeType::Text) => "member_text",
            Function::Member(AttributeType::Int) => "member_int",
            Function::Member(AttributeType::Double) => "member_double",
            Function::Member(AttributeType::Bool) => "member_bool",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match &self.function {
            Function::Hex => DataType::Utf8View,
            Function::Map(_) => map_type(),
            Function::Member(kind) => shown_type(*kind),
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let key = match arguments.args.get(1) {
            Some(ColumnarValue::Scalar(key)) => key.try_as_str().flatten().map(str::to_owned),
            _ => None,
        };
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let Some((first, others)) = columns.split_first() else {
            return exec_err!("{} needs an argument", self.name());
        };
        let shown = match &self.function {
            Function::Hex => hex_array(first)?,
            Function::Map(keys) => map_array(first, keys, others, rows)?,
            Function::Member(kind) => member_array(first, &key.unwrap_or_default(), *kind)?,
        };
        Ok(ColumnarValue::Array(shown))
    }
}

fn hex_array(ids: &ArrayRef) -> Result<ArrayRef> {
    let Some(ids) = ids.as_any().downcast_ref::<FixedSizeBinaryArray>() else {
        return exec_err!("ids are stored as bytes, not {}", ids.data_type());
    };
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut builder = StringViewBuilder::with_capacity(ids.len());
    let mut text = String::with_capacity(32);
    for id in ids {
        text.clear();
        for byte in id.unwrap_or_default() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        builder.append_option(id.map(|_| &text));
    }
    Ok(Arc::new(builder.finish()))
}

fn texts(array: &ArrayRef) -> Result<&StringViewArray> {
    match array.as_any().downcast_ref() {
        Some(texts) => Ok(texts),
        None => exec_err!("JSON is stored as text, not {}", array.data_type()),
    }
}

fn map_array(
    objects: &ArrayRef,
    keys: &[String],
    columns: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef> {
    let objects = texts(objects)?;
    let mut builder = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    let mut parsed = Parsed::default();
    for row in 0..rows {
        let mut entries = match objects.is_valid(row) {
            true => parsed.object(objects.value(row)).clone(),
            false => Attributes::new(),
        };
        for (key, column) in keys.iter().zip(columns) {
            if let Some(value) = decode::value(column, row) {
                entries.insert(key.clone(), value);
            }
        }
        for (key, value) in &entries {
            builder.keys().append_value(key);
            builder.values().append_option(as_text(value));
        }
        builder.append(true)?;
    }
    Ok(Arc::new(builder.finish()))
}

fn member_array(objects: &ArrayRef, key: &str, kind: AttributeType) -> Result<ArrayRef> {
    let objects = texts(objects)?;
    let mut parsed = Parsed::default();
    let values: Vec<Option<Value>> = objects
        .iter()
        .map(|object| parsed.object(object?).get(key).cloned())
        .collect();
    Ok(match kind {
        AttributeType::Text => Arc::new(StringViewArray::from_iter(
            values.iter().map(|value| value.as_ref().and_then(as_text)),
        )),
        AttributeType::Int => Arc::new(Int64Array::from_iter(values.iter().map(as_int))),
        AttributeType::Double => Arc::new(Float64Array::from_iter(values.iter().map(as_double))),
        AttributeType::Bool => {
            Arc::new(BooleanArray::from_iter(values.iter().map(
                |value| match value {
                    Some(Value::Bool(value)) => Some(*value),
                    _ => None,
                },
            )))
        }
    })
}

fn as_int(value: &Option<Value>) -> Option<i64> {
    match value.as_ref()? {
        Value::Int(value) => Some(*value),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn as_double(value: &Option<Value>) -> Option<f64> {
    match value.as_ref()? {
        Value::Int(value) => Some(*value as f64),
        Value::Double(value) => Some(*value),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// A value as text: what `attributes['k']` shows for values of mixed types.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Double(value) => Some(value.to_string()),
        nested @ (Value::List(_) | Value::Map(_)) => serde_json::to_string(nested).ok(),
    }
}

/// The object parsed last: the same one follows itself for many rows.
#[derive(Default)]
struct Parsed {
    text: String,
    object: Attributes,
}

impl Parsed {
    fn object(&mut self, text: &str) -> &Attributes {
        if self.text != text {
            self.object.clear();
            json::read_into(&mut self.object, text);
            self.text.clear();
            self.text.push_str(text);
        }
        &self.object
    }
}
