//! The inside of a traced function: recording, the arguments, and the user's own block.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::ToTokens;

use super::async_yields_async::yields_a_future;
use super::drop_order::{captured, receiver};
use super::inputs::begin;
use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours};

/// Output: `if begins() { begin(&mut |inputs: &mut Inputs<'_>| ..); } let a = a; { BODY }`
pub(super) fn print(plan: &Plan, p: &Runtime) -> TokenStream {
    let begin = begin(plan, p);
    let receiver = receiver(plan);
    let moved = plan.arguments.iter().map(|argument| argument.moved());
    let block = block(plan);
    let captured = captured(plan);
    let block = if yields_a_future(plan) { ours!(return #block;) } else { block };
    ours!(#receiver #captured #begin #(#moved)* #block)
}

/// The user's block. Its braces are ours with the user's spans: the compiler reports a mismatch there, and lints on
/// needless braces see that nobody wrote them.
fn block(plan: &Plan) -> TokenStream {
    let mut block = Group::new(Delimiter::Brace, plan.function.body.clone());
    block.set_span(located(plan.function.braces.span.join()));
    block.into_token_stream()
}
