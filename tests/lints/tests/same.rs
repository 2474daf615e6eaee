//! The compiler warns of the same in annotated functions as in plain ones.

mod compare;

#[test]
fn the_compiler_warns_of_the_same() {
    let found = compare::compare("check");
    assert_eq!((found.caused, found.hidden), (vec![], vec![]));
    assert!(found.same > 40, "{} warnings are the same", found.same);
}
