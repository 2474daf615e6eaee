//! What came of one form with one library.

use std::path::Path;
use std::process::Command;

use crate::build::Built;

/// A program in `benches/forms/src/bin`.
pub struct Form {
    program: String,
    /// the first line of its documentation
    pub name: String,
    expected: String,
}

pub enum Verdict {
    Right,
    /// it compiles, and the span is over before the work is, or what was called in the end is not below it
    Wrong(String),
    /// it does not compile
    Refused(String),
}

/// All forms, in their order.
pub fn forms() -> Vec<Form> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forms/src/bin");
    let files = std::fs::read_dir(folder).expect("the programs");
    let mut paths: Vec<_> = files.map(|file| file.expect("a program").path()).collect();
    paths.sort();
    paths.iter().map(|path| Form::read(path)).collect()
}

impl Form {
    fn read(path: &Path) -> Form {
        let text = std::fs::read_to_string(path).expect("a program");
        let mut lines = text.lines().map_while(|line| line.strip_prefix("//! "));
        let name = lines.next().expect("a name in the first line").to_owned();
        let expected =
            lines.find_map(|line| line.strip_prefix("expected: ")).unwrap_or("form > leaf").to_owned();
        let program = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        Form { program, name, expected }
    }

    pub fn judge(&self, built: &Built) -> Verdict {
        let path = match built.get(&self.program) {
            Some(Ok(path)) => path,
            Some(Err(error)) => return Verdict::Refused(error.clone()),
            None => panic!("{} is neither built nor refused", self.program),
        };
        let output = Command::new(path).output().expect("the program runs");
        let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if tree == self.expected { Verdict::Right } else { Verdict::Wrong(tree) }
    }
}
