//! Which forms of functions an attribute can stand on: traceable's, tracing's `#[instrument]`, fastrace's `#[trace]`.
//!
//! `cargo run --bin forms > ../src/guide/forms.md`, in `benches/`, makes the page of the documentation. Each form is a
//! program in `benches/forms`, which is built and run once for each library, with that library's attribute and
//! nothing else: no options (but for the one that a form names), no adapters.
//!
//! `cargo run --bin forms -- --why` prints below the table what the compiler said, or which tree came out.

mod build;
mod table;
mod verdict;

/// Whose attribute.
pub const LIBRARIES: [&str; 3] = ["traceable", "tracing", "fastrace"];

fn main() {
    let forms = verdict::forms();
    // the programs of one library are run before those of the next take their place
    let verdicts = LIBRARIES.map(|library| {
        let built = build::build(library);
        forms.iter().map(|form| form.judge(&built)).collect::<Vec<_>>()
    });
    println!("{}", table::page(&forms, &verdicts));
    if std::env::args().any(|arg| arg == "--why") {
        println!("{}", table::reasons(&forms, &verdicts));
    }
}
