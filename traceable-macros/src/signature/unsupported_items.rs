//! Refuses items that cannot be traced: all but functions, and `const fn`, `gen fn`, variadic functions.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Result, Signature, Token, token};

use crate::message;

/// Refuses items that are no functions. syn would only say "expected `fn`".
pub(super) fn refuse_other_items(input: ParseStream<'_>) -> Result<()> {
    let ahead = input.fork();
    let keyword: TokenStream = match ahead.call(Ident::parse_any) {
        Ok(keyword) => keyword.into_token_stream(),
        Err(_) => return Err(message::not_an_item(input.span())),
    };
    let what = match keyword.to_string().as_str() {
        "struct" => "struct",
        "enum" => "enum",
        "union" if ahead.peek(Ident) => "union",
        "trait" => "trait alias",
        "mod" => "module",
        "static" => "static",
        "const" if ahead.peek(Ident) || ahead.peek(Token![_]) => "constant",
        "type" => "type alias",
        "use" => "use declaration",
        "let" => "let statement",
        "macro_rules" => "macro",
        "gen" => return Err(message::gen_fn(keyword, false)),
        "async" => match ahead.call(Ident::parse_any) {
            Ok(next) if next == "gen" => return Err(message::gen_fn(next, true)),
            _ => return Ok(()),
        },
        "unsafe" | "extern" => {
            while ahead.peek(Token![unsafe]) || ahead.peek(Token![extern]) || ahead.peek(syn::LitStr) {
                ahead.parse::<TokenTree>()?;
            }
            match () {
                () if ahead.peek(token::Brace) => "block of foreign functions",
                () if ahead.peek(Token![crate]) => "extern crate",
                () => return Ok(()),
            }
        }
        "fn" | "const" => return Ok(()),
        _ => return Err(message::not_an_item(input.span())),
    };
    Err(message::not_a_function(keyword, what))
}

/// Refuses functions that cannot be traced, whatever their attribute says.
pub(super) fn refuse_signature(signature: &Signature) -> Result<()> {
    if let Some(constness) = signature.constness {
        let fn_token = signature.fn_token;
        return Err(message::const_fn(quote::quote!(#constness #fn_token)));
    }
    if let Some(variadic) = &signature.variadic {
        return Err(message::variadic(variadic.dots));
    }
    Ok(())
}
