//! The page, in Markdown.

use std::fmt::Write;

use crate::LIBRARIES;
use crate::verdict::{Form, Verdict};

/// By library, then by form.
type Verdicts = [Vec<Verdict>; LIBRARIES.len()];

const HEAD: &str = "\
# Forms, compared

What an attribute makes of each form of function: `#[traceable]`, `tracing`'s `#[instrument]` and fastrace's `#[trace]`.
Each form is a program that calls another annotated function where the form's own work is done: in the body, behind an
`.await`, while the items are made. It is compiled and run with each attribute, and the tree of the spans is looked at.
The attribute stands alone, without options; what it records of arguments and results differs: `#[traceable]` records
both, `#[instrument]` the arguments, `#[trace]` neither. What adapters and bridges bring is in
[`compared`](mod@compared).

The page is made by `cargo run --bin forms > ../src/guide/forms.md` in `benches/`; the programs are in `benches/forms`.
`--why` prints the compiler's words and the trees.
";

const LEGEND: &str = "\
✓ compiles, and the tree is right. *lost*: compiles, but the span is closed before the work is done, and what is called
then is not below it. ✗ does not compile; for `#[traceable]` that is one sentence which says why.
";

fn mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "✓",
        Verdict::Wrong(_) => "*lost*",
        Verdict::Refused(_) => "✗",
    }
}

pub fn page(forms: &[Form], verdicts: &Verdicts) -> String {
    let mut text = format!("{HEAD}\n| form |");
    LIBRARIES.iter().for_each(|library| text.push_str(&format!(" {library} |")));
    text.push_str("\n|---|");
    text.push_str(&":-:|".repeat(LIBRARIES.len()));
    for (at, form) in forms.iter().enumerate() {
        let _ = write!(text, "\n| {} |", form.name);
        verdicts.iter().for_each(|verdicts| text.push_str(&format!(" {} |", mark(&verdicts[at]))));
    }
    let _ = write!(text, "\n\n{LEGEND}\n{}", totals(verdicts));
    text
}

fn totals(verdicts: &Verdicts) -> String {
    let marks = ["✓", "*lost*", "✗"];
    let mut text = format!("| of {} forms | {} |\n|---|", verdicts[0].len(), marks.join(" | "));
    text.push_str(&"--:|".repeat(marks.len()));
    for (library, verdicts) in LIBRARIES.iter().zip(verdicts) {
        let _ = write!(text, "\n| {library} |");
        for wanted in marks {
            let count = verdicts.iter().filter(|verdict| mark(verdict) == wanted).count();
            let _ = write!(text, " {count} |");
        }
    }
    text
}

/// What is behind each mark that is not ✓.
pub fn reasons(forms: &[Form], verdicts: &Verdicts) -> String {
    let mut text = String::new();
    for (at, form) in forms.iter().enumerate() {
        for (library, verdicts) in LIBRARIES.iter().zip(verdicts) {
            let reason = match &verdicts[at] {
                Verdict::Right => continue,
                Verdict::Wrong(tree) => tree,
                Verdict::Refused(error) => error,
            };
            let _ = writeln!(text, "{}: {library}: {reason}", form.name);
        }
    }
    text
}
