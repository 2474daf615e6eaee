//! The name, the tags, the project and the type of a function are the same for all its calls.

use traceable::traceable;

#[traceable(name = query)]
fn name(query: &str) {}

#[traceable(name = format!("ask {query}"), tags = ["a", query], project = query, custom_run_type = query)]
fn all(query: &str) {}

#[traceable(run_type = query)]
fn run_type(query: &str) {}

#[traceable(tags = query)]
fn tags(query: &str) {}

#[traceable(name = "ask".to_string(), project = String::from("p"))]
fn made() {}

struct Agent {
    name: &'static str,
}

impl Agent {
    #[traceable(name = self.name)]
    fn ask(&self) {}
}

fn main() {}
