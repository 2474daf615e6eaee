//! What an annotation costs the compiler: a crate of 300 annotated functions, half of them `async`, beside the same
//! crate with `tracing`, with `fastrace` and with nothing.
//!
//! `cargo run --release --bin compile [REPETITIONS]` prints a table: CPU seconds of cargo and rustc for that crate
//! alone, everything below it being built (the median; the figure to compare is its ratio to the plain crate), and
//! what the compiler is given for it: lines of source after expansion, functions and lines of LLVM IR before it is
//! optimised. CPU seconds are read from `/proc`, so this takes Linux.

mod crates;
mod measure;

use crates::{FUNCTIONS, PEERS};
use measure::Package;

const MODES: [(&str, &[&str]); 3] =
    [("check", &["check"]), ("dev", &["build"]), ("release", &["build", "--release"])];

fn main() {
    let repetitions: usize =
        std::env::args().nth(1).map_or(5, |text| text.parse().expect("a number of repetitions"));
    let this = std::env::current_exe().expect("this program");
    let folder = this.ancestors().nth(2).expect("a target folder").join("compile");
    let packages: Vec<Package> = PEERS.iter().map(|peer| Package::write(&folder, peer)).collect();

    // one after the other and round again, so that a slow minute of the machine is everybody's
    let mut seconds = vec![[0.0; MODES.len()]; packages.len()];
    for (mode, (_, command)) in MODES.iter().enumerate() {
        packages.iter().for_each(|package| package.build(command));
        let mut found = vec![Vec::new(); packages.len()];
        for _ in 0..repetitions {
            for (package, found) in packages.iter().zip(&mut found) {
                package.touch();
                found.push(measure::cpu_of(|| package.build(command)));
            }
        }
        for (seconds, found) in seconds.iter_mut().zip(found) {
            seconds[mode] = median(found);
        }
    }

    print!("{:<18}", "");
    MODES.iter().for_each(|(mode, _)| print!("{:>10}{:>8}", format!("{mode} s"), "ratio"));
    println!("{:>10}{:>10}{:>10}", "source", "IR fns", "IR lines");
    for ((peer, package), times) in PEERS.iter().zip(&packages).zip(&seconds) {
        print!("{:<18}", peer.name);
        times.iter().zip(seconds[0]).for_each(|(own, plain)| print!("{own:>10.2}{:>8.2}", own / plain));
        let per_function = |count: usize| count as f64 / f64::from(FUNCTIONS);
        let (functions, lines) = package.llvm_ir();
        println!(
            "{:>10.1}{:>10.1}{:>10.0}",
            per_function(package.expanded_lines()),
            per_function(functions),
            per_function(lines)
        );
    }
    println!("source, IR: lines and functions for each of the {FUNCTIONS} functions");
}

fn median(mut found: Vec<f64>) -> f64 {
    found.sort_by(f64::total_cmp);
    found[found.len() / 2]
}
