//! Clippy warns of the same in annotated functions as in plain ones.

mod compare;

/// These compare what a body does with its parameters. The body is a closure (or an `async` block), whose variables
/// are moved out of the parameters: to these lints, all of them are used, and used up.
const BY_USE: &str = "the parameters are moved into the body before it uses them";

/// These look at the first block of a function.
const BY_BLOCK: &str = "the block that they look at is not the user's";

/// These look for a lifetime that is named once too often.
const BY_RETURN_TYPE: &str = "the return type stands in the body a second time, and so the lifetime does";

/// Lints that fall silent, and why that cannot be helped.
const SILENT: &[(&str, &str)] = &[
    ("async_fn_in_trait", "an annotated `async fn` is a function that returns a future"),
    ("clippy::boxed_local", BY_USE),
    ("clippy::elidable_lifetime_names", BY_RETURN_TYPE),
    ("clippy::manual_async_fn", BY_BLOCK),
    ("clippy::missing_const_for_fn", "rightly: an annotated function cannot be `const`"),
    ("clippy::missing_errors_doc", "of an `async fn`, whose signature says `Future`"),
    ("clippy::needless_lifetimes", BY_RETURN_TYPE),
    ("clippy::needless_pass_by_value", BY_USE),
    ("clippy::not_unsafe_ptr_arg_deref", BY_USE),
    ("clippy::only_used_in_recursion", BY_USE),
    ("clippy::ptr_arg", BY_USE),
    ("clippy::single_option_map", BY_BLOCK),
    ("clippy::unnecessary_literal_bound", BY_BLOCK),
    ("clippy::unnecessary_wraps", BY_BLOCK),
    ("clippy::unused_async", "an annotated `async fn` is a function that returns a future"),
    ("unconditional_recursion", "the body is a closure that the runtime calls"),
];

#[test]
fn clippy_warns_of_the_same() {
    let same = compare::compare("clippy", SILENT);
    assert!(same > 200, "{same} warnings are the same");
}
