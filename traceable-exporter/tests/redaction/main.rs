//! What is hidden before it leaves the process.

#[path = "../support/mod.rs"]
mod support;

mod model_run;
mod redact_functions;
mod redact_property;
mod redact_prose;
mod redact_rules;
mod redact_secrets;
mod redact_switches;
