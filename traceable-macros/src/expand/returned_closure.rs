//! Functions that return a closure as `impl Fn(&str) -> usize`.
//!
//! The compiler reads the types of the closure's parameters from there. The body is a closure of its own, which cannot be
//! given such a type. So a function that is called with nothing says what the body's type implements. (It does not help an
//! `async` block, which the compiler gives a type of its own.)

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, ReturnType, Type, TypeParamBound};

use super::impl_trait::{erased_output, replaced};
use crate::check::Plan;
use crate::hygiene::{Runtime, ours};
use crate::message;
use crate::return_type::is_function_trait;

/// What stands before a body that returns a closure, and tells its type to a local `__traceable_returned`.
///
/// Output: `let returned = Returned::<_>::nothing(); { fn returns<R: Fn(&str) -> usize>(_: &Returned<R>) {} returns(&returned); }`
pub(super) fn told(plan: &Plan, p: &Runtime) -> Option<TokenStream> {
    let ReturnType::Type(_, written) = &plan.function.signature.output else { return None };
    let functions = std::cell::RefCell::new(Vec::new());
    let ty = replaced(written, &|opaque| {
        let bounds: Vec<_> = opaque.bounds.iter().filter(|bound| is_function(bound)).cloned().collect();
        let infer = syn::parse_quote_spanned!(Span::mixed_site()=> _);
        if bounds.is_empty() {
            return infer;
        }
        let mut functions = functions.borrow_mut();
        let name = format_ident!("__TraceableReturned{}", functions.len(), span = Span::mixed_site());
        functions.push(quote!(#name: #(#bounds)+*));
        Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: name.into() })
    });
    let functions = functions.into_inner();
    let generics = &plan.function.signature.generics;
    if functions.is_empty() || !can_stand_in_an_item(plan, &ty, &functions) {
        return None;
    }
    let where_clause = &generics.where_clause;
    let params: Vec<_> = generics.params.iter().collect();
    let arguments = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let arguments = arguments.map(ToTokens::to_token_stream).chain(functions.iter().map(|_| ours!(_)));
    let whole = erased_output(plan);
    Some(ours! {
        let __traceable_returned = #p::Returned::<#whole>::nothing();
        {
            fn __traceable_returns<#(#params,)* #(#functions),*>(_: &#p::Returned<#ty>) #where_clause {}
            __traceable_returns::<#(#arguments),*>(&__traceable_returned);
        }
    })
}

fn is_function(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| is_function_trait(&last.ident)))
}

/// Whether all names are known to a function inside this one. `Self` and the parameters of an `impl` around it are not.
/// Nothing tells such a parameter from a type, but that it is in an `impl`, or how it is written.
fn can_stand_in_an_item(plan: &Plan, ty: &Type, functions: &[TokenStream]) -> bool {
    let signature = &plan.function.signature;
    let params = || signature.generics.params.iter();
    let of_function: Vec<String> = params()
        .map(|param| match param {
            GenericParam::Type(param) => message::plain(&param.ident),
            GenericParam::Const(param) => message::plain(&param.ident),
            GenericParam::Lifetime(param) => param.lifetime.ident.to_string(),
        })
        .collect();
    let is_known = |name: &Ident| {
        let name = message::plain(name);
        let is_written_like_a_type = name.len() > 1 && name.contains(char::is_lowercase);
        of_function.contains(&name)
            || !name.starts_with(char::is_uppercase)
            || name.starts_with("__Traceable")
            || STANDARD.contains(&name.as_str())
            || (is_written_like_a_type && name != "Self" && plan.receiver.is_none())
    };
    let bounds =
        params().map(ToTokens::to_token_stream).chain([signature.generics.where_clause.to_token_stream()]);
    let all = bounds.chain([ty.to_token_stream()]).chain(functions.iter().cloned());
    let all: Vec<_> = all.flat_map(flat).collect();
    let mut lifetimes = vec!["static".to_owned(), "_".to_owned()];
    lifetimes.extend(of_function.iter().cloned());
    lifetimes.extend(bound_by_for(&all));
    all.windows(2).all(|two| match two {
        [TokenTree::Punct(tick), TokenTree::Ident(name)] if tick.as_char() == '\'' => {
            lifetimes.contains(&name.to_string())
        }
        [_, TokenTree::Ident(name)] => is_known(name),
        _ => true,
    })
}

/// Input: `for<'a, 'b> Fn(&'a str, &'b str)`   Output: `a`, `b`
fn bound_by_for(tokens: &[TokenTree]) -> Vec<String> {
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let lists = tokens.windows(2).enumerate().filter(|(_, two)| is(&two[0], "for") && is(&two[1], "<"));
    lists
        .flat_map(|(at, _)| tokens[at..].iter().take_while(|token| !is(token, ">")).skip(2))
        .filter(|token| matches!(token, TokenTree::Ident(_)))
        .map(ToString::to_string)
        .collect()
}

/// Types that everybody means the same by.
const STANDARD: &[&str] = &[
    "Arc", "Box", "Cow", "Duration", "Fn", "FnMut", "FnOnce", "HashMap", "HashSet", "Instant", "Option",
    "Path", "PathBuf", "Pin", "Rc", "Result", "Send", "Sized", "String", "Sync", "Unpin", "Value", "Vec",
];

/// The tokens, with those inside of brackets in their place.
fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut all = vec![TokenTree::Punct(proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone))];
    for token in tokens {
        match token {
            TokenTree::Group(group) => all.extend(flat(group.stream())),
            token => all.push(token),
        }
    }
    all
}
