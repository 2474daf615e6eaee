//! `async fn`s that give back a future, such as a task's handle.
//!
//! Clippy takes an `async` block whose last expression is a future for a forgotten `.await` (`async_yields_async`, an
//! error unless it is allowed); of `async fn`s it knows that they say so in their signature. Ours are blocks, so these
//! leave theirs by `return`. Not all do: a body that never gets there, such as `todo!()`, makes a `return`
//! unreachable.

use syn::{ReturnType, Type};

use crate::check::Plan;
use crate::return_type::Kind;

/// Whether the signature of an `async fn` says, as far as names can tell, that its output is a future.
pub(super) fn yields_a_future(plan: &Plan) -> bool {
    let signature = &plan.function.signature;
    signature.asyncness.is_some()
        && match &signature.output {
            ReturnType::Type(_, ty) => plan.shape.outer_kind() == Some(Kind::Future) || is_named_like_one(ty),
            ReturnType::Default => false,
        }
}

fn is_named_like_one(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        ["Future", "JoinHandle", "Receiver", "Task"].iter().any(|end| name.ends_with(end)) || name == "Ready"
    })
}
