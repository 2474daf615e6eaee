//! The attribute `#[traceable]`; use it through the crate `traceable`, which documents it with examples.

// Layers, from the top down. Each uses only those below it.
//
//   block/         an `impl` or `trait` block: which methods, with which options
//   pipeline.rs    one function: parse, check, print
//   expand/        print: the function, with one call into the runtime
//   fallback.rs    print: the function as written, beside errors, in editors and documentation
//   completion.rs  print: what rust-analyzer completes options by
//   lint/          print: warnings about lost contexts and lazy results
//   check/         check: do options, parameters and return type fit together
//   signature/     parse: the function and its parameters; its body stays tokens
//   options/       parse: what stands in `#[traceable(..)]`
//   return_type/   parse: where the return type says that the run ends
//   message/       the text of every message
//   hygiene/       names and spans of printed code
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
///   `parser`) or `custom_run_type = ".."`, `tags = [".."]`, `metadata(key = expr)`, `project = ".."`. Instead of
///   a text: a constant, also one of a type (`name = Self::NAME`, `T::NAME`);
/// * which model an `llm` or `embedding` run calls: `model(provider = "openai", name = expr, type = "chat", temperature =
///   expr, max_tokens = expr, stop = expr)`, any of them. LangSmith finds prices by provider and name. They are metadata:
///   `ls_provider`, `ls_model_name`, `ls_model_type`, `ls_temperature`, `ls_max_tokens`, `ls_stop`; a `None` is left out;
/// * its place in the trace: `parent = expr`, `root`, `child_only`, `enabled = expr`;
/// * what goes in: `skip(a)`, `skip_all`, `debug(a)`, `display(a)`, `inputs(key = expr)`, `process_inputs = hook`;
/// * what comes out: `skip_output`, `process_outputs = hook`, `process_error = hook`, `handled = predicate`,
///   `on_cancel = "ok"`;
/// * generators: `process_chunk = hook`, `reduce = function`, `aggregate(init, step)`;
/// * what an alias in the return type hides: `future`, `stream`, `iter`. Without it the result does not serialise, and
///   the program does not compile; with `skip_output` or `process_outputs` the compiler warns (`deprecated`);
/// * `allow(lost_context)` switches off a warning, below;
/// * `crate = path::to::traceable`.
///
/// On a parameter: `#[run_tree] rt: RunTree` (filled in, unknown to callers), `#[parent] run: &RunTree`,
/// `#[traceable(skip)]`, `#[attachment] file: Attachment` (or an `Option`, `Vec` or slice of them).
///
/// A `#[parent]` parameter is the parent of the call and no input. Its type is anything that names a parent
/// (`IntoParent`). `child_only` requires such a parameter, of a type that always names a run (`ParentRun`: a `RunTree`
/// or a `DottedOrder`; no `Option`, headers or text), so a call without a parent does not compile. A handle of a run
/// that is not traced stands for the current run, as everywhere; where there is none the call begins a trace, and its
/// metadata say so.
///
/// # What is recorded
///
/// Arguments by their `Serialize`, under their names; destructured ones under each name. Names that begin with `_` and `self`
/// are not recorded, unless `inputs(..)`, `debug(..)` or `display(..)` names them. A `Mutex` or `RwLock` is refused, also
/// in `metadata(..)`, as its `Serialize` would wait for the lock: `skip` it, or record its `Debug` text by `debug`. The
/// guide `recording` of the crate `traceable` says what becomes of which value, and which code that runs.
///
/// # Blocks
///
/// On an `impl` or `trait` block the attribute applies to each method that takes `self` and has a body. Trace a method
/// without a body in the `impl`s of its trait. Functions without `self` (`new`, `from_parts`) are traced if they are
/// named, and a `const fn` never is.
///
/// * `methods(a, b)`: these, whether they take `self` or not; `except(c)`: all methods but these;
/// * a method's own `#[traceable(..)]` always traces it, `#[traceable(skip)]` always leaves it out;
/// * the block's other options are defaults. A method's own option replaces them, but lists add up: `tags`, `metadata`,
///   `inputs`, `skip`, `debug`, `display`. The block's `skip(a)` skips `a` in each method that has an argument of that
///   name. `name`, the kinds, and the options on outputs are for single methods.
///
/// `#[async_trait]` can stand above or below.
///
/// # Warning: lost context
///
/// The compiler warns where an `async` block or a closure loses its context: where you write it between the brackets of
/// `tokio::spawn`, `tokio::task::{spawn, spawn_local, spawn_blocking}`, `std::thread::spawn` or `rayon::{spawn, join,
/// scope}`. Its calls run in a task or thread without a context and begin traces of their own. (The lint is
/// `deprecated`, the only one that a library can raise by itself.) What carries the context, or is a call, is fine:
/// `tokio::spawn(child())`, `tokio::spawn(async { .. }.in_current_run())`, `std::thread::spawn(bind(|| ..))`,
/// `traceable::task::spawn(..)`. So is leaving the trace by `detached(..)`. `allow(lost_context)` accepts it for one
/// function, and silences nothing else.
///
/// The warning is on by default because nothing else reports the mistake before the program runs, and because every fix
/// is one word. It looks at tokens: only at these full paths, only at what is written in their brackets, and only at
/// blocks that call something of the program's own and mention no context (`Extra`, `with_parent`, `scope`, ..). What
/// everybody means the same by is never traced: `tx.send(x)`, `drop(x)`, `stream.next()`, `tokio::time::sleep(..)`. So it
/// can miss a case, and it warns in vain of a block that calls a function of yours that is not traced. The guide `lints` of the crate `traceable` has examples, and
/// a configuration that makes clippy insist everywhere.
///
/// # Other attributes
///
/// `#[must_use]` on an `async fn` becomes one on its future. Put attributes that may need an `async fn` (all but the
/// compiler's own) above this one where the order is free. Below it, they keep the function an `async fn`, which
/// captures the context at its first poll and not at the call.
///
/// An attribute that copies what it finds, such as mockall's `#[automock]`, must not find this one: write `#[traceable]` on
/// the whole `trait` or `impl` block, above it. (A method's own `#[traceable(..)]` inside is read by the block's and is
/// gone then.) Below `#[automock]`, on the block or on a method, it does not compile: mockall puts copies on structs and
/// expressions.
///
/// Lints see an annotated function as they see the plain one, and the attribute causes none. A few fall silent. Of
/// clippy's: what compares a body with its parameters (`needless_pass_by_value`, `ptr_arg`), counts the uses of a
/// lifetime (`needless_lifetimes`), reads the last expression (`unnecessary_wraps`; `implicit_return` points at the
/// attribute), or asks for `const`, for `async fn`, for an `.await` or, of an `async fn`, for an `# Errors` section
/// (`missing_const_for_fn`, `manual_async_fn`, `unused_async`, `missing_errors_doc`). Of the compiler's:
/// `unconditional_recursion`, `async_fn_in_trait` and, of an `async fn`, `single_use_lifetimes`. Under `#[track_caller]` the body is a closure
/// and knows no caller.
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
