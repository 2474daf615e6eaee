//! The library crates keep their layers: `cargo test -p traceable-layers -- --nocapture` shows the numbers.
#![allow(clippy::print_stdout, reason = "the numbers are to be seen")]

use std::path::Path;

use traceable_layers::check;

#[test]
fn each_crate_keeps_its_layers() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = [
        "src",
        "traceable-core/src",
        "traceable-exporter/src",
        "traceable-macros/src",
        "traceable-viewer/src",
    ];
    let reports = crates.map(|src| check(&workspace, src));
    reports.iter().for_each(|report| println!("{report}"));
    let faults: Vec<_> = reports.into_iter().flat_map(|report| report.faults).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
