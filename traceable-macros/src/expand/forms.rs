//! The forms of a function: plain, `async`, or one that returns a future, a stream or an iterator.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};

use super::coercion::annotation;
use super::impl_trait::erased_output;
use super::outcome::{record, recorder};
use super::{body, call, callsite, wrap};
use crate::check::Plan;
use crate::hygiene::{Runtime, ours};
use crate::return_type::Shape;

/// The statements between the function's braces.
pub(super) fn print(plan: &Plan, p: &Runtime) -> TokenStream {
    match (plan.function.signature.asyncness.is_some(), plan.shape.outlives_call()) {
        (true, _) => future(plan, p),
        (false, true) => lazy(plan, p),
        (false, false) => plain(plan, p),
    }
}

/// Input: `fn f(a: A) -> R { BODY }`
///
/// Output:
/// ```text
/// plain({ static CALLSITE: Callsite = ..; &CALLSITE }, move || -> R { if begins() { .. } let a = a; { BODY } }, |value, outcome| ..)
/// ```
/// or, with options that are evaluated at each call,
/// ```text
/// let mut call = { static CALLSITE: Callsite = ..; Call::now(&CALLSITE) };
/// if call.on() { call.parent(&(expr)); }
/// sync(call, move || -> R { if begins() { .. } let a = a; { BODY } }, |value, outcome| ..)
/// ```
fn plain(plan: &Plan, p: &Runtime) -> TokenStream {
    let body = body::print(plan, p);
    let (ty, record) = match &plan.shape {
        Shape::Never => (ours!(!), ours!(|_, _| {})),
        _ => (erased_output(plan), recorder(plan, p)),
    };
    if call::has_settings(plan) {
        let call = call::print(plan, p, "now");
        let body = closure(plan, &ty, body);
        ours!(#call #p::sync(__call, #body, #record))
    } else {
        let site = callsite::print(plan, p);
        let body = closure(plan, &ty, body);
        ours!(#p::plain(#site, #body, #record))
    }
}

/// Input: `async fn f(a: A) -> R { BODY }`
///
/// Output:
/// ```text
/// let call = { static CALLSITE: Callsite = ..; Call::deferred(&CALLSITE) };
/// recorded::<R, _, _>(call, async move { if begins() { .. } let a = a; { BODY } }, |value, outcome| ..)
/// ```
/// or, if there is more to do at the end than to record the result,
/// ```text
/// future(call, async move { if begins() { .. } let a = a; { BODY } }, |call, value: R| ..)
/// ```
/// with `.await` after it where the signature stays `async fn`.
fn future(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "deferred");
    let body = body::print(plan, p);
    let wait = plan.stays_async().then(|| ours!(.await));
    if let Shape::Never = &plan.shape {
        // `!` cannot be written as a type yet, but the return type of a function pointer can be projected
        let never = ours!(<fn() -> ! as #p::Returns>::Output);
        let body = block(plan, body);
        return ours!(#call #p::future(__call, #body, |_, __value: #never| __value) #wait);
    }
    let ty = erased_output(plan);
    // An edge that is never taken tells the compiler the type, so it reports a wrong value in the body at that value.
    // The type is written outside of the body, whose items may shadow its names.
    let edge = ours!(if let #p::core::option::Option::Some(__value) = #p::core::option::Option::<#ty>::None {
        return __value;
    });
    let body = block(plan, ours!(#edge #body));
    if let Shape::Value(output) = &plan.shape {
        let record = record(plan, p, output);
        return ours!(#call #p::recorded::<#ty, _, _>(__call, #body, #record) #wait);
    }
    let annotation = annotation(&plan.shape);
    let end = wrap::print(plan, p, &plan.shape);
    ours!(#call #p::future(__call, #body, |__call, __value: #ty| #annotation { #end }) #wait)
}

/// Input: `fn f(a: A) -> impl Stream<Item = X> { BODY }`, or any other shape that outlives the call
///
/// Output:
/// ```text
/// let call = { static CALLSITE: Callsite = ..; Call::reserve(&CALLSITE) };
/// let (call, value) = eager(call, move || -> _ { if begins() { .. } let a = a; { BODY } });
/// stream_each(call, value, |value, item| ..)
/// ```
fn lazy(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "reserve");
    let body = body::print(plan, p);
    let ty = erased_output(plan);
    let body = closure(plan, &ty, body);
    let end = wrap::print(plan, p, &plan.shape);
    ours!(#call let (__call, __value) = #p::eager(__call, #body); #end)
}

/// Output: `move || -> R { BODY }`
///
/// It has the span of the user's body and counts as the user's code: lints such as `needless_return` look at bodies,
/// and this is one.
fn closure(plan: &Plan, ty: &impl ToTokens, body: TokenStream) -> TokenStream {
    let at = plan.function.braces.span.join();
    let mut block = Group::new(Delimiter::Brace, body);
    block.set_span(at);
    let (move_token, or_token) = (syn::Token![move](at), syn::Token![||](at));
    let arrow = ours!(->);
    quote!(#move_token #or_token #arrow #ty #block)
}

/// Output: `async move { BODY }`, for the same reason
fn block(plan: &Plan, body: TokenStream) -> TokenStream {
    let at = plan.function.braces.span.join();
    let mut block = Group::new(Delimiter::Brace, body);
    block.set_span(at);
    let (async_token, move_token) = (syn::Token![async](at), syn::Token![move](at));
    quote!(#async_token #move_token #block)
}
