//! The default question is answered rightly, and odd sources and questions do no harm.

use std::io::sink;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::answer::{Answer, answer_question, start_verifier};
use crate::index::build_index;
use crate::load::Source;
use crate::{QUESTION, run};

/// What the README says about it, and the beginning of the answer: one more quote may come from elsewhere.
const ANSWER: &str = "\
While the server is down, runs wait in memory. [README.md]
With a spool, runs wait on disk while the server is down. [README.md]
A run that is lost because the server stays down is counted as dropped, with the reason. [README.md]
";

/// One test at a time: tracing is on or off for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

fn answer(source: &Source, question: &str) -> Answer {
    let index = build_index(source, PathBuf::from("missing")).unwrap();
    let verifier = start_verifier(source.clone());
    let mut out = sink();
    let answering = answer_question(question.to_owned(), Arc::new(index), verifier, &mut out);
    tokio::runtime::Runtime::new().unwrap().block_on(answering).unwrap()
}

#[test]
fn the_default_question_is_answered_by_the_readme() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = answer(&Source::documentation(), QUESTION);
    assert!(answer.text.starts_with(ANSWER), "{}", answer.text);
    assert!((3..=4).contains(&answer.quotes) && answer.verified == answer.quotes, "{}", answer.text);
}

#[test]
fn what_is_off_topic_gets_no_answer() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for question in ["What is the capital of France?", "How do I bake bread?", "the", ""] {
        let answer = answer(&Source::documentation(), question);
        assert_eq!(answer.text, "", "{question}");
    }
}

#[test]
fn odd_sources_have_nothing_to_say() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = std::env::temp_dir().join(format!("traceable-quickstart-tests-{}", std::process::id()));
    let binary = folder.join("binary/data.txt");
    std::fs::create_dir_all(folder.join("empty")).unwrap();
    std::fs::create_dir_all(folder.join("binary")).unwrap();
    std::fs::write(&binary, [0xff, 0x00, 0xfe]).unwrap();

    for path in [folder.join("empty"), folder.join("binary"), binary] {
        assert_eq!(answer(&Source::at(path.clone()), QUESTION).text, "", "{}", path.display());
    }
    let error = build_index(&Source::at(folder.join("missing")), PathBuf::from("missing")).err().unwrap();
    assert_eq!(error.to_string(), "cannot read missing");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_trees_fit_on_a_screen() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut out = Vec::new();
    let done = run(Source::documentation(), QUESTION.to_owned(), None, &mut out);
    traceable::set_enabled(false); // the collector is gone when the next test begins
    done.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains(ANSWER), "{out}");
    let lines: Vec<_> = out.lines().collect();
    let is_tree = |line: &&&str| line.contains(['✓', '✗', '│']);
    assert!((15..=25).contains(&lines.iter().filter(is_tree).count()), "{out}");
    // a preview of an input or output is 100 characters long
    assert!(lines.iter().filter(is_tree).all(|line| line.chars().count() <= 115), "{out}");
}
