//! The attribute `#[traceable]`; use it through the crate `traceable`, which documents it with examples.

// Layers, from the top down. Each uses only those below it.
//
//   block/         an `impl` or `trait` block: which of its methods, with which options
//   pipeline.rs    one function: parse, check, print
//   expand/        print: the function again, with one call into the runtime
//   fallback.rs    print: the function as it was, beside errors and in editors
//   completion.rs  print: what rust-analyzer completes the options by
//   lint/          check: warnings about lost contexts and forgotten kinds
//   hygiene/       names and spans of printed code
//   check/         check: options, parameters and return type fit together
//   signature/     parse: the function and its parameters; its body stays tokens
//   options/       parse: what stands in `#[traceable(..)]`
//   return_type/   parse: what the return type says about the end of the run
//   message/       every sentence a user can read
mod block;
mod check;
mod completion;
mod expand;
mod fallback;
mod hygiene;
mod lint;
mod message;
mod options;
mod pipeline;
mod return_type;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use self::completion::Reader;
use self::pipeline::Surroundings;

/// Makes every call of a function a run.
///
/// Goes on functions, `async fn`s, methods, functions that return futures, streams or iterators, and on `impl` and
/// `trait` blocks. Options:
///
/// * what the run is: `name = ".."`, `run_type = ".."` (`chain`, `llm`, `tool`, `retriever`, `embedding`, `prompt`,
///   `parser`) or `custom_run_type = ".."`, `tags = [".."]`, `metadata(key = expr)`, `project = ".."`;
/// * where it hangs: `parent = expr`, `root`, `child_only`, `enabled = expr`;
/// * what goes in: `skip(a)`, `skip_all`, `debug(a)`, `display(a)`, `inputs(key = expr)`, `process_inputs = hook`;
/// * what comes out: `skip_output`, `process_outputs = hook`, `process_error = hook`, `handled = predicate`,
///   `on_cancel = "ok"`;
/// * generators: `process_chunk = hook`, `reduce = function`, `aggregate(init, step)`;
/// * what an alias in the return type hides: `future`, `stream`, `iter` (a result that is recorded must serialise, so
///   one that is forgotten does not compile; with `skip_output` or `process_outputs` it warns, as a `deprecated`);
/// * `allow(lost_context)` switches off a warning, below;
/// * `crate = path::to::traceable`.
///
/// On a parameter: `#[run_tree] rt: RunTree` (filled in, unknown to callers), `#[parent] run: &RunTree`,
/// `#[traceable(skip)]`, `#[attachment] file: Attachment`.
///
/// What is passed to a `#[parent]` parameter is the parent of the call, and no input; its type is whatever a parent can
/// be made of (`IntoParent`). With `child_only` there has to be one, and its type has to name a run always
/// (`ParentRun`: a `RunTree`, not an `Option` of one, headers or a text), so a call without a parent does not compile.
/// The handle of a run that is not traced stands for the current run, as everywhere; where there is none the call
/// begins a trace, and its metadata say so.
///
/// # Blocks
///
/// On an `impl` or `trait` block it stands for the attribute on each method, that is, on each function that takes
/// `self` and has a body; methods of a trait without a body are traced where they are implemented. Functions without
/// `self` (`new`, `from_parts`) are traced if they are named, and a `const fn` never is.
///
/// * `methods(a, b)`: these, whether they take `self` or not; `except(c)`: all methods but these;
/// * a method's own `#[traceable(..)]` traces it in any case, `#[traceable(skip)]` leaves it out;
/// * the block's other options are defaults. A method's own option replaces them, but lists add up: `tags`,
///   `metadata`, `inputs`, `skip`, `debug`, `display`. An argument that the block skips is skipped in each method
///   that has one of that name. `name`, the kinds, and the options on outputs are for single methods.
///
/// `#[async_trait]` can stand above or below.
///
/// # Warning: lost context
///
/// An `async` block or a closure that is written where it is given to `tokio::spawn`, `tokio::task::{spawn,
/// spawn_local, spawn_blocking}`, `std::thread::spawn` or `rayon::{spawn, join, scope}` makes its calls in a task or
/// thread that has no context: they begin traces of their own. The compiler warns of it, at that place. (The lint is
/// `deprecated`, the only one a library can raise by itself.) What carries the context, or is a call, is fine:
/// `tokio::spawn(child())`, `tokio::spawn(async { .. }.in_current_run())`, `std::thread::spawn(bind(|| ..))`,
/// `traceable::task::spawn(..)`. So is leaving the trace by `detached(..)`. `allow(lost_context)` says for one
/// function that it is meant, and silences nothing else.
///
/// It is on by default because nothing else tells before the program runs, and because every answer to it is one
/// word. It looks at tokens: only at these full paths, only at what is written in their brackets, and only at blocks
/// that call something and do not mention a context (`Extra`, `with_parent`, `scope`, ..). So it can miss a case; a
/// block that calls nothing traced is the one it warns of in vain. The guide `lints` of the crate `traceable` has
/// examples, and a configuration that makes clippy insist everywhere.
///
/// # Other attributes
///
/// `#[must_use]` on an `async fn` becomes one on its future. An attribute below this one that may need an
/// `async fn` (every one that is not the compiler's own) keeps it an `async fn`; the context is then captured at the
/// first poll and not at the call, so put such attributes above where the order is free.
///
/// Lints see an annotated function as they see the plain one, and none is caused. A few of clippy's fall silent: what
/// compares a body with its parameters (`needless_pass_by_value`, `ptr_arg`), counts the uses of a lifetime
/// (`needless_lifetimes`), reads the last expression (`unnecessary_wraps`), or asks for `const`, a missing `.await` or,
/// of an `async fn`, an `# Errors` section (`missing_const_for_fn`, `unused_async`, `missing_errors_doc`); and the
/// compiler's `unconditional_recursion` and `async_fn_in_trait`. Under `#[track_caller]` the
/// body, which is a closure by then, knows no caller.
#[proc_macro_attribute]
pub fn traceable(options: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    attribute(options.into(), item.into(), Reader::find()).into()
}

/// The attribute on token streams, as tests call it.
fn attribute(options: TokenStream, item: TokenStream, reader: Reader) -> TokenStream {
    block::print(&options, &item, reader).unwrap_or_else(|| {
        pipeline::function(options, item, Surroundings { reader, ..Surroundings::default() })
    })
}
