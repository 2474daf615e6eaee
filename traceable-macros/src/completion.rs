//! Completes options in rust-analyzer, and links them to their documentation. The compiler gets none of this.
//!
//! An editor knows the words of an attribute only from the expansion. So the expansion uses each key once as the name
//! of an item of `traceable::__private::options`, and each argument that an option names as the local it is, with the
//! user's own tokens. Half-written words work too: keys come from the tokens, not from what parses.
//!
//! For a completion rust-analyzer expands twice, as written and with a mark at the cursor, and compares the two by
//! position. The mark is a mistake to us, so what precedes these items must not depend on mistakes: an editor always
//! gets the function as written, with errors after it. Types are the same as in the whole expansion, and the body is
//! the user's alone.
//!
//! The idea is bon's, which writes `#[cfg(rust_analyzer)]`. The compiler warns of that name in the user's crate, and no
//! `allow` of ours may stand against a `forbid`; so we look at which program expands the macro.

use std::sync::OnceLock;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path};

use crate::options::{Segment, split};

/// Who reads the expansion.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Reader {
    #[default]
    Compiler,
    Editor,
    /// rustdoc, which shows the function as it is written
    Documentation,
}

impl Reader {
    /// rust-analyzer and rustdoc expand macros in programs of their own. If one is renamed, options stop completing, or
    /// documentation shows an `async fn` as what it becomes.
    pub(crate) fn find() -> Self {
        static READER: OnceLock<Reader> = OnceLock::new();
        *READER.get_or_init(|| {
            let program = std::env::current_exe().unwrap_or_default();
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            match name {
                name if name.starts_with("rust-analyzer") => Self::Editor,
                name if name.starts_with("rustdoc") => Self::Documentation,
                _ => Self::Compiler,
            }
        })
    }
}

/// Output: `{ use options::function::{name as _}; let _ = &argument; }`
pub(crate) fn for_function(options: &TokenStream) -> TokenStream {
    let segments = split(options.clone());
    let uses = uses(&segments, "function");
    let lists =
        segments.iter().filter(|segment| matches!(segment.text.as_str(), "skip" | "debug" | "display"));
    let arguments = lists.filter_map(Segment::elements).flatten().filter_map(|element| element.key);
    quote!({ #uses #(let _ = &#arguments;)* })
}

/// For a block. Output: `const _: () = { use options::block::{methods as _}; };`
pub(crate) fn for_block(options: &TokenStream) -> TokenStream {
    let uses = uses(&split(options.clone()), "block");
    quote!(const _: () = { #uses };)
}

fn uses(segments: &[Segment], module: &str) -> TokenStream {
    let module = Ident::new(module, Span::mixed_site());
    let krate = segments.iter().find(|segment| segment.text == "crate");
    let path = krate.and_then(|krate| syn::parse2(krate.tokens.clone().into_iter().skip(2).collect()).ok());
    let path = path.map_or_else(|| quote!(::traceable), |path: Path| quote!(#path));
    let keys = segments.iter().filter_map(|segment| segment.key.as_ref()).filter(|key| *key != "crate");
    quote!(mod options { use #path::__private::options::#module::*; use self::{#(#keys as _),*}; })
}
