//! What the compiler says about arguments that cannot be recorded, where their types say what to do instead.
//!
//! The attribute looks at how a type is written, and calls one of these instead of [`argument`](super::inputs::argument). They
//! do the same: only what the compiler says differs, so a type that is merely called alike records as ever.

use super::inputs::{Input, Recorded};

macro_rules! advice {
    ($($(#[$attribute:meta])* $advice:ident;)*) => {$(
        $(#[$attribute])*
        pub trait $advice {
            /// [`argument`](super::inputs::argument), with this advice.
            fn argument<'a>(value: &'a &'a Self) -> &'a dyn Recorded;
        }

        #[diagnostic::do_not_recommend]
        impl<T: Input + ?Sized> $advice for T {
            #[inline]
            fn argument<'a>(value: &'a &'a Self) -> &'a dyn Recorded {
                value
            }
        }
    )*};
}
advice! {
    /// An argument whose type is written as a handle of a run.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is no input: mark the parameter `#[run_tree]` or `#[parent]`",
        label = "the mark is missing here",
        note = "`#[run_tree] run: RunTree` is the call's own run: the attribute fills it in, and callers do not pass it",
        note = "`#[parent] run: &RunTree` is the run above, which callers pass",
        note = "or leave the argument out with `#[traceable(skip(..))]`"
    )]
    RunTreeInput;

    /// An argument whose type is written `Arc<..>` or `Rc<..>`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run input: leave the argument out with `#[traceable(skip(..))]`",
        label = "serde serialises `Arc` and `Rc` only with its feature `rc`",
        note = "to record what is in it, enable the feature `rc` of `serde` and derive `serde::Serialize` for that type",
        note = "or record it by its `Debug` text with `#[traceable(debug(..))]`"
    )]
    SharedInput;

    /// An argument whose type is written as one of axum's extractors.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run input: take it apart, as in `Json(body): Json<Body>`, or leave it \
                   out with `#[traceable(skip(..))]`",
        label = "this extractor does not implement `serde::Serialize`",
        note = "of a pattern such as `Json(body)`, `Query(query)` or `Path(id)` each name is recorded",
        note = "state is usually left out: `#[traceable(skip(state))]`"
    )]
    ExtractorInput;

    /// An argument whose type is written as an array of more than 32 elements, or of a number that is not written out.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run input: pass a slice, `&[..]`, or leave the argument out with \
                   `#[traceable(skip(..))]`",
        label = "serde serialises arrays of up to 32 elements, whose type implements `serde::Serialize`",
        note = "or record it by its `Debug` text with `#[traceable(debug(..))]`"
    )]
    ArrayInput;

    /// An argument whose type is written as a function, or of functions.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run input: leave the argument out with `#[traceable(skip(..))]`",
        label = "functions have no content to record",
        note = "record something about it with `#[traceable(skip(..), inputs(key = value))]`"
    )]
    FunctionInput;

    /// An argument whose type is written with `dyn`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run input: leave the argument out with `#[traceable(skip(..))]`",
        label = "this trait object does not implement `serde::Serialize`",
        note = "record something about it with `#[traceable(skip(..), inputs(key = value))]`",
        note = "or, if the trait requires `Debug`, record it by its `Debug` text with `#[traceable(debug(..))]`"
    )]
    ObjectInput;
}
