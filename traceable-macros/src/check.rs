//! Do the options fit each other and the function? What comes out can be printed without another question.

use syn::{Expr, Ident, PatType, Receiver, Type};

use crate::capture::{Argument, Binding, Mode, mentions};
use crate::kind::{Open, Shape, is_value};
use crate::message::{self, Mistakes};
use crate::options::{Given, Options};
use crate::parameters::Parameters;
use crate::parent;
use crate::signature::Function;

/// Everything the printer needs.
pub(crate) struct Plan {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) run_tree: Option<PatType>,
    /// of the `#[parent]` parameter
    pub(crate) parent_type: Option<Type>,
    /// record the receiver under `self`, which only `debug(self)` and `display(self)` ask for
    pub(crate) self_mode: Mode,
    pub(crate) shape: Shape,
}

impl Plan {
    pub(crate) fn check(
        mut options: Options,
        function: Function,
        mut mistakes: Mistakes,
    ) -> syn::Result<Self> {
        let Parameters { receiver, mut arguments, run_tree, parent } =
            Parameters::read(&function.signature, &mut mistakes);
        parent::apply(&mut options, parent.as_ref(), &mut mistakes);
        conflicts(&options, &mut mistakes);
        let self_mode = choose(&options, receiver.is_some(), &mut arguments, &mut mistakes);
        mention(&options, &mut arguments);

        let forced = options.kind.as_ref().map(|given| given.value);
        let shape = match Shape::of(&function.signature.output, forced, options.skip_output.is_some()) {
            Ok(shape) => {
                fits(&options, &function, &shape, &mut mistakes);
                Some(shape)
            }
            Err(error) => {
                mistakes.push(error);
                None
            }
        };
        match (mistakes.into_error(), shape) {
            (Some(error), _) => Err(error),
            (None, Some(shape)) => {
                let parent_type = parent.map(|parent| parent.ty);
                Ok(Self { function, options, receiver, arguments, run_tree, parent_type, self_mode, shape })
            }
            // not reached: without a shape there is a mistake
            (None, None) => Err(message::not_an_item(proc_macro2::Span::call_site())),
        }
    }

    /// Whether an `async fn` is printed as one, rather than as a function returning a future.
    pub(crate) fn stays_async(&self) -> bool {
        self.function.signature.asyncness.is_some() && self.function.must_stay_async()
    }
}

/// Options that contradict each other, whatever the function is.
pub(crate) fn conflicts(options: &Options, mistakes: &mut Mistakes) {
    fn key<T>(given: &Option<Given<T>>) -> Option<&Ident> {
        given.as_ref().map(|given| &given.key)
    }
    let pairs = [
        (key(&options.skip_all), key(&options.skip), "already skips every argument"),
        (key(&options.skip_all), key(&options.debug), "skips every argument"),
        (key(&options.skip_all), key(&options.display), "skips every argument"),
        (key(&options.root), key(&options.parent), "means that there is no parent"),
        (key(&options.skip_output), key(&options.process_outputs), "leaves nothing to process"),
        (key(&options.skip_output), key(&options.process_chunk), "leaves nothing to process"),
        (key(&options.skip_output), key(&options.reduce), "leaves nothing to reduce"),
        (key(&options.skip_output), key(&options.aggregate), "leaves nothing to aggregate"),
        (key(&options.aggregate), key(&options.reduce), "makes one output of all items already"),
        (key(&options.aggregate), key(&options.process_chunk), "keeps no items to process"),
    ];
    for (winner, loser, reason) in pairs {
        if let (Some(winner), Some(loser)) = (winner, loser) {
            message::exclude(mistakes, winner, loser, reason);
        }
    }
}

/// Applies `skip`, `skip_all`, `debug` and `display` to the arguments; returns how the receiver is recorded.
fn choose(options: &Options, receiver: bool, arguments: &mut [Argument], mistakes: &mut Mistakes) -> Mode {
    if options.skip_all.is_some() {
        let all = bindings(arguments).filter(|binding| binding.mode != Mode::Attachment);
        all.for_each(|binding| binding.mode = Mode::Skip);
    }
    let mut self_mode = Mode::Skip;
    let mut seen: Vec<(String, &str, proc_macro2::Span)> = Vec::new();
    let lists = [
        (&options.skip, Mode::Skip, "skip"),
        (&options.debug, Mode::Debug, "record by `Debug`"),
        (&options.display, Mode::Display, "record by `Display`"),
    ];
    for (given, mode, verb) in lists {
        let Some(given) = given else { continue };
        let list = match mode {
            Mode::Skip => "skip",
            Mode::Debug => "debug",
            _ => "display",
        };
        for name in &given.value {
            let plain = message::plain(name);
            if let Some((_, first, at)) = seen.iter().find(|(seen, ..)| *seen == plain) {
                message::listed_twice(mistakes, &plain, (first, *at), (list, name.span()));
                continue;
            }
            seen.push((plain.clone(), list, name.span()));
            if plain == "self" && receiver {
                self_mode = mode;
                continue;
            }
            let mut found = false;
            for binding in bindings(arguments).filter(|binding| message::plain(&binding.ident) == plain) {
                binding.mode = mode;
                found = true;
            }
            if !found {
                let known: Vec<_> =
                    bindings(arguments).map(|binding| message::plain(&binding.ident)).collect();
                mistakes.push(message::unknown_argument(name, verb, &known));
            }
        }
    }
    self_mode
}

/// Marks the names that option expressions use.
fn mention(options: &Options, arguments: &mut [Argument]) {
    let expressions: Vec<&Expr> = options.call_expressions().chain(options.input_expressions()).collect();
    for argument in &mut *arguments {
        argument.exposed = !expressions.is_empty();
    }
    for binding in bindings(arguments) {
        let used = |expr: &&Expr| mentions(quote::ToTokens::to_token_stream(expr), &binding.ident);
        binding.mentioned = expressions.iter().any(used);
        // an argument that is the parent is not an input as well
        if binding.mode == Mode::Value
            && options.parent.as_ref().is_some_and(|given| is_the_argument(&given.value, &binding.ident))
        {
            binding.mode = Mode::Skip;
        }
    }
}

/// `ident` or `&ident`.
fn is_the_argument(expr: &Expr, ident: &syn::Ident) -> bool {
    match expr {
        Expr::Path(expr) => expr.path.is_ident(ident),
        Expr::Reference(expr) => is_the_argument(&expr.expr, ident),
        _ => false,
    }
}

fn bindings(arguments: &mut [Argument]) -> impl Iterator<Item = &mut Binding> {
    arguments.iter_mut().flat_map(|argument| argument.bindings.iter_mut())
}

/// Options that need, or rule out, a stream or an iterator.
fn fits(options: &Options, function: &Function, shape: &Shape, mistakes: &mut Mistakes) {
    if let Some(kind) = &options.kind {
        if kind.value == Open::Future && function.signature.asyncness.is_some() {
            mistakes.push(message::async_is_future(&kind.key));
        } else if let Some(found) = shape.opening().filter(|found| *found != kind.value) {
            mistakes.push(message::wrong_kind(&kind.key, found.noun()));
        } else if shape.innermost().is_some_and(is_value) {
            mistakes.push(message::no_alias(&kind.key, kind.value.name()));
        } else if matches!(shape, Shape::Never) {
            mistakes.push(message::wrong_kind(&kind.key, "`!`"));
        }
    }
    let for_generators = [
        options.process_chunk.as_ref().map(|given| &given.key),
        options.reduce.as_ref().map(|given| &given.key),
        options.aggregate.as_ref().map(|given| &given.key),
    ];
    match (shape.generator(), &options.process_outputs) {
        (None, _) => {
            for_generators.into_iter().flatten().for_each(|key| mistakes.push(message::needs_generator(key)));
        }
        (Some(_), Some(given)) => mistakes.push(message::not_for_generator(&given.key)),
        (Some(_), None) => {}
    }
}
