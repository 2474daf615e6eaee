//! Ways to the runs of a filter that are shorter than all runs in order.

use rusqlite::types::Value;

use crate::query::filter::attribute::Attribute;
use crate::query::filter::compile::groups;
use crate::query::filter::full_text::full_text_rows;
use crate::query::filter::members::{MAX_ATTRIBUTE_BYTES, one_key, scalar_members};
use crate::query::filter::pairs::PairGroup;
use crate::query::filter::sql::Sql;
use crate::query::filter::syntax::{Expression, Operator};
use crate::query::filter::words;

/// Statements for the rows of the runs that can match a filter, each by an index of its own. One that finds few rows is
/// the fastest way to the runs.
pub(crate) fn drivers(filter: &Expression) -> Vec<Sql> {
    let all = match filter {
        Expression::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut drivers: Vec<Sql> = groups(all).iter().filter_map(PairGroup::driver).collect();
    for one in all {
        match one {
            Expression::And(_) => drivers.extend(self::drivers(one)),
            Expression::Has(Attribute::Tags, tag) => {
                let mut sql = Sql::text("SELECT tag.rid FROM tag WHERE tag.tag = ");
                sql.bind(tag.value.clone());
                drivers.push(sql);
            }
            Expression::Has(Attribute::Object(object), operand) => {
                drivers.extend(
                    scalar_members(*object, &operand.literal).iter().flatten().filter_map(PairGroup::driver),
                );
            }
            Expression::Search(None, text) => {
                if let Some(words) = words::match_expression(text) {
                    drivers.push(full_text_rows(words));
                }
            }
            Expression::Compare(Attribute::Path(object, keys), Operator::Eq, operand) => {
                drivers.extend(one_key(*object, keys, operand).and_then(|group| group.driver()));
            }
            Expression::Compare(Attribute::Scalar("parent_run_id", _), Operator::Eq, operand)
                if operand.value != Value::Null =>
            {
                drivers.push(rows_of_children(operand.value.clone()));
            }
            Expression::Compare(Attribute::Scalar(name @ ("id" | "trace_id"), _), Operator::Eq, operand) => {
                let mut sql = Sql::text(format!("SELECT rid FROM run WHERE {name} = "));
                sql.bind(operand.value.clone());
                drivers.push(sql);
            }
            Expression::In(Attribute::Scalar(name @ ("id" | "trace_id"), _), operands) => {
                let mut sql = Sql::text(format!("SELECT rid FROM run WHERE {name} IN ("));
                sql.append(Sql::list(operands.iter().map(|operand| operand.value.clone()))).push(")");
                drivers.push(sql);
            }
            Expression::Compare(Attribute::Scalar("thread_id", _), Operator::Eq, operand) => {
                if let Value::Text(thread) = &operand.value
                    && thread.len() <= MAX_ATTRIBUTE_BYTES
                {
                    drivers.push(thread_rows(thread));
                }
            }
            _ => {}
        }
    }
    drivers
}

/// A thread's id is in the metadata too.
pub(super) fn thread_rows(thread: &str) -> Sql {
    let mut sql = Sql::text(
        "SELECT attribute.rid FROM attribute WHERE attribute.kid IN (SELECT kid FROM attribute_key WHERE kind = 1 \
         AND key IN ('thread_id', 'session_id', 'conversation_id')) AND attribute.value = ",
    );
    sql.bind(thread.to_owned());
    sql
}

/// The rows of the children of a run: they are of its trace, or marked, for it was not received.
pub(crate) fn rows_of_children(parent: Value) -> Sql {
    let mut sql = Sql::text("SELECT rid FROM run WHERE trace_id = (SELECT trace_id FROM run WHERE id = ");
    sql.bind(parent.clone()).push(") AND parent_id = ").bind(parent.clone());
    sql.push(" UNION SELECT rid FROM run WHERE flags & 524288 AND parent_id = ").bind(parent);
    sql
}
