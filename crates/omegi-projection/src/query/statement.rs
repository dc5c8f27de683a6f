//! The statement as typed: one SELECT, its tables, and the attribute keys it names.
//!
//! `attributes['k']` becomes a column of its own before planning, so that filters on it reach the
//! files like filters on any other column.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, Query, Select, SelectItem, SetExpr, Statement as SqlStatement,
    Subscript, Value, VisitMut, VisitorMut, visit_relations,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;

use super::error::QueryError;

/// Longest statement read.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Depth of nested expressions and queries.
const DEPTH_MAX: usize = 50;
/// Attribute keys in one statement.
const KEYS_MAX: usize = 64;

/// An attribute named in a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MapKey {
    /// `attributes`, `resource_attributes` or `scope_attributes`.
    pub(super) map: String,
    pub(super) key: String,
}

impl MapKey {
    /// Name of its column: no name that anybody could type by chance.
    pub(super) fn column(&self) -> String {
        format!("{MARK}{}['{}']", self.map, self.key.replace('\'', "''"))
    }
}

/// Whether `column` was made for an attribute.
pub(super) fn is_made(column: &str) -> bool {
    column.starts_with(MARK)
}

/// `message` without the marks of made columns.
pub(super) fn unmarked(message: &str) -> String {
    message.replace(MARK, "")
}

const MARK: char = '\u{1}';
const MAPS: [&str; 3] = ["attributes", "resource_attributes", "scope_attributes"];

/// A statement that only reads.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) statement: Statement,
    /// Attributes it names.
    pub(super) keys: BTreeSet<MapKey>,
    /// Tables it names, in lower case.
    pub(super) tables: BTreeSet<String>,
}

/// Reads `text`; refuses all but a single query.
pub(super) fn parse(text: &str) -> Result<Parsed, QueryError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(QueryError::refused("a query has at most 64 KiB"));
    }
    let mut parser = DFParserBuilder::new(text)
        .with_dialect(&PostgreSqlDialect {})
        .with_recursion_limit(DEPTH_MAX)
        .build()
        .map_err(|error| QueryError::invalid(text, &error))?;
    let mut statements = parser
        .parse_statements()
        .map_err(|error| QueryError::invalid(text, &error))?;
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        return Err(QueryError::refused("write exactly one SELECT"));
    };
    let Statement::Statement(mut statement) = statement else {
        return Err(QueryError::refused(ONLY_SELECT));
    };
    let SqlStatement::Query(query) = statement.as_mut() else {
        return Err(QueryError::refused(ONLY_SELECT));
    };
    let mut rewrite = Rewrite::default();
    if let ControlFlow::Break(reason) = VisitMut::visit(query, &mut rewrite) {
        return Err(QueryError::refused(reason));
    }
    let mut tables = BTreeSet::new();
    let _: ControlFlow<()> = visit_relations(&*statement, |name| {
        tables.insert(name.to_string().to_lowercase());
        ControlFlow::Continue(())
    });
    Ok(Parsed {
        statement: Statement::Statement(statement),
        keys: rewrite.keys,
        tables,
    })
}

const ONLY_SELECT: &str = "only SELECT is allowed here";

/// Replaces `attributes['k']` by its column.
#[derive(Default)]
struct Rewrite {
    keys: BTreeSet<MapKey>,
}

impl VisitorMut for Rewrite {
    type Break = &'static str;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        if !query.locks.is_empty() {
            return ControlFlow::Break("SELECT FOR UPDATE is not allowed here");
        }
        match *query.body {
            SetExpr::Select(_) | SetExpr::SetOperation { .. } => ControlFlow::Continue(()),
            SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(ONLY_SELECT),
        }
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        if select.into.is_some() {
            return ControlFlow::Break("SELECT INTO is not allowed here");
        }
        name_selected(select);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Self::Break> {
        if let Some((path, key)) = map_access(expression) {
            let column = key.column();
            self.keys.insert(key);
            if self.keys.len() > KEYS_MAX {
                return ControlFlow::Break("a query names at most 64 attributes");
            }
            let column = Ident::with_quote('"', column);
            *expression = match path {
                Some(table) => Expr::CompoundIdentifier(vec![table, column]),
                None => Expr::Identifier(column),
            };
        }
        ControlFlow::Continue(())
    }
}

/// Gives every selected expression that names an attribute the name it was typed as.
fn name_selected(select: &mut Select) {
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expression) = item {
            let typed = expression.to_string();
            if MAPS.iter().any(|map| typed.contains(&format!("{map}["))) {
                let alias = Ident::with_quote('"', typed);
                *item = SelectItem::ExprWithAlias {
                    expr: expression.clone(),
                    alias,
                };
            }
        }
    }
}

/// The attribute that `expression` names, with the table it is asked of.
fn map_access(expression: &Expr) -> Option<(Option<Ident>, MapKey)> {
    let Expr::CompoundFieldAccess { root, access_chain } = expression else {
        return None;
    };
    let (table, map, subscript) = match (root.as_ref(), access_chain.as_slice()) {
        (Expr::Identifier(map), [AccessExpr::Subscript(key)]) => (None, map, key),
        (Expr::CompoundIdentifier(path), [AccessExpr::Subscript(key)]) => match path.as_slice() {
            [table, map] => (Some(table), map, key),
            _ => return None,
        },
        (
            Expr::Identifier(table),
            [
                AccessExpr::Dot(Expr::Identifier(map)),
                AccessExpr::Subscript(key),
            ],
        ) => (Some(table), map, key),
        _ => return None,
    };
    let map = MAPS
        .iter()
        .find(|known| map.value.eq_ignore_ascii_case(known))?;
    let Subscript::Index {
        index: Expr::Value(key),
    } = subscript
    else {
        return None;
    };
    let Value::SingleQuotedString(key) = &key.value else {
        return None;
    };
    let key = MapKey {
        map: (*map).to_owned(),
        key: key.clone(),
    };
    Some((table.cloned(), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_become_columns_and_keep_the_name_they_were_typed_as() {
        let text = "SELECT s.attributes['http.route'], count(*) FROM spans s \
                    WHERE attributes['it''s'] = 'x' GROUP BY s.attributes['http.route']";
        let parsed = parse(text).unwrap();
        let keys: Vec<&str> = parsed.keys.iter().map(|key| key.key.as_str()).collect();
        assert_eq!(keys, ["http.route", "it's"]);
        assert_eq!(parsed.tables.into_iter().collect::<Vec<_>>(), ["spans"]);
        let sql = unmarked(&parsed.statement.to_string());
        let named = r#"s."attributes['http.route']" AS "s.attributes['http.route']""#;
        assert!(sql.contains(named), "{sql}");
    }

    #[test]
    fn whatever_is_no_query_is_refused() {
        for text in [
            "DROP TABLE spans",
            "COPY spans TO 'x.parquet'",
            "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/etc'",
            "SET datafusion.execution.batch_size = 1",
            "INSERT INTO spans SELECT * FROM spans",
            "EXPLAIN SELECT 1",
            "SELECT 1; SELECT 2",
            "SELECT * INTO t FROM spans",
            "",
        ] {
            assert!(
                matches!(
                    parse(text),
                    Err(QueryError::Refused { .. } | QueryError::Invalid { .. })
                ),
                "{text}"
            );
        }
    }
}
