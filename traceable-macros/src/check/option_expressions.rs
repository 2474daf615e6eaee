//! Expressions in options: what cannot be evaluated where the attribute puts them.
//!
//! `name`, `tags`, `project` and `custom_run_type` are constants. The rest is evaluated at the call or, as hooks are, while
//! its run is recorded: in functions that are not `async`, and only while tracing is on.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, Lit};

use crate::message::{self, Mistakes};
use crate::options::{Options, RunType};
use crate::signature::Argument;

/// Reports expressions that would not compile, or would change what the call does, at their own tokens.
pub(super) fn check_expressions(options: &Options, arguments: &[Argument], mistakes: &mut Mistakes) {
    for (key, expr) in at_each_call(options) {
        match find_exit(expr.to_token_stream()) {
            Some(Exit::Await(at)) => mistakes.push(message::awaits(at, key)),
            Some(Exit::Leaves(at, what)) => mistakes.push(message::leaves(at, key, what)),
            None => {}
        }
    }
    for (key, expr) in constants(options) {
        let names = arguments.iter().flat_map(|argument| &argument.bindings).map(|binding| &binding.ident);
        let names: Vec<_> = names.collect();
        if matches!(expr, Expr::Lit(_)) {
            continue;
        }
        if let Some((at, argument)) = find_local(expr.to_token_stream(), &names) {
            mistakes.push(message::is_an_argument(at, key, &argument));
        } else if is_made_at_run_time(expr) {
            mistakes.push(message::is_not_constant(expr, key));
        }
    }
    if let Some(given) = options.parent.as_ref().filter(|given| names_no_run(&given.value)) {
        mistakes.push(message::names_no_run(&given.value.to_token_stream()));
    }
    if let Some(given) = options.aggregate.as_ref().filter(|given| names_a_function(&given.value.0)) {
        mistakes.push(message::is_not_called(&given.value.0.to_token_stream()));
    }
}

fn at_each_call(options: &Options) -> impl Iterator<Item = (&Ident, &Expr)> {
    let Options { enabled, parent, process_inputs, process_outputs, process_chunk, process_error, .. } =
        options;
    let single = [
        enabled,
        parent,
        process_inputs,
        process_outputs,
        process_chunk,
        process_error,
        &options.handled,
        &options.reduce,
    ];
    let lists = [&options.metadata, &options.model, &options.inputs].into_iter().flatten();
    let parts = options.aggregate.iter().flat_map(|given| {
        let (init, step) = &given.value;
        [(&given.key, init), (&given.key, step)]
    });
    let single = single.into_iter().flatten().map(|given| (&given.key, &given.value));
    single
        .chain(lists.flat_map(|given| given.value.iter().map(|field| (&given.key, &field.value))))
        .chain(parts)
}

fn constants(options: &Options) -> impl Iterator<Item = (&Ident, &Expr)> {
    let single =
        [&options.name, &options.project].into_iter().flatten().map(|given| (&given.key, &given.value));
    let tags = options.tags.iter().flat_map(|given| given.value.iter().map(|tag| (&given.key, tag)));
    let run_type = options.run_type.iter().filter_map(|given| match &given.value {
        RunType::Custom(expr) => Some((&given.key, expr)),
        RunType::Known(_) => None,
    });
    single.chain(tags).chain(run_type)
}

/// What would leave the expression, or wait in it.
enum Exit {
    Await(Span),
    Leaves(Span, &'static str),
}

/// The first `.await`, `?` or `return` of the expression itself. Those in its closures and `async` blocks are their
/// own affair.
fn find_exit(tokens: TokenStream) -> Option<Exit> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        match &tokens[at] {
            TokenTree::Ident(ident) if *ident == "async" => {
                at += tokens[at..].iter().position(is_block).unwrap_or(0);
            }
            TokenTree::Ident(ident)
                if *ident == "await" && before.is_some_and(|token| is_punct(token, '.')) =>
            {
                return Some(Exit::Await(ident.span()));
            }
            TokenTree::Ident(ident) if *ident == "return" => {
                return Some(Exit::Leaves(ident.span(), "return"));
            }
            TokenTree::Punct(punct) if punct.as_char() == '?' && before.is_some_and(ends_a_value) => {
                return Some(Exit::Leaves(punct.span(), "?"));
            }
            // an operator, `|` or `||`
            token if is_punct(token, '|') && before.is_some_and(ends_a_value) => {
                at += usize::from(tokens.get(at + 1).is_some_and(|next| is_punct(next, '|')));
            }
            // a closure ends with the argument that it is
            token if is_punct(token, '|') => {
                at += tokens[at..].iter().position(|token| is_punct(token, ',')).unwrap_or(tokens.len() - at);
                continue;
            }
            TokenTree::Group(group) => {
                if let Some(exit) = find_exit(group.stream()) {
                    return Some(exit);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Whether a value may end here, so that `?` tries it and `|` is an operator.
fn ends_a_value(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(ident) => *ident != "move" && *ident != "return",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
    }
}

/// The first use of one of the names, or of `self`, as a local. Fields, paths, methods and macros may be called the
/// same.
fn find_local(tokens: TokenStream, names: &[&Ident]) -> Option<(Span, Ident)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Group(group) => find_local(group.stream(), names),
        TokenTree::Ident(ident) if *ident == "self" || names.contains(&ident) => {
            let is_member = at > 0 && [':', '.'].iter().any(|sign| is_punct(&tokens[at - 1], *sign));
            let is_path = tokens.get(at + 1).is_some_and(|next| is_punct(next, ':') || is_punct(next, '!'));
            (!is_member && !is_path).then(|| (ident.span(), ident.clone()))
        }
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            let used = names.iter().find(|name| text.contains(&format!("{{{}}}", message::plain(name))));
            used.map(|name| (literal.span(), (*name).clone()))
        }
        _ => None,
    })
}

/// `format!(..)`, `"x".to_string()`, `String::from("x")`: what people write first, and is no constant.
fn is_made_at_run_time(expr: &Expr) -> bool {
    match expr {
        Expr::Macro(expr) => expr.mac.path.segments.last().is_some_and(|last| last.ident == "format"),
        Expr::MethodCall(call) => {
            ["into", "to_owned", "to_string"].iter().any(|method| call.method == method)
                && call.args.is_empty()
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(function) => {
                let mut last_two = function.path.segments.iter().rev().map(|segment| &segment.ident);
                last_two.next().is_some_and(|name| name == "from")
                    && last_two.next().is_some_and(|name| name == "String")
            }
            _ => false,
        },
        Expr::Reference(reference) => is_made_at_run_time(&reference.expr),
        Expr::Closure(_) | Expr::Async(_) => true,
        _ => false,
    }
}

/// `None`, `false`, `()`, and texts that are no dotted order, such as LangSmith's `"ignore"`.
fn names_no_run(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "None"),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(_) => true,
            // a dotted order begins with the year
            Lit::Str(text) => !text.value().trim_start().starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        },
        Expr::Tuple(tuple) => tuple.elems.is_empty(),
        Expr::Paren(paren) => names_no_run(&paren.expr),
        Expr::Reference(reference) => names_no_run(&reference.expr),
        _ => false,
    }
}

/// A path such as `Vec::new`. A single name can be an argument, and what begins with a capital a constant.
fn names_a_function(expr: &Expr) -> bool {
    let Expr::Path(path) = expr else { return false };
    let last = path.path.segments.last().filter(|_| path.path.segments.len() > 1);
    last.is_some_and(|last| last.ident.to_string().starts_with(char::is_lowercase))
}
