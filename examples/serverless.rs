//! A function in the cloud: the machine is frozen as soon as it has answered, so that nothing that still waits then
//! arrives before the next request, or ever.
//!
//! ```text
//! cargo run --example serverless
//! ```
//!
//! `flush_on_root_end` (or `LANGSMITH_TRACING_BACKGROUND=false`) lets whoever ends a root run wait until it is delivered,
//! at most for the exit timeout. Where other requests run on the same thread meanwhile, the handler awaits
//! [`traceable::flush_async`] in its place. Both are shown here, against a collector inside of this program.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use traceable::{Config, init_with, traceable};
use traceable_viewer::{Store, Viewer};

#[derive(Serialize, Deserialize)]
struct Event {
    question: String,
}

#[traceable(run_type = "llm")]
async fn model(question: &str) -> String {
    tokio::time::sleep(Duration::from_millis(5)).await;
    format!("something about {question}")
}

/// What the cloud calls, once for each request.
#[traceable(root)]
async fn handler(event: Event) -> String {
    model(&event.question).await
}

/// How many runs have arrived.
fn arrived(store: &Store) -> Result<usize, Box<dyn Error>> {
    Ok(match store.latest_trace()? {
        Some(trace) => store.trace(trace.trace_id)?.len(),
        None => 0,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("traceable-serverless-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let collector = Viewer::builder().db(folder.join("traces.db")).port(0).start()?;
    let config = Config::builder()
        .endpoint(collector.url())
        // nobody waits longer than this for traces, whatever has become of their server
        .exit_timeout(Duration::from_secs(1));
    let waits_by_itself = std::env::args().nth(1).as_deref() != Some("async");
    let _guard = init_with(config.flush_on_root_end(waits_by_itself).build()?)?;

    for question in ["frost", "thaw", "frost again"] {
        let begun = Instant::now();
        let answer = handler(Event { question: question.to_owned() }).await;
        if !waits_by_itself {
            let report = traceable::flush_async(Duration::from_secs(1)).ok_or("tracing is off")?.await;
            if !report.is_complete() {
                eprintln!("{report}");
            }
        }
        // here the machine would be frozen
        let runs = arrived(collector.store())?;
        let took = begun.elapsed().as_millis();
        writeln!(std::io::stdout(), "{answer}: {runs} runs have arrived, {took} ms in all")?;
        if runs != 2 {
            return Err("the trace is not complete".into());
        }
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
