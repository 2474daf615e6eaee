//! Under which parent the spans of the 65 known hard cases come: traceable beside `tracing` and `fastrace`.
//!
//! `cargo run --release --bin nesting` prints a table. `--trees` prints below it the trees that came out wrong,
//! `--case N` runs one case only, `--repeat N` runs each attempt so often (3); an attempt is right if it always is.
//!
//! How it is judged:
//! - Names and parents count, siblings in any order; what should have ended has to. How a run ended (error,
//!   cancelled, left early) counts for traceable alone: the others do not record it. Links between traces do not
//!   count.
//! - A span that a library needs only to begin a trace or to carry a context is called `hop`, and taken out.
//! - Each attempt runs in a process of its own. Nothing depends on sleeping.
//! - "Naive" is the code as the case has it, only annotated. If the case is the misuse of an interface, it is the
//!   misuse. "Documented" is what the library's own documentation tells its users to write; see [`kit`].

mod case;
mod cases;
mod judge;
mod kit;
mod record;
mod support;
mod table;
mod tree;
mod worker;

use std::time::Duration;

use case::{Case, Flavour, Library, Step};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let cases: Vec<&'static Case> = cases::all();
    if let [flag, number, library, step, flavour] = &args[..]
        && flag == "--one"
    {
        let case = cases.iter().find(|case| case.number.to_string() == *number).expect("a case");
        let library = Library::ALL.into_iter().find(|l| l.name() == library).expect("a library");
        let step = Step::ALL.into_iter().find(|s| s.name() == step).expect("a step");
        let flavour = Flavour::ALL.into_iter().find(|f| f.name() == flavour).expect("a flavour");
        return one(case, library, step, flavour);
    }
    let value = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1)?.parse::<usize>().ok()
    };
    let only = value("--case");
    let cases: Vec<_> =
        cases.into_iter().filter(|case| only.is_none_or(|only| usize::from(case.number) == only)).collect();
    let (verdicts, mistakes) = judge::all(&cases, value("--repeat").unwrap_or(3));
    println!("{}\n{}", table::table(&cases, &verdicts), table::notes(&cases));
    if args.iter().any(|arg| arg == "--trees") {
        println!("{}", table::trees(&mistakes));
    }
}

fn one(case: &Case, library: Library, step: Step, flavour: Flavour) {
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(20));
        println!("wrong\n(it hangs)");
        std::process::exit(0);
    });
    let outcome = worker::run(case, library, step, flavour);
    println!("{}\n{}", if outcome.is_right { "right" } else { "wrong" }, outcome.tree);
    // threads that a case has left behind end here
    std::process::exit(0);
}
