//! YAML as a tree whose every node knows its place, so that all mistakes can be told at once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{Mistake, Position, SpecErrors};

/// A node and where it stands.
pub(super) struct Node {
    pub(super) at: Position,
    pub(super) value: Value,
}

/// What a node holds; scalars stay text until somebody knows what they should be.
pub(super) enum Value {
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A mapping's key and where it stands.
pub(super) struct Key {
    pub(super) at: Position,
    pub(super) name: String,
}

impl Node {
    /// Reads the only document of `text`.
    ///
    /// # Errors
    /// What the YAML reader found wrong: it stops at the first fault of syntax.
    pub(super) fn parse(text: &str) -> Result<Self, SpecErrors> {
        let read: Result<Spanned<Tree>, _> = serde_saphyr::from_str(text);
        match read {
            Ok(tree) => Ok(tree.into()),
            Err(error) => Err(SpecErrors::one(Mistake {
                at: error.location().map_or(Position::default(), Position::from),
                text: first_line(&error.without_snippet().to_string()),
            })),
        }
    }

    /// What stands here, in the words of a message.
    pub(super) fn shape(&self) -> &'static str {
        match self.value {
            Value::Scalar(_) => "a value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl From<Location> for Position {
    fn from(location: Location) -> Self {
        Self {
            line: u32::try_from(location.line()).unwrap_or(u32::MAX),
            column: u32::try_from(location.column()).unwrap_or(u32::MAX),
        }
    }
}

impl From<Spanned<Tree>> for Node {
    fn from(tree: Spanned<Tree>) -> Self {
        let at = tree.referenced.into();
        let value = match tree.value {
            Tree::Scalar(text) => Value::Scalar(text),
            Tree::List(items) => Value::List(items.into_iter().map(Self::from).collect()),
            Tree::Map(entries) => Value::Map(entries.into_iter().map(entry).collect()),
        };
        Self { at, value }
    }
}

fn entry((key, value): (Spanned<String>, Spanned<Tree>)) -> (Key, Node) {
    let key = Key {
        at: key.referenced.into(),
        name: key.value,
    };
    (key, value.into())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("not YAML").to_owned()
}

/// The shape serde fills; [`Node`] is the same with places of our own.
enum Tree {
    Scalar(String),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(String::new()))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(String::new()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}
