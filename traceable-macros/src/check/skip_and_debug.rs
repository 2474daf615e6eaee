//! Which arguments are recorded, and how: `skip`, `skip_all`, `debug`, `display`.

use syn::Expr;

use super::uses_of_argument::mentions;
use crate::message::{self, Mistakes};
use crate::options::Options;
use crate::signature::{Argument, Binding, Mode};

/// Applies `skip`, `skip_all`, `debug` and `display` to the arguments; returns how the receiver is recorded.
pub(super) fn set_modes(
    options: &Options,
    receiver: bool,
    arguments: &mut [Argument],
    mistakes: &mut Mistakes,
) -> Mode {
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

/// Marks the names that option expressions use, and skips the one that is the parent.
pub(super) fn mark_mentioned(options: &Options, arguments: &mut [Argument]) {
    let expressions: Vec<&Expr> = options.call_expressions().chain(options.input_expressions()).collect();
    for argument in &mut *arguments {
        argument.exposed = !expressions.is_empty();
    }
    for binding in bindings(arguments) {
        let used = |expr: &&Expr| mentions(quote::ToTokens::to_token_stream(expr), &binding.ident);
        binding.mentioned = expressions.iter().any(used);
        // the parent is no input
        if binding.mode == Mode::Value
            && options.parent.as_ref().is_some_and(|given| is_the_argument(&given.value, &binding.ident))
        {
            binding.mode = Mode::Skip;
        }
    }
}

/// `ident`, `&ident`, `Some(ident)`, `ident.as_ref()` and their like.
fn is_the_argument(expr: &Expr, ident: &syn::Ident) -> bool {
    match expr {
        Expr::Path(expr) => expr.path.is_ident(ident),
        Expr::Reference(expr) => is_the_argument(&expr.expr, ident),
        Expr::Paren(expr) => is_the_argument(&expr.expr, ident),
        Expr::Unary(expr) => matches!(expr.op, syn::UnOp::Deref(_)) && is_the_argument(&expr.expr, ident),
        Expr::Call(call) => match (&*call.func, call.args.first()) {
            (Expr::Path(some), Some(inner)) if call.args.len() == 1 => {
                some.path.segments.last().is_some_and(|last| last.ident == "Some")
                    && is_the_argument(inner, ident)
            }
            _ => false,
        },
        Expr::MethodCall(call) => {
            ["as_deref", "as_ref", "clone"].iter().any(|method| call.method == method)
                && is_the_argument(&call.receiver, ident)
        }
        _ => false,
    }
}

fn bindings(arguments: &mut [Argument]) -> impl Iterator<Item = &mut Binding> {
    arguments.iter_mut().flat_map(|argument| argument.bindings.iter_mut())
}
