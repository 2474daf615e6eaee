//! Small crates, each with one fault, which must be found; and one without, in which nothing may be.

use std::fs;
use std::path::Path;

use traceable_layers::{Report, check};

/// What `lib.rs` of most crates here says.
const LIB: &str = "\
// Layers, from the top down. Each uses only those below it.
//
//   upper/      what uses
//   lower.rs    what is used
mod lower;
mod upper;
";

/// Checks a crate of these files.
fn crate_of(name: &str, files: &[(&str, &str)]) -> Report {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (file, text) in files {
        let file = root.join("src").join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    check(&root, "src")
}

/// Checks that `lower.rs`, with this text, is found to use `upper/`, at this place.
#[track_caller]
fn assert_up(name: &str, lower: &str, place: &str) {
    let upper = "mod inner;\npub use inner::Inner;\npub struct Upper;\npub fn act() {}\n";
    let inner = "pub struct Inner;\npub enum Kind { A, B }\n";
    let report = crate_of(
        name,
        &[("lib.rs", LIB), ("lower.rs", lower), ("upper/mod.rs", upper), ("upper/inner.rs", inner)],
    );
    assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
    assert!(report.faults[0].starts_with(&format!("src/lower.rs:{place}")), "{:?}", report.faults);
    assert!(report.faults[0].contains("upper/ is above lower.rs"), "{:?}", report.faults);
    assert_eq!((report.arrows, report.arrows_up), (1, 1));
}

#[test]
fn a_crate_in_order_has_no_faults() {
    let upper = r#"
        //! See [`crate::Face`].
        mod first;
        mod second;
        pub use first::First;
        pub(crate) use second::Second as Renamed;
        pub struct Own;
        "#;
    let second = r#"
        use super::First;
        use crate::lower::{self, Lower};
        use std::fmt::{self, Debug};
        pub struct Second(First, Lower, Box<dyn Debug>, fmt::Error);
        fn act() { lower::act(); }
        "#;
    let lower = r#"
        //! Used by [`crate::upper::First`].
        /// As [`Renamed`](crate::upper::Renamed).
        pub struct Lower;
        pub fn act() {}
        #[cfg(test)]
        mod tests { use crate::upper::First; }
        #[cfg(all(test, traceable_loom))]
        mod models { use crate::upper::First; }
        #[cfg(any(test, fuzzing))]
        use crate::upper::First;
        impl Lower {
            #[cfg(test)]
            fn upper() -> crate::upper::First { todo!() }
        }
        "#;
    let face = "pub use upper::First as Face;\npub mod prelude { pub use crate::lower::Lower; }";
    let report = crate_of(
        "in_order",
        &[
            ("lib.rs", &format!("{LIB}{face}")),
            ("lower.rs", lower),
            ("upper/mod.rs", upper),
            ("upper/first.rs", "pub struct First(super::Own);"),
            ("upper/second.rs", second),
        ],
    );
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(report.to_string(), "src: 2 folders on 2 levels, 1 arrows, 0 up, 0 circles");
}

#[test]
fn every_way_up_is_found() {
    assert_up("up_use", "use crate::upper::Upper;", "1: `crate::upper::Upper` is in upper/mod.rs");
    assert_up(
        "up_super",
        "\nuse super::upper::Upper as Other;",
        "2: `super::upper::Upper` is in upper/mod.rs",
    );
    assert_up(
        "up_group",
        "use crate::{\n    upper::{self, Inner},\n};",
        "2: `crate::upper::Inner` is in upper/inner.rs",
    );
    assert_up("up_glob", "use crate::upper::*;\nfn f(_: Upper) {}", "2: `Upper` is in upper/mod.rs");
    assert_up("up_variants", "use crate::upper::inner::Kind::*;", "1: `crate::upper::inner::Kind` is in");
    assert_up(
        "up_module",
        "use crate::upper;\nfn f() { upper::act() }",
        "2: `upper::act` is in upper/mod.rs",
    );
    assert_up(
        "up_type",
        "type Of = Option<crate::upper::Inner>;",
        "1: `crate::upper::Inner` is in upper/inner.rs",
    );
    assert_up(
        "up_call",
        "fn f() {\n    crate::upper::act();\n}",
        "2: `crate::upper::act` is in upper/mod.rs",
    );
    assert_up(
        "up_in_macro",
        "fn f() {\n    dbg!(1, { crate::upper::act() });\n}",
        "2: `crate::upper::act` is in",
    );
    assert_up("up_reexport", "pub use crate::upper::Inner;", "1: `crate::upper::Inner` is in upper/inner.rs");
    assert_up(
        "up_inside",
        "mod inline {\n    use super::super::upper::Upper;\n}",
        "2: `super::super::upper::Upper`",
    );
    assert_up("up_made_by_macro", "use crate::upper::Made;", "1: `crate::upper::Made` is in upper/mod.rs");
}

#[test]
fn lib_rs_is_above_all() {
    let lib = format!("{LIB}pub const LIMIT: u8 = 1;");
    let files = [("lib.rs", &*lib), ("lower.rs", "\nuse crate::LIMIT;"), ("upper/mod.rs", "")];
    let faults = crate_of("up_to_lib", &files).faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("src/lower.rs:2: `crate::LIMIT` is in lib.rs"), "{faults:?}");
}

#[test]
fn a_program_beside_the_library_is_read_too() {
    let lib = LIB.replace("//   upper/", "//   command/   of the program\n//   upper/");
    let files = [
        ("lib.rs", &*lib),
        ("main.rs", "mod command;\nstruct Arguments;\nfn main() { command::run() }"),
        ("command/mod.rs", "use crate::Arguments;\npub fn run() {}"),
        ("lower.rs", ""),
        ("upper/mod.rs", ""),
    ];
    let report = crate_of("program", &files);
    assert_eq!((report.folders, report.arrows_up, report.circles), (3, 1, 1), "{:?}", report.faults);
    assert!(report.faults[0].starts_with("src/command/mod.rs:1: `crate::Arguments` is in main.rs"));
}

#[test]
fn the_order_names_each_folder_once() {
    let lib = LIB.replace("lower.rs    what is used", "gone/    not there");
    let faults = crate_of("declared", &[("lib.rs", &lib), ("lower.rs", ""), ("upper/mod.rs", "")]).faults;
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("src/lib.rs: add lower.rs to the layers"), "{faults:?}");
    assert!(faults[1].starts_with("src/lib.rs: take gone/ out of the layers"), "{faults:?}");

    let faults = crate_of("undeclared", &[("lib.rs", "mod lower;"), ("lower.rs", "")]).faults;
    assert!(faults[0].starts_with("src/lib.rs: write `// Layers, from the top down.`"), "{faults:?}");
}

/// The files that use each other, in one crate of these.
#[track_caller]
fn assert_circle(name: &str, files: &[(&str, &str)], lines: &[&str]) {
    let files: Vec<_> = [("lib.rs", LIB), ("lower.rs", "")].iter().chain(files).copied().collect();
    let report = crate_of(name, &files);
    assert_eq!(report.circles, 1, "{:?}", report.faults);
    let (head, found) = report.faults[0].split_once("\n    ").unwrap();
    assert!(head.contains(&format!("{} files use each other", lines.len())), "{head}");
    assert_eq!(found.split("\n    ").collect::<Vec<_>>(), lines);
}

#[test]
fn circles_are_found() {
    assert_circle(
        "straight",
        &[
            ("upper/mod.rs", "mod a;\nmod b;"),
            ("upper/a.rs", "use super::b::B;\npub struct A;"),
            ("upper/b.rs", "pub struct B(super::a::A);"),
        ],
        &[
            "src/upper/a.rs:1: `super::b::B` is in upper/b.rs",
            "src/upper/b.rs:1: `super::a::A` is in upper/a.rs",
        ],
    );
    // through what the folder re-exports
    assert_circle(
        "around",
        &[
            ("upper/mod.rs", "mod a;\nmod b;\nmod c;\npub use {a::A, b::B, c::*};"),
            ("upper/a.rs", "use super::B;\npub struct A;"),
            ("upper/b.rs", "use super::C as Other;\npub struct B;"),
            ("upper/c.rs", "use crate::upper::A;\npub struct C;"),
        ],
        &[
            "src/upper/a.rs:1: `super::B` is in upper/b.rs",
            "src/upper/b.rs:1: `super::C` is in upper/c.rs",
            "src/upper/c.rs:1: `crate::upper::A` is in upper/a.rs",
        ],
    );
    // a folder's own items, and what it re-exports and uses too
    assert_circle(
        "folder_and_child",
        &[
            ("upper/mod.rs", "mod a;\npub use a::A;\npub const LIMIT: u8 = 1;\nfn f(_: A) {}"),
            ("upper/a.rs", "pub struct A([u8; super::LIMIT]);"),
        ],
        &["src/upper/a.rs:1: `super::LIMIT` is in upper/mod.rs", "src/upper/mod.rs:4: `A` is in upper/a.rs"],
    );
}

#[test]
fn one_way_to_lay_out_modules() {
    let files = [("lib.rs", LIB), ("lower.rs", ""), ("upper/mod.rs", "mod upper;"), ("upper/upper.rs", "")];
    let faults = crate_of("named_as_folder", &files).faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with("src/upper/upper.rs: a file does not bear its folder's name"),
        "{faults:?}"
    );

    let lib = LIB.replace("upper/  ", "upper.rs");
    let files = [("lib.rs", &*lib), ("lower.rs", ""), ("upper.rs", "mod inner;"), ("upper/inner.rs", "")];
    let report = crate_of("beside_folder", &files);
    assert_eq!((report.folders, report.faults.len()), (2, 1), "{:?}", report.faults);
    assert!(report.faults[0].starts_with("src/upper.rs: stands beside upper/"), "{:?}", report.faults);
}
