//! The options of `#[traceable]` as items, which is how rust-analyzer completes them and shows what they mean. The
//! attribute's expansion names them, for rust-analyzer alone.

#![allow(non_upper_case_globals)] // they are named as the options are

/// The type of every option here.
pub struct Written;

/// On a function.
pub mod function {
    use super::Written;

    /// `run_type = "llm"`: `chain`, `llm`, `tool`, `retriever`, `embedding`, `prompt` or `parser`.
    pub const run_type: Written = Written;
    /// `custom_run_type = "reranker"`: a run type that LangSmith does not have.
    pub const custom_run_type: Written = Written;
    /// `name = "ChatModel"`: the name of the run, instead of the function's.
    pub const name: Written = Written;
    /// `tags = ["demo"]`
    pub const tags: Written = Written;
    /// `metadata(model = "tiny", length = text.len())`: any expressions that serialise; arguments are in reach.
    pub const metadata: Written = Written;
    /// `model(provider = "openai", name = request.model)`, and `type`, `temperature`, `max_tokens`, `stop`: of an `llm` run.
    pub const model: Written = Written;
    /// `project = "evaluation"`: where the run goes, with all below it, if it begins a trace.
    pub const project: Written = Written;
    /// `parent = run`: any expression that names a parent; arguments and `self` are in reach.
    pub const parent: Written = Written;
    /// `root`: the run begins a trace of its own.
    pub const root: Written = Written;
    /// `child_only`: a call without a parent does not compile; a parameter is marked `#[parent]`.
    pub const child_only: Written = Written;
    /// `enabled = verbose`: if false, the call is no run, and what it calls attaches where the call would.
    pub const enabled: Written = Written;
    /// `skip(client, key)`: these arguments are not recorded.
    pub const skip: Written = Written;
    /// `skip_all`: no argument is recorded.
    pub const skip_all: Written = Written;
    /// `debug(request)`: recorded by `Debug` instead of `Serialize`.
    pub const debug: Written = Written;
    /// `display(path)`: recorded by `Display` instead of `Serialize`.
    pub const display: Written = Written;
    /// `inputs(length = text.len())`: recorded beside the arguments, or instead of one of that name.
    pub const inputs: Written = Written;
    /// `skip_output`: the result is not recorded.
    pub const skip_output: Written = Written;
    /// `process_inputs = hook`: `fn(&mut Map<String, Value>)`, before the inputs are recorded.
    pub const process_inputs: Written = Written;
    /// `process_outputs = hook`: `fn(&T) -> impl Serialize`, recorded instead of the result.
    pub const process_outputs: Written = Written;
    /// `process_chunk = hook`: `fn(&Item) -> impl Serialize`, recorded instead of each item (in a `Result`, of what is `Ok`).
    pub const process_chunk: Written = Written;
    /// `reduce = function`: `fn(&[Item]) -> impl Serialize`, makes one output of all items.
    pub const reduce: Written = Written;
    /// `aggregate(init, step)`: makes one output of all items and keeps none; `step` is `fn(&mut Acc, &Item)`.
    pub const aggregate: Written = Written;
    /// `process_error = hook`: `fn(&E) -> impl Display`, recorded instead of the error.
    pub const process_error: Written = Written;
    /// `handled = predicate`: `fn(&E) -> bool`; an error for which it is true does not fail the run.
    pub const handled: Written = Written;
    /// `on_cancel = "ok"`: being dropped before the end is no error.
    pub const on_cancel: Written = Written;
    /// `future`: what an alias in the return type hides.
    pub const future: Written = Written;
    /// `stream`: what an alias in the return type hides.
    pub const stream: Written = Written;
    /// `iter`: what an alias in the return type hides.
    pub const iter: Written = Written;
    /// `allow(lost_context)`: the body hands work over without its context, and that is meant.
    pub const allow: Written = Written;
}

/// On an `impl` or `trait` block.
pub mod block {
    use super::Written;
    pub use super::function::{
        allow, custom_run_type, debug, display, enabled, handled, inputs, metadata, on_cancel, parent,
        process_error, process_inputs, project, root, run_type, skip, skip_all, skip_output, tags,
    };

    /// `methods(search, answer)`: these are traced.
    pub const methods: Written = Written;
    /// `except(close)`: all methods but these are traced.
    pub const except: Written = Written;
}
