//! Options are evaluated at the call: nothing in them waits, and nothing in them ends it.

use traceable::{RunTree, traceable};

async fn is_on() -> bool {
    true
}

async fn may_be_on() -> Result<bool, String> {
    Ok(true)
}

async fn run() -> RunTree {
    RunTree::inactive()
}

#[traceable(enabled = is_on().await)]
fn plain() {}

#[traceable(enabled = may_be_on().await?)]
async fn fallible() -> Result<(), String> {
    Ok(())
}

#[traceable(parent = run().await)]
async fn parent() {}

#[traceable(metadata(on = is_on().await, text = format!("{}", is_on().await)), inputs(on = is_on().await))]
async fn values() {}

#[traceable(enabled = "on".parse::<bool>()?)]
fn tried() -> Result<(), std::str::ParseBoolError> {
    Ok(())
}

#[traceable(metadata(a = if true { return } else { 1 }))]
fn returns() {}

// these are their own affair
#[traceable(metadata(a = [1].iter().map(|x| Some(Some(x)?)).count()), enabled = { drop(async { is_on().await }); true })]
fn fine() {}

fn main() {
    fine();
}
