//! Building a crate, and looking at what the compiler was given.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::crates::Peer;

pub(crate) struct Package {
    folder: PathBuf,
    target: PathBuf,
}

impl Package {
    pub(crate) fn write(folder: &Path, peer: &Peer) -> Self {
        let name = peer.name.replace([' ', ','], "-");
        let package = Self { folder: folder.join(&name), target: folder.join("target") };
        fs::create_dir_all(package.folder.join("src")).expect("a folder below target");
        let manifest = format!(
            "[package]\nname = \"of-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{}\n",
            peer.dependencies
        );
        fs::write(package.folder.join("Cargo.toml"), manifest).expect("a manifest");
        // the versions that everything else here is compared at
        fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"), package.folder.join("Cargo.lock"))
            .expect("a lock file");
        fs::write(package.source(), peer.source()).expect("a source");
        package
    }

    fn source(&self) -> PathBuf {
        self.folder.join("src/lib.rs")
    }

    /// Makes cargo build the crate again, and nothing below it.
    pub(crate) fn touch(&self) {
        let source = File::options().write(true).open(self.source()).expect("the source");
        source.set_modified(SystemTime::now()).expect("a file of ours");
    }

    pub(crate) fn build(&self, command: &[&str]) {
        self.cargo(command, &[]);
    }

    /// Lines of source after expansion, as the compiler prints them.
    pub(crate) fn expanded_lines(&self) -> usize {
        self.cargo(&["rustc"], &["-Zunpretty=expanded"]).lines().count()
    }

    /// Functions and lines of LLVM IR, before it is optimised.
    pub(crate) fn llvm_ir(&self) -> (usize, usize) {
        let ir = self.folder.join("lib.ll");
        let emit = format!("--emit=llvm-ir={}", ir.display());
        self.cargo(&["rustc", "--release"], &[&emit, "-Cno-prepopulate-passes", "-Ccodegen-units=1"]);
        let text = fs::read_to_string(ir).expect("LLVM IR");
        let (mut functions, mut lines, mut is_inside) = (0, 0, false);
        for line in text.lines() {
            if line.starts_with("define ") {
                (functions, is_inside) = (functions + 1, true);
            }
            lines += usize::from(is_inside);
            is_inside &= line != "}";
        }
        (functions, lines)
    }

    fn cargo(&self, command: &[&str], rustc: &[&str]) -> String {
        let mut cargo = Command::new("cargo");
        cargo.args(command).arg("--offline").current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target);
        if !rustc.is_empty() {
            // printing the expansion is for nightly compilers, and this one can be told that it is one
            cargo.arg("--").args(rustc).env("RUSTC_BOOTSTRAP", "1");
        }
        let output = cargo.env("CARGO_INCREMENTAL", "0").output().expect("cargo");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The CPU seconds of all processes that `run` waits for.
pub(crate) fn cpu_of(run: impl FnOnce()) -> f64 {
    let before = cpu_of_children();
    run();
    cpu_of_children() - before
}

fn cpu_of_children() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    // what is before the last bracket is a name; `cutime` and `cstime` are the 14th and 15th field after it
    let fields = stat.rsplit(')').next().expect("a line").split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / TICKS_PER_SECOND
}
