//! The forms of a function: plain, `async`, or one that returns a future, a stream or an iterator.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};

use super::async_yields_async::yields_a_future;
use super::coercion::annotation;
use super::impl_trait::erased_output;
use super::outcome::{record, recorder};
use super::{body, call, callsite, returned_closure, wrap};
use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours};
use crate::return_type::Shape;

/// The statements between the function's braces. They end with a `return`: clippy's `implicit_return` would miss it.
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
/// let mut call = Call::now({ static CALLSITE: Callsite = ..; &CALLSITE });
/// if Call::on(&call) { Call::parent(&mut call, &(expr)); }
/// sync(call, move || -> R { if begins() { .. } let a = a; { BODY } }, |value, outcome| ..)
/// ```
fn plain(plan: &Plan, p: &Runtime) -> TokenStream {
    let body = body::print(plan, p);
    let (ty, record) = match &plan.shape {
        Shape::Never => (ours!(!), ours!(|_, _| {})),
        _ => (erased_output(plan), recorder(plan, p)),
    };
    // nothing is left of a body that never ends
    let leave = (!matches!(plan.shape, Shape::Never)).then(|| ours!(return));
    if call::is_given_options(plan, p) {
        let call = call::print(plan, p, "now");
        let (told, body) = told(plan, p, closure(plan, &ty, body));
        ours!(#told #call #leave #p::sync(__traceable_call, #body, #record))
    } else {
        let site = callsite::print(plan, p);
        let (told, body) = told(plan, p, closure(plan, &ty, body));
        ours!(#told #leave #p::plain(#site, #body, #record))
    }
}

/// Input: `BODY`   Output: the same, or for a body that returns a closure `Returned::body(&returned, BODY)` and what makes
/// `returned`
fn told(plan: &Plan, p: &Runtime, body: TokenStream) -> (TokenStream, TokenStream) {
    match returned_closure::told(plan, p) {
        Some(told) => (told, ours!(#p::Returned::body(&__traceable_returned, #body))),
        None => (TokenStream::new(), body),
    }
}

/// Input: `async fn f(a: A) -> R { BODY }`
///
/// Output:
/// ```text
/// let call = Call::deferred({ static CALLSITE: Callsite = ..; &CALLSITE });
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
        return ours!(#call #p::future(__traceable_call, #body, |_, __traceable_value: #never| __traceable_value) #wait);
    }
    let ty = erased_output(plan);
    // An edge that is never taken tells the compiler the type, so it reports a wrong value in the body at that value.
    // The type is written outside of the body, whose items may shadow its names.
    let edge = ours!(if let #p::core::option::Option::Some(__traceable_value) = #p::core::option::Option::<#ty>::None {
        return __traceable_value;
    });
    let body = block(plan, ours!(#edge #body));
    if let Shape::Value(output) = &plan.shape {
        let record = record(plan, p, output);
        return ours!(#call return #p::recorded::<#ty, _, _>(__traceable_call, #body, #record) #wait);
    }
    let annotation = annotation(&plan.shape);
    let end = wrap::print(plan, p, &plan.shape);
    ours!(#call return #p::future(__traceable_call, #body, |__traceable_call, __traceable_value: #ty| #annotation { #end }) #wait)
}

/// Input: `fn f(a: A) -> impl Stream<Item = X> { BODY }`, or any other shape that outlives the call
///
/// Output:
/// ```text
/// let call = Call::reserve({ static CALLSITE: Callsite = ..; &CALLSITE });
/// let (call, value) = eager(call, move || -> _ { if begins() { .. } let a = a; { BODY } });
/// stream_each(call, value, |value, item| ..)
/// ```
fn lazy(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "reserve");
    let body = body::print(plan, p);
    let ty = erased_output(plan);
    let body = closure(plan, &ty, body);
    let end = wrap::print(plan, p, &plan.shape);
    ours!(#call let (__traceable_call, __traceable_value) = #p::eager(__traceable_call, #body); return #end)
}

/// Output: `move || -> R { { BODY } }`
///
/// It has the span of the user's body and counts as the user's code: lints such as `needless_return` look at bodies,
/// and this is one.
fn closure(plan: &Plan, ty: &impl ToTokens, body: TokenStream) -> TokenStream {
    let (at, block) = braced(plan, body);
    let (move_token, or_token) = (syn::Token![move](at), syn::Token![||](at));
    let arrow = ours!(->);
    quote!(#move_token #or_token #arrow #ty #block)
}

/// Output: `async move { { BODY } }`, for the same reason
fn block(plan: &Plan, body: TokenStream) -> TokenStream {
    let (at, block) = braced(plan, body);
    let (async_token, move_token) = (syn::Token![async](at), syn::Token![move](at));
    quote!(#async_token #move_token #block)
}

/// Braces of the user's with braces of ours inside, whose edition it is that counts here: temporaries of the user's last
/// expression drop before the arguments.
fn braced(plan: &Plan, body: TokenStream) -> (Span, Group) {
    let at = plan.function.braces.span.join();
    let mut inner = Group::new(Delimiter::Brace, body);
    inner.set_span(located(at));
    // as a statement it is no last expression, which this lint would look at
    let end = yields_a_future(plan).then(|| ours!(;));
    let mut users = Group::new(Delimiter::Brace, quote!(#inner #end));
    users.set_span(at);
    (at, users)
}
