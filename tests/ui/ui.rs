//! What the compiler says: one file in `fail` for each message. The forms in `pass` are tests of their own.

use std::fs;

/// All are checked at once, for none is to compile.
#[test]
fn compiler_messages() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

/// The files `body_*.rs` have each function twice, plain and annotated. What is wrong with the body is told at the
/// same place in both; that the compiler says it there still is what `compiler_messages` sees.
#[test]
fn mistakes_in_a_body_are_told_where_they_are() {
    let mut seen = 0;
    for entry in fs::read_dir("fail").expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !name.starts_with("body_") || !name.ends_with(".stderr") {
            continue;
        }
        let source = fs::read_to_string(path.with_extension("rs")).expect("the program");
        let middle = source.lines().position(|line| line == "mod traced {").expect("two modules");
        let (mut plain, mut traced): (Vec<_>, Vec<_>) = errors(&fs::read_to_string(&path).expect("messages"))
            .into_iter()
            .partition(|at| at.line <= middle);
        traced.iter_mut().for_each(|at| at.line -= middle);
        plain.sort();
        traced.sort();
        assert!(!plain.is_empty(), "{name} has no error");
        assert_eq!(plain, traced, "plain and annotated in {name}");
        seen += 1;
    }
    assert!(seen > 5, "{seen} files were compared");
}

/// An error and the first place it names.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct At {
    line: usize,
    column: usize,
    code: String,
}

fn errors(text: &str) -> Vec<At> {
    let lines: Vec<_> = text.lines().collect();
    let errors = lines.windows(2).filter(|two| two[0].starts_with("error"));
    errors
        .map(|two| {
            let mut numbers = two[1].rsplit(':').map(|number| number.parse().expect("a number"));
            let column = numbers.next().expect("a column");
            // that the body is in a closure or an `async` block may be told, so only the code of the message counts
            let code = two[0].split(':').next().unwrap_or_default().to_owned();
            At { column, line: numbers.next().expect("a line"), code }
        })
        .collect()
}
