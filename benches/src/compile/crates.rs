//! The source of the crates that are built.

use std::fmt::Write;

pub(crate) const FUNCTIONS: u32 = 300;

pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// its lines under `[dependencies]`
    pub(crate) dependencies: &'static str,
    /// what stands above each function
    attribute: &'static str,
    /// what a function says about its result `r`, for peers whose attribute cannot
    result: &'static str,
}

const TRACEABLE: &str = concat!("traceable = { path = \"", env!("CARGO_MANIFEST_DIR"), "/..\" }");
const TRACING: &str = "tracing = \"0.1\"";
const FASTRACE: &str = "fastrace = { version = \"0.7\", features = [\"enable\"] }";

pub(crate) const PEERS: [Peer; 7] = [
    Peer { name: "plain", dependencies: "", attribute: "", result: "" },
    Peer { name: "traceable", dependencies: TRACEABLE, attribute: "#[traceable::traceable]", result: "" },
    Peer {
        name: "traceable bare",
        dependencies: TRACEABLE,
        attribute: "#[traceable::traceable(skip_all, skip_output)]",
        result: "",
    },
    Peer {
        name: "tracing",
        dependencies: TRACING,
        attribute: "#[tracing::instrument(skip_all)]",
        result: "",
    },
    Peer {
        name: "tracing, fields",
        dependencies: TRACING,
        attribute: "#[tracing::instrument(ret)]",
        result: "",
    },
    Peer {
        name: "fastrace",
        dependencies: FASTRACE,
        attribute: "#[fastrace::trace(short_name = true)]",
        result: "",
    },
    Peer {
        name: "fastrace, fields",
        dependencies: FASTRACE,
        attribute: r#"#[fastrace::trace(short_name = true, properties = { "x": "{x}", "s": "{s}" })]"#,
        result: r#"fastrace::local::LocalSpan::add_property(|| ("return", r.to_string()));"#,
    },
];

impl Peer {
    pub(crate) fn source(&self) -> String {
        let mut source = "async fn tick(x: u64) -> u64 { x.rotate_left(7) }\n".to_owned();
        (0..FUNCTIONS).for_each(|i| self.function(&mut source, i));
        // all are called: an async function that nobody awaits leaves no code
        source += "async fn all(s: &str) -> u64 {\n    let mut r = 1;\n";
        for i in 0..FUNCTIONS {
            let wait = if is_async(i) { ".await" } else { "" };
            let _ = writeln!(source, "    r ^= f{i}(r, s){wait};");
        }
        source += "    r\n}\n";
        source += "pub fn run(s: &'static str) -> std::pin::Pin<Box<dyn Future<Output = u64>>> { Box::pin(all(s)) }\n";
        source
    }

    fn function(&self, source: &mut String, i: u32) {
        let Self { attribute, result, .. } = self;
        let (asyncness, tick) = if is_async(i) {
            ("async ", "if r % 3 == 0 { r = tick(r).await; }")
        } else {
            ("", "r = r.rotate_left(3);")
        };
        let _ = write!(
            source,
            "
{attribute}
pub {asyncness}fn f{i}(x: u64, s: &str) -> u64 {{
    let mut r = x.wrapping_mul({});
    for b in s.bytes() {{
        r = r.wrapping_add(u64::from(b));
        {tick}
    }}
    {result}
    r
}}
",
            i + 3
        );
    }
}

fn is_async(i: u32) -> bool {
    i % 2 == 1
}
