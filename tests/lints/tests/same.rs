//! The compiler warns of the same in annotated functions as in plain ones.

mod compare;

/// Lints that fall silent, and why that cannot be helped.
const SILENT: &[(&str, &str)] = &[
    ("async_fn_in_trait", "an annotated `async fn` is a function that returns a future"),
    (
        "unconditional_recursion",
        "it looks for calls in the function itself, and the body is a closure that the runtime calls",
    ),
];

#[test]
fn the_compiler_warns_of_the_same() {
    let same = compare::compare("check", SILENT);
    assert!(same > 90, "{same} warnings are the same");
}
