//! Code for rust-analyzer alone: it makes the options complete, and leads from them to their documentation.
//!
//! An editor knows nothing of the words in an attribute but what the expansion does with them. So each key is used
//! once as the name of an item of `traceable::__private::options`, and each argument that an option names is used as
//! the local it is, with the user's own tokens. This works for a half-written word too, because keys are taken from
//! the tokens and not from what could be parsed.
//!
//! The idea is bon's, which says `#[cfg(rust_analyzer)]`. The compiler warns of that name in the user's crate, and no
//! `allow` of ours may stand against a `forbid`; so it is asked who expands the macro, and the compiler gets nothing.

use std::sync::OnceLock;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

use crate::options::Options;
use crate::options::segment::{Segment, split};

/// Who reads the expansion.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Reader {
    #[default]
    Compiler,
    Editor,
}

impl Reader {
    /// rust-analyzer expands macros in a program of its own. If that is renamed one day, options do not complete.
    pub(crate) fn find() -> Self {
        static READER: OnceLock<Reader> = OnceLock::new();
        *READER.get_or_init(|| {
            let program = std::env::current_exe().unwrap_or_default();
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("rust-analyzer") { Self::Editor } else { Self::Compiler }
        })
    }
}

/// Output: `{ use options::function::name as _; let _ = &argument; }`
pub(crate) fn inside(options: &Options) -> TokenStream {
    let uses = uses(&options.segments, "function", options.krate.as_ref().map(|given| &given.value));
    let lists = options
        .segments
        .iter()
        .filter(|segment| matches!(segment.text.as_str(), "skip" | "debug" | "display"));
    let arguments = lists.filter_map(Segment::elements).flatten().filter_map(|element| element.key);
    let arguments = arguments.map(|argument| quote!(let _ = &#argument;));
    let hidden = quote!(#uses #(#arguments)*);
    if hidden.is_empty() { hidden } else { quote!({ #hidden }) }
}

/// For a block. Output: `const _: () = { use options::block::methods as _; };`
pub(crate) fn beside(options: &TokenStream) -> TokenStream {
    let segments = split(options.clone());
    let krate = segments.iter().find(|segment| segment.text == "crate");
    let krate: Option<Path> =
        krate.and_then(|krate| syn::parse2(krate.tokens.clone().into_iter().skip(2).collect()).ok());
    let uses = uses(&segments, "block", krate.as_ref());
    if uses.is_empty() { uses } else { quote!(const _: () = { #uses };) }
}

/// Each key in a `use` of its own: in a list of names, `self` would be offered too.
fn uses(segments: &[Segment], module: &str, krate: Option<&Path>) -> TokenStream {
    let module = Ident::new(module, proc_macro2::Span::mixed_site());
    let krate = krate.map_or_else(|| quote!(::traceable), |path| quote!(#path));
    let keys = segments.iter().filter_map(|segment| segment.key.as_ref()).filter(|key| *key != "crate");
    keys.map(|key| quote!(use #krate::__private::options::#module::#key as _;)).collect()
}
