//! Whether a block calls anything that may be traced, as far as names tell.
//!
//! Everybody means the same by `tx.send(x)`, `drop(guard)` and `tokio::time::sleep(..)`: none of them is traced. What is
//! written in their brackets counts for itself.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::known_calls::{
    CONSTRUCTORS, CRATES, FUNCTIONS, MAPPING_METHODS, METHODS, METHODS_OF_SELF, MODULES, OWN_FUNCTIONS, TYPES,
};

/// Words before brackets that call nothing.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "loop",
    "match", "move", "mut", "pub", "ref", "return", "static", "unsafe", "where", "while", "yield",
];

/// Whether something is called that may be traced, at any depth.
pub(super) fn may_call_traced(tokens: &[TokenTree]) -> bool {
    (0..tokens.len()).any(|at| {
        let is_one = match &tokens[at] {
            TokenTree::Ident(name) => calls(tokens, at) && may_be_traced(tokens, at, name),
            TokenTree::Group(group) => may_call_traced(&group.stream().into_iter().collect::<Vec<_>>()),
            _ => false,
        };
        is_one || maps_by_name(tokens, at)
    })
}

/// Whether a name is called: `f(..)` or `f::<T>(..)`, but not `fn f(..)`, `if (..)` or `Some(..)`.
pub(super) fn calls(tokens: &[TokenTree], at: usize) -> bool {
    let TokenTree::Ident(name) = &tokens[at] else { return false };
    let is_definition = at > 0 && is_word(&tokens[at - 1], "fn");
    !is_definition
        && !is_one_of(name, KEYWORDS)
        && !is_type(name)
        && matches!(after_turbofish(&tokens[at + 1..]).first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

fn may_be_traced(tokens: &[TokenTree], at: usize, name: &Ident) -> bool {
    if at > 0 && is(&tokens[at - 1], '.') && !(at > 1 && is(&tokens[at - 2], '.')) {
        let known = if at > 1 && is_word(&tokens[at - 2], "self") && !(at > 2 && is(&tokens[at - 3], '.')) {
            METHODS_OF_SELF
        } else {
            METHODS
        };
        return !is_one_of(name, known) && !is_one_of(name, MAPPING_METHODS);
    }
    let path = path_before(tokens, at);
    let Some(before) = path.last() else { return !is_one_of(name, FUNCTIONS) };
    match path.first() {
        Some(first) if *first == "traceable" => return !is_one_of(name, OWN_FUNCTIONS),
        Some(first) if is_one_of(first, CRATES) => return false,
        _ => {}
    }
    if is_type(before) {
        return ![CONSTRUCTORS, METHODS].iter().any(|known| is_one_of(name, known))
            && !is_one_of(before, TYPES);
    }
    // `mem::take`, but not `crate::mem::take`
    !(path.len() == 1 && is_one_of(before, MODULES))
}

/// `.map(f)`: who calls `f` is known, and what it does is not.
fn maps_by_name(tokens: &[TokenTree], at: usize) -> bool {
    let [TokenTree::Ident(name), TokenTree::Group(group), ..] = &tokens[at..] else { return false };
    if at == 0 || !is(&tokens[at - 1], '.') || !is_one_of(name, MAPPING_METHODS) {
        return false;
    }
    let inside: Vec<_> = group.stream().into_iter().collect();
    let is_path = inside.iter().all(|token| matches!(token, TokenTree::Ident(_)) || is(token, ':'));
    match inside.last() {
        Some(TokenTree::Ident(last)) if is_path && !is_type(last) => {
            may_be_traced(&inside, inside.len() - 1, last)
        }
        _ => false,
    }
}

/// The segments of a path in front of its last.
fn path_before(tokens: &[TokenTree], mut at: usize) -> Vec<&Ident> {
    let mut path = Vec::new();
    while at >= 3 && is(&tokens[at - 1], ':') && is(&tokens[at - 2], ':') {
        // `Vec::<T>::new`
        let mut end = at - 3;
        if is(&tokens[end], '>') {
            let open = (0..end).rev().find(|open| is(&tokens[*open], '<'));
            match open {
                Some(open) if open >= 3 && is(&tokens[open - 1], ':') => end = open - 3,
                Some(open) if open >= 1 => end = open - 1,
                _ => break,
            }
        }
        let TokenTree::Ident(segment) = &tokens[end] else { break };
        path.push(segment);
        at = end;
    }
    path.reverse();
    path
}

/// What follows `::<T>`.
fn after_turbofish(tokens: &[TokenTree]) -> &[TokenTree] {
    match tokens {
        [one, two, open, ..] if is(one, ':') && is(two, ':') && is(open, '<') => {
            let mut depth = 0;
            for (at, token) in tokens.iter().enumerate() {
                let is_arrow = at > 0 && is(&tokens[at - 1], '-');
                depth += i32::from(is(token, '<')) - i32::from(is(token, '>') && !is_arrow);
                if at > 2 && depth == 0 {
                    return &tokens[at + 1..];
                }
            }
            &[]
        }
        _ => tokens,
    }
}

pub(super) fn is_type(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

pub(super) fn is(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(found) if found == word)
}

/// The words are sorted: a name is made into text once, which costs a call of the compiler.
fn is_one_of(name: &Ident, words: &[&str]) -> bool {
    words.binary_search(&name.to_string().as_str()).is_ok()
}
