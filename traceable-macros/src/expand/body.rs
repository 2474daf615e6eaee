//! The inside of a traced function: recording, the arguments, and the user's own block.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ReceiverKind;

use super::awaitable::yields_a_future;
use super::hygiene::{Runtime, located, ours, reference_to};
use crate::capture::{Argument, Mode, mentions};
use crate::check::Plan;
use crate::options::Options;

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

/// A future that is dropped before it is polled drops what it captured in the order it is named in. Recording names
/// only some of the arguments, so all are named before it, in their order.
fn captured(plan: &Plan) -> TokenStream {
    if plan.function.signature.asyncness.is_none() || !begins(plan) || plan.arguments.len() < 2 {
        return TokenStream::new();
    }
    plan.arguments.iter().map(|argument| argument.captured()).collect()
}

/// Whether there is anything to say before the body runs.
pub(super) fn begins(plan: &Plan) -> bool {
    plan.run_tree.is_some() || !inputs(plan).is_empty()
}

/// Output: `if begins() { begin_with(&["{\"a\":"], &[argument(&a)]); }`, or with what is more than arguments
/// `if begins() { begin(&mut |inputs: &mut Inputs<'_>| { inputs.add("a", &a); }); }`, or `let rt: RunTree = begin_run_tree(|inputs| { .. });`
fn begin(plan: &Plan, p: &Runtime) -> TokenStream {
    let recorded = inputs(plan);
    let inputs = if recorded.is_empty() { ours!(_) } else { ours!(__inputs) };
    match &plan.run_tree {
        Some(run_tree) => {
            let (attributes, pattern, ty) = (&run_tree.attrs, &run_tree.pat, &run_tree.ty);
            let value = ours!(#p::begin_run_tree(|#inputs| { #recorded }));
            // asked at the type, so that a wrong one is reported there
            let asked = quote!(<#ty as #p::FilledIn>);
            let value = ours!(#asked::filled_in(#value));
            quote!(#(#attributes)* let #pattern: #ty = #value;)
        }
        None if recorded.is_empty() => TokenStream::new(),
        None if is_simple(plan) => {
            let recorded = plan.arguments.iter().filter(|argument| !argument.is_left_out()).enumerate();
            let listed = recorded.filter_map(|(number, argument)| argument.listed(p, number == 0));
            let (mut bound, mut before, mut values) = (Vec::new(), Vec::new(), Vec::new());
            for [binding, text, value] in listed {
                bound.push(binding);
                before.push(text);
                values.push(value);
            }
            ours!(if #p::begins() { #(#bound)* #p::begin_with(&[#(#before),*], &[#(#values),*]); })
        }
        None => ours!(if #p::begins() { #p::begin(&mut |#inputs: &mut #p::Inputs<'_>| { #recorded }); }),
    }
}

/// Whether arguments are all there is to record, each as it is. That is so of nearly all functions, and the compiler has
/// less to do with a list than with a closure.
fn is_simple(plan: &Plan) -> bool {
    let Options { inputs, process_inputs, .. } = &plan.options;
    inputs.is_none()
        && process_inputs.is_none()
        && (plan.receiver.is_none() || plan.self_mode == Mode::Skip)
        && plan.arguments.iter().all(Argument::is_simple)
}

/// What is recorded of the arguments, and the hook over it.
fn inputs(plan: &Plan) -> TokenStream {
    let options = &plan.options;
    let inputs = Ident::new("__inputs", Span::mixed_site());
    let fields = || options.inputs.iter().flat_map(|given| &given.value);
    let overridden: Vec<_> = fields().map(|field| field.key.clone()).collect();

    let borrowed = plan.arguments.iter().map(|argument| {
        argument.borrowed(|binding| {
            let recorded =
                binding.mode != Mode::Skip && !overridden.contains(&crate::message::plain(&binding.ident));
            recorded || options.input_expressions().any(|expr| mentions(quote!(#expr), &binding.ident))
        })
    });
    let receiver = plan.receiver.iter().filter_map(|receiver| {
        let method =
            Ident::new(if plan.self_mode == Mode::Debug { "debug" } else { "display" }, Span::mixed_site());
        let this = &receiver.self_token;
        (plan.self_mode != Mode::Skip).then(|| ours!(#inputs.#method("\"self\":", &#this);))
    });
    let arguments = plan.arguments.iter().map(|argument| argument.recorded(&inputs, &overridden));
    let fields = fields().map(|field| {
        let (key, expr) = (&field.key, &field.value);
        let member = crate::capture::member(key);
        let value = reference_to(expr);
        ours!(#inputs.add_with(#member, |__value| __value.put(#value));)
    });
    let hook = options.process_inputs.iter().map(|given| {
        let hook = &given.value;
        ours!(#inputs.process(#hook);)
    });
    ours!(#(#borrowed)* #(#receiver)* #(#arguments)* #(#fields)* #(#hook)*)
}

/// An owned `self` is taken in whole, even if the body uses only a field of it or nothing: it must live as long as
/// the body.
fn receiver(plan: &Plan) -> Option<TokenStream> {
    let receiver = plan.receiver.as_ref()?;
    match receiver.kind {
        // an `async fn` takes in all of its arguments
        ReceiverKind::Reference(..) if plan.function.signature.asyncness.is_none() => None,
        _ => {
            let this = &receiver.self_token;
            Some(ours!(let _ = &#this;))
        }
    }
}

/// The user's block. Its braces are ours but lie where the user's are: a mismatch is reported there, while lints on
/// needless braces see that nobody wrote them.
fn block(plan: &Plan) -> TokenStream {
    let mut block = Group::new(Delimiter::Brace, plan.function.body.clone());
    block.set_span(located(plan.function.braces.span.join()));
    block.into_token_stream()
}
