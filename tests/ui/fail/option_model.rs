//! `model(..)` has keys of its own, and is for calls of a model.

use traceable::traceable;

#[traceable(run_type = "llm", model(provider = "openai", model = "tiny", temprature = 0.2))]
fn misspelt() {}

#[traceable(run_type = "llm", model(type = "chat_completion", seed = 7))]
fn no_type() {}

#[traceable(model(provider = "openai"))]
fn no_model_run() {}

#[traceable(run_type = "llm", model = "tiny")]
fn no_list() {}

fn main() {}
