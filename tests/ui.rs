//! What the compiler says: one file in `ui/fail` for each message, and forms that must compile in `ui/pass`.

#[test]
fn compiler_messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
