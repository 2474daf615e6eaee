//! The table, in Markdown.

use std::fmt::Write;

use crate::case::{Case, Flavour, Library};
use crate::judge::{Mistake, Verdict, Verdicts};

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Naive => "✓",
        Verdict::WithStep => "✓¹",
        Verdict::Wrong => "✗",
        Verdict::NoWay => "–",
        Verdict::NotHere => "",
    }
}

pub fn table(cases: &[&Case], verdicts: &[Verdicts]) -> String {
    let mut text = String::from("| # | case | what traceable needs |");
    for library in Library::ALL {
        for flavour in Flavour::ALL {
            let _ = match flavour {
                Flavour::CurrentThread => write!(text, " {}: one |", library.name()),
                _ => write!(text, " {} |", flavour.name()),
            };
        }
    }
    text.push_str("\n|--:|---|---|");
    text.push_str(&":-:|".repeat(Library::ALL.len() * Flavour::ALL.len()));
    for (case, verdicts) in cases.iter().zip(verdicts) {
        let note = case.note.map_or(String::new(), |_| format!(" [^{}]", case.number));
        let _ = write!(text, "\n| {} | {}{note} | {} |", case.number, case.name, case.needs);
        for verdict in verdicts.iter().flatten() {
            let _ = write!(text, " {} |", mark(*verdict));
        }
    }
    text.push_str(
        "\n\none: tokio's `current_thread`; many: `multi_thread`; none: threads without a runtime.\n\
         ✓ right, only annotated. ✓¹ right with the explicit step that the library documents. ✗ wrong even so.\n\
         – cannot be written.\n\n",
    );
    text + &totals(verdicts)
}

fn totals(verdicts: &[Verdicts]) -> String {
    let mut text =
        String::from("| of the cases, on every flavour | ✓ | ✓¹ | ✗ | – |\n|---|--:|--:|--:|--:|\n");
    for library in Library::ALL {
        // a case is worth what its worst flavour is
        let worst = |verdicts: &Verdicts| {
            let of = verdicts[library as usize];
            let order = [Verdict::NoWay, Verdict::Wrong, Verdict::WithStep, Verdict::Naive];
            order.into_iter().find(|verdict| of.contains(verdict)).expect("a case that runs somewhere")
        };
        let count = |wanted| verdicts.iter().filter(|verdicts| worst(verdicts) == wanted).count();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            library.name(),
            count(Verdict::Naive),
            count(Verdict::WithStep),
            count(Verdict::Wrong),
            count(Verdict::NoWay)
        );
    }
    text
}

pub fn notes(cases: &[&Case]) -> String {
    let notes = cases.iter().filter_map(|case| Some((case.number, case.note?)));
    notes.map(|(number, note)| format!("[^{number}]: {note}\n")).collect()
}

pub fn trees(mistakes: &[Mistake]) -> String {
    let mut text = String::new();
    let mut last = 0;
    for mistake in mistakes {
        if mistake.number != last {
            let _ = writeln!(text, "\n{}. expected: {}", mistake.number, mistake.expected);
            last = mistake.number;
        }
        let (library, step, flavour) = (mistake.library.name(), mistake.step.name(), mistake.flavour.name());
        let _ = writeln!(text, "   {library}, {step}, {flavour}: {}", mistake.tree);
    }
    text
}
