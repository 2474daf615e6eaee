//! Printing: a plan becomes a function again.
//!
//! Every form is the same three things: the call (`call`), the body with its arguments (`body`), and where the run
//! ends (`end`). The three functions at the end of this file put them together.

mod body;
mod call;
mod end;
mod erase;
mod hygiene;
mod lazy;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ReturnType;

use self::hygiene::{Runtime, ours};
use crate::check::Plan;
use crate::kind::Shape;

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

    let attributes = &plan.function.attributes;
    let visibility = &plan.function.visibility;
    let signature = signature(plan, p);
    let inner = &plan.function.inner_attributes;
    quote!(#(#attributes)* #visibility #signature { #(#inner)* #statements })
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
        (ReturnType::Default, true) => ours!(-> impl #p::core::future::Future<Output = ()>),
        (ReturnType::Type(arrow, ty), true) => {
            let ty = erase::recaptured(ty);
            let future = ours!(impl #p::core::future::Future<Output = #ty>);
            quote!(#arrow #future)
        }
    };
    let syn::Signature { safety, abi, fn_token, ident, generics, .. } = written;
    let where_clause = &generics.where_clause;
    let receiver = plan.receiver.iter().map(ToTokens::to_token_stream);
    let parameters = receiver.chain(plan.arguments.iter().map(|argument| argument.parameter()));
    quote!(#asyncness #safety #abi #fn_token #ident #generics (#(#parameters),*) #output #where_clause)
}

/// Input: `fn f(a: A) -> R { BODY }`
///
/// Output:
/// ```text
/// plain({ static SITE: Site = ..; &SITE }, move || -> R { begin(|i| ..); let a = a; { BODY } }, |value, outcome| ..)
/// ```
/// or, with options that are evaluated at each call,
/// ```text
/// let mut call = { static SITE: Site = ..; Call::now(&SITE) };
/// if call.on() { call.parent(&(expr)); }
/// sync(call, move || -> R { begin(|i| ..); let a = a; { BODY } }, |value, outcome| ..)
/// ```
fn plain(plan: &Plan, p: &Runtime) -> TokenStream {
    let body = body::print(plan, p);
    let (ty, record) = match &plan.shape {
        Shape::Never => (ours!(!), ours!(|_, _| {})),
        _ => (erase::erased_output(plan), end::recorder(plan, p)),
    };
    if call::has_settings(plan) {
        let call = call::print(plan, p, "now");
        ours!(#call #p::sync(__call, move || -> #ty { #body }, #record))
    } else {
        let site = call::print_site(plan, p);
        ours!(#p::plain(#site, move || -> #ty { #body }, #record))
    }
}

/// Input: `async fn f(a: A) -> R { BODY }`
///
/// Output:
/// ```text
/// let call = { static SITE: Site = ..; Call::deferred(&SITE) };
/// future(call, async move { begin(|i| ..); let a = a; { BODY } }, |call, value: R| call.finish(value, ..))
/// ```
/// with `.await` after it where the signature stays `async fn`.
fn future(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "deferred");
    let body = body::print(plan, p);
    let wait = plan.stays_async().then(|| ours!(.await));
    if let Shape::Never = &plan.shape {
        // `!` cannot be written as a type yet, but the return type of a function pointer can be projected
        let never = ours!(<fn() -> ! as #p::Returns>::Output);
        return ours!(#call #p::future(__call, async move { #body }, |_, __value: #never| __value) #wait);
    }
    let ty = erase::erased_output(plan);
    // An edge that is never taken tells the compiler the type, so that a wrong value in the body is reported at that
    // value. Its type is written outside of the body, whose items may have the same names.
    let edge = ours!(if let #p::core::option::Option::Some(__value) = #p::core::option::Option::<#ty>::None {
        return __value;
    });
    let annotation = end::annotation(&plan.shape);
    let end = end::print(plan, p, &plan.shape);
    ours!(#call #p::future(__call, async move { #edge #body }, |__call, __value: #ty| #annotation { #end }) #wait)
}

/// Input: `fn f(a: A) -> impl Stream<Item = X> { BODY }`, or any other shape that outlives the call
///
/// Output:
/// ```text
/// let call = { static SITE: Site = ..; Call::reserve(&SITE) };
/// let (call, value) = eager(call, move || -> _ { begin(|i| ..); let a = a; { BODY } });
/// stream_each(call, value, |value, item| ..)
/// ```
fn open(plan: &Plan, p: &Runtime) -> TokenStream {
    let call = call::print(plan, p, "reserve");
    let body = body::print(plan, p);
    let ty = erase::erased_output(plan);
    let end = end::print(plan, p, &plan.shape);
    ours!(#call let (__call, __value) = #p::eager(__call, move || -> #ty { #body }); #end)
}
