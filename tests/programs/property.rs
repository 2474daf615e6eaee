//! The property.

use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};

use crate::check::check;
use crate::draw::programs;
use crate::shrink::shrink;

/// How many programs are tried; `PROPTEST_CASES` says otherwise. `.cargo/config.toml` makes them the same each time.
const CASES: u32 = 192;

/// To draw one level of a program inside another takes more than a test's stack.
const STACK: usize = 32 << 20;

#[test]
fn random_programs_nest_by_the_rule() {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(try_programs).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn try_programs() {
    let is_told = std::env::var_os("PROPTEST_CASES").is_some();
    let default = Config::default();
    let config = Config {
        cases: if is_told { default.cases } else { CASES },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/programs/regressions.txt"))),
        // `shrink` goes on from there
        max_shrink_iters: 200,
        ..default
    };
    let result =
        TestRunner::new(config).run(&programs(), |program| check(&program).map_err(TestCaseError::fail));
    match result {
        Ok(()) => {}
        Err(TestError::Fail(_, program)) => {
            let program = shrink(program, |program| check(program).is_err());
            let error = check(&program).err().unwrap_or_else(|| "it fails now and then".to_owned());
            panic!("{error}\nsmallest program that fails:\n{program:?}");
        }
        Err(error) => panic!("{error}"),
    }
}
