//! Printing: a plan becomes a function again.
//!
//! Every form is the same three things: the call (`call`), the body with its arguments (`body`), and where the run
//! ends (`end`). The three functions at the end of this file put them together.

mod awaitable;
mod body;
mod call;
mod end;
mod erase;
mod hygiene;
mod lazy;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ReturnType;
use syn::spanned::Spanned;

use self::hygiene::{Runtime, ours};
use crate::check::Plan;
use crate::kind::Shape;
use crate::lost;

/// Prints the function.
pub(crate) fn print(plan: &Plan) -> TokenStream {
    let p = &Runtime(match &plan.options.krate {
        Some(given) => {
            let path = &given.value;
            ours!(#path::__private)
        }
        None => ours!(::traceable::__private),
    });
    let statements = match (plan.function.signature.asyncness.is_some(), plan.shape.is_open()) {
        (true, _) => future(plan, p),
        (false, true) => open(plan, p),
        (false, false) => plain(plan, p),
    };

    let attributes = plan.function.attributes.iter().filter(|attribute| !says_it_twice(plan, attribute));
    let visibility = &plan.function.visibility;
    let signature = signature(plan, p);
    let inner = &plan.function.inner_attributes;
    let lost = match plan.options.allow_lost {
        None => lost::print(&plan.function.body, p),
        Some(_) => TokenStream::new(),
    };
    // The function ends with the user's brace. With one of ours the whole item would count as made by a macro, and
    // lints on items (`dead_code`, `missing_docs`, clippy's on signatures) would be silent or underline the attribute.
    let mut body = Group::new(Delimiter::Brace, quote!(#(#inner)* #lost #statements));
    body.set_span(plan.function.braces.span.join());
    quote!(#(#attributes)* #visibility #signature #body)
}

/// `#[must_use]` on a function that returns a future by now: futures are, and clippy complains of both.
fn says_it_twice(plan: &Plan, attribute: &syn::Attribute) -> bool {
    let is_desugared = plan.function.signature.asyncness.is_some() && !plan.stays_async();
    is_desugared && matches!(&attribute.meta, syn::Meta::Path(path) if path.is_ident("must_use"))
}

/// Input: `async fn f(&self, (a, b): (A, B), #[run_tree] rt: RunTree) -> R`
///
/// Output: `fn f(&self, __arg1: (A, B)) -> impl Future<Output = R>`
///
/// `impl` is written by us, so it has the capture rules of this crate's edition (2024) in crates of any edition.
fn signature(plan: &Plan, p: &Runtime) -> TokenStream {
    let written = &plan.function.signature;
    let keep_async = plan.stays_async();
    let asyncness = written.asyncness.filter(|_| keep_async);
    let output = match (&written.output, written.asyncness.is_some() && !keep_async) {
        (output, false) => output.to_token_stream(),
        (ReturnType::Default, true) => {
            let future = future_of(&ours!(()), written.paren_token.span.join(), p);
            ours!(-> #future)
        }
        (ReturnType::Type(arrow, ty), true) => {
            let future = future_of(&erase::recaptured(ty), ty.span(), p);
            quote!(#arrow #future)
        }
    };
    let syn::Signature { safety, abi, fn_token, ident, generics, .. } = written;
    let where_clause = &generics.where_clause;
    let receiver = plan.receiver.iter().map(ToTokens::to_token_stream);
    let parameters = receiver.chain(plan.arguments.iter().map(|argument| argument.parameter()));
    // the user's parentheses, as the signature may end with them
    let mut parenthesized = Group::new(Delimiter::Parenthesis, quote!(#(#parameters),*));
    parenthesized.set_span(written.paren_token.span.join());
    quote!(#asyncness #safety #abi #fn_token #ident #generics #parenthesized #output #where_clause)
}

/// Output: `impl Future<Output = R>`, lying over `R`
fn future_of(output: &impl ToTokens, at: Span, p: &Runtime) -> TokenStream {
    let impl_token = hygiene::impl_token(at);
    // the signature ends here: with a token of ours it would count as made by a macro
    let end = syn::Token![>](at);
    ours!(#impl_token #p::core::future::Future<Output = #output #end)
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
        _ => (erase::erased_output(plan), end::recorder(plan, p)),
    };
    if call::has_settings(plan) {
        let call = call::print(plan, p, "now");
        let body = closure(plan, &ty, body);
        ours!(#call #p::sync(__call, #body, #record))
    } else {
        let site = call::print_site(plan, p);
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
    let ty = erase::erased_output(plan);
    // An edge that is never taken tells the compiler the type, so that a wrong value in the body is reported at that
    // value. Its type is written outside of the body, whose items may have the same names.
    let edge = ours!(if let #p::core::option::Option::Some(__value) = #p::core::option::Option::<#ty>::None {
        return __value;
    });
    let body = block(plan, ours!(#edge #body));
    if let Shape::Value(output) = &plan.shape {
        let record = end::record(plan, p, output);
        return ours!(#call #p::recorded::<#ty, _, _>(__call, #body, #record) #wait);
    }
    let annotation = end::annotation(&plan.shape);
    let end = end::print(plan, p, &plan.shape);
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
fn open(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "reserve");
    let body = body::print(plan, p);
    let ty = erase::erased_output(plan);
    let body = closure(plan, &ty, body);
    let end = end::print(plan, p, &plan.shape);
    ours!(#call let (__call, __value) = #p::eager(__call, #body); #end)
}

/// Output: `move || -> R { BODY }`
///
/// It lies where the user's body does, and as code of the user's: lints such as `needless_return` look at bodies, and
/// this is one.
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
