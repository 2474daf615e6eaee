//! Takes one function through the steps: parse, check, print.

use proc_macro2::TokenStream;

use crate::check::Plan;
use crate::completion::{self, Reader};
use crate::message::Mistakes;
use crate::options::Options;
use crate::signature::Function;
use crate::{expand, fallback};

/// What is around a function.
#[derive(Clone, Copy, Default)]
pub(crate) struct Surroundings {
    /// an attribute of the block expands after ours and may need an `async fn`
    pub(crate) may_need_async: bool,
    /// the block's options have a mistake: report mistakes, expand nothing
    pub(crate) is_wrong: bool,
    pub(crate) reader: Reader,
}

/// Input: one function and the options of its attribute. Output: its expansion, or the function and every mistake.
pub(crate) fn function(options: TokenStream, item: TokenStream, around: Surroundings) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let for_editor = (around.reader == Reader::Editor).then(|| completion::for_function(&options));
    let options = Options::parse(options, &mut mistakes);
    let mut function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            mistakes.push(error);
            let errors = mistakes.into_error().map(syn::Error::into_compile_error);
            return quote::quote!(#errors #item);
        }
    };
    function.may_need_async = around.may_need_async;
    let as_written = fallback::print(&function, for_editor.as_ref());
    match Plan::check(options, function, mistakes) {
        Ok(_) if around.is_wrong || around.reader != Reader::Compiler => as_written,
        Ok(plan) => expand::print(&plan),
        Err(error) => {
            let errors = error.into_compile_error();
            quote::quote!(#as_written #errors)
        }
    }
}
