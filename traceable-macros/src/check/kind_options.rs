//! Options that need, or rule out, a future, a stream or an iterator.

use crate::message::{self, Mistakes};
use crate::options::Options;
use crate::return_type::{Kind, Shape, is_value};
use crate::signature::Function;

/// Checks `future`, `stream` and `iter` against the return type, and options for generators.
pub(super) fn check_kinds(options: &Options, function: &Function, shape: &Shape, mistakes: &mut Mistakes) {
    if let Some(kind) = &options.kind {
        if kind.value == Kind::Future && function.signature.asyncness.is_some() {
            mistakes.push(message::async_is_future(&kind.key));
        } else if let Some(found) = shape.outer_kind().filter(|found| *found != kind.value) {
            mistakes.push(message::wrong_kind(&kind.key, found.noun()));
        } else if shape.kind_type().is_some_and(is_value) {
            mistakes.push(message::no_alias(&kind.key, kind.value.name()));
        } else if matches!(shape, Shape::Never) {
            mistakes.push(message::wrong_kind(&kind.key, "`!`"));
        }
    }
    let for_generators = [
        options.process_chunk.as_ref().map(|given| &given.key),
        options.reduce.as_ref().map(|given| &given.key),
        options.aggregate.as_ref().map(|given| &given.key),
    ];
    match (shape.generator(), &options.process_outputs) {
        (None, _) => {
            for_generators.into_iter().flatten().for_each(|key| mistakes.push(message::needs_generator(key)));
        }
        (Some(_), Some(given)) => mistakes.push(message::not_for_generator(&given.key)),
        (Some(_), None) => {}
    }
}
