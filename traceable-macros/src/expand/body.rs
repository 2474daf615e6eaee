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
    let taken_apart = plan.arguments.iter().map(|argument| argument.taken_apart());
    let block = if yields_a_future(plan) { ours!(return { #block };) } else { block };
    ours!(#receiver #captured #(#taken_apart)* #begin #(#moved)* #block)
}

/// The user's block, in the user's braces: when the temporaries of its last expression are dropped is decided by their
/// edition, and lints look for the braces that somebody wrote. The brackets around are ours, as braces around one
/// expression are needless everywhere else (`unused_braces`).
fn block(plan: &Plan) -> TokenStream {
    let at = plan.function.braces.span.join();
    let mut block = Group::new(Delimiter::Brace, plan.function.body.clone());
    block.set_span(at);
    let mut brackets = Group::new(Delimiter::Parenthesis, block.into_token_stream());
    brackets.set_span(located(at));
    brackets.into_token_stream()
}
