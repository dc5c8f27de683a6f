//! Ids that a query asks for by value: looked up in the files' indexes before anything is read.

use std::str::FromStr;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, Operator};
use omegi_model::id::TraceId;

/// Ids of which a row must have one.
pub(super) type Ids = Vec<[u8; 16]>;

/// Ids looked up one by one; beyond, the column is read.
const IDS_MAX: usize = 1000;

/// The values that `column` must have for all `filters` to hold; `None`: any.
pub(super) fn wanted(filters: &[Expr], column: &str) -> Option<Ids> {
    let wanted = filters
        .iter()
        .find_map(|filter| of_filter(filter, column))?;
    (wanted.len() <= IDS_MAX).then_some(wanted)
}

fn of_filter(filter: &Expr, wanted: &str) -> Option<Ids> {
    let is_column =
        |expression: &Expr| matches!(expression, Expr::Column(column) if column.name == wanted);
    match filter {
        Expr::BinaryExpr(binary) if binary.op == Operator::Eq => {
            match (binary.left.as_ref(), binary.right.as_ref()) {
                (column, Expr::Literal(value, _)) if is_column(column) => Some(id(value)),
                (Expr::Literal(value, _), column) if is_column(column) => Some(id(value)),
                _ => None,
            }
        }
        Expr::BinaryExpr(binary) if binary.op == Operator::Or => {
            let mut ids = of_filter(&binary.left, wanted)?;
            ids.extend(of_filter(&binary.right, wanted)?);
            Some(ids)
        }
        Expr::InList(list) if !list.negated && is_column(&list.expr) => {
            let values = list.list.iter().map(|item| match item {
                Expr::Literal(value, _) => Some(id(value)),
                _ => None,
            });
            Some(values.collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    }
}

/// The id that `value` writes; a text that is none, or not in lower case, equals no row's id.
fn id(value: &ScalarValue) -> Ids {
    let text = value.try_as_str().flatten().unwrap_or_default();
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let id = TraceId::from_str(text).ok().filter(|_| is_lower);
    id.into_iter().map(|id| *id.as_bytes()).collect()
}
