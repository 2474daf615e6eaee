//! `async fn`s that return a future, such as the handle of a task.
//!
//! Clippy takes an `async` block that ends in a future for a forgotten `.await` (`async_yields_async`, an error by
//! default). It knows that an `async fn` says so in its signature, but ours are blocks, so these leave theirs by
//! `return`. Only these: in a body that never ends, such as `todo!()`, a `return` is unreachable.

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
