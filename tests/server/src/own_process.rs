//! Tests of what belongs to a whole process: each runs in a process of its own, though many are in one program.

use std::any::type_name;
use std::process::Command;

/// Runs a test, given as a closure in the test function itself, in a process of its own: this program again, with that
/// test alone. Fails as the test fails, with all that it has printed.
///
/// # Panics
/// Panics if the test fails, or if there is no test around the closure.
#[track_caller]
pub fn alone<F: FnOnce()>(test: F) {
    // `program::module::test::{{closure}}` is `module::test` for the test harness
    let path = type_name::<F>();
    let name = path.split_once("::").map_or(path, |(_, name)| name).trim_end_matches("::{{closure}}");
    alone_as(name, test);
}

/// The same for a test that is named as the test harness names it.
///
/// # Panics
/// Panics if the test fails, or if there is no test of this name.
#[track_caller]
pub fn alone_as(name: &str, test: impl FnOnce()) {
    const ALONE: &str = "TEST_ALONE";
    if std::env::var(ALONE).is_ok_and(|alone| alone == name) {
        return test();
    }
    let text = output_of(name, |process| process.env(ALONE, name));
    assert!(text.contains("1 passed"), "{name}: {text}");
}

/// What a test of this program prints when it is run in a process of its own.
///
/// # Panics
/// Panics if the process cannot be started, or fails.
#[track_caller]
pub fn output_of(name: &str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut process = Command::new(std::env::current_exe().unwrap());
    let output = prepare(process.args(["--exact", "--include-ignored", name])).output().unwrap();
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{text}");
    text
}
