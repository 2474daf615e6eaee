//! Warns where a body loses its context: a block or a closure written where it is given to another task or thread.
//!
//! The body is not parsed. Its tokens are searched for a full path such as `tokio::spawn` with an `async` block or a
//! closure in its brackets that calls something of the program's own and mentions no context. Anything else passes: the
//! runtime reports what is missed here, and nobody needs a false warning.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use super::calls::{calls, is, is_type, may_call_traced};

/// Full paths only: a bare `spawn`, or `task::spawn`, may be the one that carries the context. With each: the item of
/// the runtime that holds the warning, and whether it takes a future or closures.
const SPAWNS: &[(&[&str], &str, Work)] = &[
    (&["tokio", "spawn"], "tokio_spawn", Work::Future),
    (&["tokio", "task", "spawn"], "tokio_spawn", Work::Future),
    (&["tokio", "task", "spawn_local"], "tokio_spawn_local", Work::Future),
    (&["tokio", "task", "spawn_blocking"], "tokio_spawn_blocking", Work::Closure),
    (&["std", "thread", "spawn"], "std_thread_spawn", Work::Closure),
    (&["rayon", "spawn"], "rayon_spawn", Work::Closure),
    (&["rayon", "join"], "rayon_join", Work::Closure),
    (&["rayon", "scope"], "rayon_scope", Work::Closure),
];

/// Macros whose arguments are expressions of this body. Others may turn them into anything.
const TRANSPARENT_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "eprintln",
    "format",
    "join",
    "matches",
    "panic",
    "println",
    "select",
    "stream",
    "try_join",
    "try_stream",
    "vec",
    "write",
    "writeln",
];

/// Names that carry a context: who writes one has thought of it.
const CONTEXT_NAMES: &[&str] = &[
    "bind",
    "bind_fn",
    "bind_mut",
    "carry",
    "current_run_tree",
    "detached",
    "enter",
    "in_current_run",
    "open_async",
    "scope",
    "with_context",
    "with_extra",
    "with_parent",
    "ContextHandle",
    "Envelope",
    "Extra",
    "RunTree",
    "TracingContext",
];

#[derive(Clone, Copy, PartialEq)]
enum Work {
    Future,
    Closure,
}

/// One call that loses its context.
#[derive(Debug)]
struct LostContext {
    warning: &'static str,
    at: Span,
}

/// Output: `const _: fn() = p::lost_context::tokio_spawn;` for each. The item is deprecated with the text of the
/// warning, and its name has the user's span, so the compiler warns there.
pub(crate) fn warnings(body: &TokenStream, p: &dyn quote::ToTokens) -> TokenStream {
    found(body.clone())
        .iter()
        .map(|lost| {
            let warning = Ident::new(lost.warning, lost.at);
            quote_spanned!(Span::mixed_site()=> const _: fn() = #p::lost_context::#warning;)
        })
        .collect()
}

fn found(body: TokenStream) -> Vec<LostContext> {
    let mut found = Vec::new();
    search(&body.into_iter().collect::<Vec<_>>(), &mut found);
    found
}

fn search(tokens: &[TokenTree], found: &mut Vec<LostContext>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        if let Some(skipped) = skipped_tokens(rest) {
            at += skipped;
            continue;
        }
        if !continues_a_path(tokens, at)
            && let Some(lost) = spawn_call(rest)
        {
            found.push(lost);
        }
        if let TokenTree::Group(group) = token {
            search(&inside(group), found);
        }
        at += 1;
    }
}

/// How many of the next tokens to skip: they are no expressions of the body, or leave the trace on purpose.
fn skipped_tokens(tokens: &[TokenTree]) -> Option<usize> {
    match tokens {
        // `fn name(..) { .. }` and `mod name { .. }`: nobody knows who calls it
        [TokenTree::Ident(keyword), TokenTree::Ident(_), rest @ ..]
            if keyword == "fn" || keyword == "mod" || keyword == "macro" =>
        {
            Some(2 + item(rest))
        }
        // `macro_rules! name { .. }`
        [TokenTree::Ident(rules), bang, TokenTree::Ident(_), TokenTree::Group(_), ..]
            if rules == "macro_rules" && is(bang, '!') =>
        {
            Some(4)
        }
        // `quote! { .. }`
        [TokenTree::Ident(name), bang, TokenTree::Group(_), ..]
            if is(bang, '!') && !TRANSPARENT_MACROS.iter().any(|known| name == known) =>
        {
            Some(3)
        }
        // `#[cfg(..)] statement;`, which may not be there; `#![..]` stands for the rest
        [hash, TokenTree::Group(group), rest @ ..] if is(hash, '#') => {
            let is_cfg = matches!(inside(group).first(), Some(TokenTree::Ident(name)) if name == "cfg");
            Some(2 + if is_cfg { until_semicolon(rest) } else { 0 })
        }
        [TokenTree::Ident(detached), TokenTree::Group(group), ..]
            if detached == "detached" && group.delimiter() == Delimiter::Parenthesis =>
        {
            Some(2)
        }
        _ => None,
    }
}

/// The length of an item: up to its `;`, or its block. Braces in a type (`Array<{N}>`) are not its block.
fn item(tokens: &[TokenTree]) -> usize {
    let is_end = |at: usize| match &tokens[at] {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            !tokens.get(at + 1).is_some_and(|next| is(next, '>') || is(next, ','))
        }
        token => is(token, ';'),
    };
    (0..tokens.len()).find(|at| is_end(*at)).map_or(tokens.len(), |at| at + 1)
}

fn until_semicolon(tokens: &[TokenTree]) -> usize {
    tokens.iter().position(|token| is(token, ';')).map_or(tokens.len(), |at| at + 1)
}

/// Whether this belongs to a longer path (`mine::tokio::spawn`) or is a method. `::tokio` does not.
fn continues_a_path(tokens: &[TokenTree], at: usize) -> bool {
    match &tokens[..at] {
        [.., before, first, second] if is(first, ':') && is(second, ':') => {
            matches!(before, TokenTree::Ident(_)) || is(before, '>')
        }
        [.., dot] => is(dot, '.'),
        _ => false,
    }
}

/// A path of the list, with a block or closure in its brackets that loses its context.
fn spawn_call(tokens: &[TokenTree]) -> Option<LostContext> {
    SPAWNS.iter().find_map(|(path, warning, work)| {
        let (rest, last) = follows(tokens, path)?;
        let Some(TokenTree::Group(group)) = rest.first() else { return None };
        let is_call = group.delimiter() == Delimiter::Parenthesis;
        let arguments = inside(group);
        let mut arguments = arguments.split(|token| is(token, ','));
        let is_lost = is_call && arguments.any(|argument| is_lost(argument, *work));
        is_lost.then_some(LostContext { warning, at: last.span() })
    })
}

/// What follows a path, and its last segment.
fn follows<'a>(tokens: &'a [TokenTree], path: &[&str]) -> Option<(&'a [TokenTree], &'a Ident)> {
    let (first, more) = path.split_first()?;
    match tokens {
        [TokenTree::Ident(ident), rest @ ..] if ident == first => match (more, rest) {
            ([], rest) => Some((rest, ident)),
            (more, [one, two, rest @ ..]) if is(one, ':') && is(two, ':') => follows(rest, more),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an argument is a block or closure that calls something that may be traced, without a context. A closure of two parameters is cut
/// at their comma, before its body; no call is left, and it passes.
fn is_lost(argument: &[TokenTree], work: Work) -> bool {
    let is_written_here = match (work, argument) {
        (_, [TokenTree::Ident(keyword), rest @ ..]) if keyword == "async" || keyword == "move" => {
            work == Work::Closure || is_block(rest)
        }
        (Work::Closure, [bar, ..]) => is(bar, '|'),
        _ => false,
    };
    is_written_here && may_call_traced(argument) && !has_a_context(argument)
}

/// `{ .. }`, `move { .. }`, with adapters after it.
fn is_block(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Ident(keyword), rest @ ..] if keyword == "move" => is_block(rest),
        [TokenTree::Group(group), ..] => group.delimiter() == Delimiter::Brace,
        _ => false,
    }
}

/// A type that carries a context, or a call of what does: `.scope(..)`, but not `|scope|`. `.open(|value| ..)` is one of an
/// `Envelope`, `.open(path)` of anything.
fn names_a_context(tokens: &[TokenTree], at: usize) -> bool {
    let TokenTree::Ident(name) = &tokens[at] else { return false };
    let opens = || match tokens.get(at + 1) {
        Some(TokenTree::Group(group)) => {
            name == "open" && inside(group).first().is_some_and(|first| is(first, '|') || is_move(first))
        }
        _ => false,
    };
    (CONTEXT_NAMES.iter().any(|word| name == word) && (calls(tokens, at) || is_type(name))) || opens()
}

fn is_move(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "move")
}

/// Whether a context is named at any depth.
fn has_a_context(tokens: &[TokenTree]) -> bool {
    (0..tokens.len()).any(|at| {
        names_a_context(tokens, at)
            || matches!(&tokens[at], TokenTree::Group(group) if has_a_context(&inside(group)))
    })
}

fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}
