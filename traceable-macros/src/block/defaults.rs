//! A block's options, as the defaults of its methods.
//!
//! A method's own option replaces the block's, and so does one that contradicts it. Lists add up: tags, metadata, and
//! above all what is skipped, since a secret that the block skips must not come back by a method's `skip(other)`.
//! Within a list the method decides about a key or an argument.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::Method;
use crate::check::conflicts;
use crate::message::{self, Mistakes};
use crate::options::{Options, Segment, split};
use crate::signature::Parameters;

/// Options for one function: about its name or its return type.
const FOR_ONE: &[&str] = &[
    "name",
    "child_only",
    "process_outputs",
    "process_chunk",
    "reduce",
    "aggregate",
    "future",
    "stream",
    "iter",
];

/// Lists of arguments.
const ARGUMENTS: &[&str] = &["skip", "debug", "display"];

/// Lists that add up.
const LISTS: &[&str] = &["tags", "metadata", "inputs", "skip", "debug", "display"];

/// Drops the block's option on the left where the method has the one on the right.
const CONTRADICTIONS: &[(&str, &str)] = &[
    ("run_type", "custom_run_type"),
    ("custom_run_type", "run_type"),
    ("parent", "root"),
    ("root", "parent"),
    ("parent", "child_only"),
    ("root", "child_only"),
    ("skip", "skip_all"),
    ("debug", "skip_all"),
    ("display", "skip_all"),
    ("skip_output", "process_outputs"),
    ("skip_output", "process_chunk"),
    ("skip_output", "reduce"),
    ("skip_output", "aggregate"),
];

pub(super) struct Defaults(Vec<Segment>);

impl Defaults {
    /// Reports the block's mistakes once, not for each method.
    pub(super) fn check(segments: Vec<Segment>, selected: &[&Method], mistakes: &mut Mistakes) -> Self {
        let tokens = joined(&segments);
        let options = Options::parse(tokens, mistakes);
        conflicts(&options, mistakes);
        for segment in &segments {
            let Some(key) = &segment.key else { continue };
            if FOR_ONE.contains(&segment.text.as_str()) {
                mistakes.push(message::for_one_function(key));
            }
        }
        let known: Vec<_> = selected.iter().flat_map(|method| arguments(method)).collect();
        let lists = [(&options.skip, "skip"), (&options.debug, "debug"), (&options.display, "display")];
        for (given, verb) in lists {
            let names = given.iter().flat_map(|given| &given.value);
            for name in names.filter(|name| !known.contains(&message::plain(name))) {
                mistakes.push(message::unknown_argument(name, verb, &known));
            }
        }
        Self(segments)
    }

    /// The options of one method; only its own where the block's are wrong.
    pub(super) fn with(&self, method: &Method, only_own: bool) -> TokenStream {
        let own = method.own.as_ref().map(|own| split(own.options.clone())).unwrap_or_default();
        if only_own {
            return joined(&own);
        }
        let arguments = arguments(method);
        let mut merged = Vec::new();
        for default in &self.0 {
            let replaced = CONTRADICTIONS
                .iter()
                .any(|(ours, theirs)| *ours == default.text && own.iter().any(|own| own.text == *theirs));
            let same = own.iter().any(|own| own.text == default.text);
            let is_list = LISTS.contains(&default.text.as_str());
            if replaced || (same && !is_list) {
                continue;
            }
            let Some(elements) = default.elements().filter(|_| is_list) else {
                merged.push(default.clone());
                continue;
            };
            let elements = remaining(&default.text, elements, &own, &arguments);
            if !elements.is_empty() {
                merged.push(default.with_elements(&elements));
            }
        }
        for own in own {
            add(&mut merged, own);
        }
        joined(&merged)
    }
}

/// The elements of a block's list that apply to this method and that it does not set itself.
fn remaining(list: &str, elements: Vec<Segment>, own: &[Segment], arguments: &[String]) -> Vec<Segment> {
    let is_about_arguments = ARGUMENTS.contains(&list);
    let lists = own.iter().filter(|own| {
        let text = own.text.as_str();
        if is_about_arguments { ARGUMENTS.contains(&text) } else { text == list && list != "tags" }
    });
    let said: Vec<_> = lists.filter_map(Segment::elements).flatten().map(|element| element.text).collect();
    let is_left = |element: &Segment| {
        !said.contains(&element.text) && (!is_about_arguments || arguments.contains(&element.text))
    };
    elements.into_iter().filter(is_left).collect()
}

/// Adds a method's own option, to the block's list of that name if both are lists.
fn add(merged: &mut Vec<Segment>, own: Segment) {
    let Some(at) = merged.iter().position(|default| default.text == own.text) else {
        merged.push(own);
        return;
    };
    match (merged[at].elements(), own.elements()) {
        (Some(mut elements), Some(more)) if LISTS.contains(&own.text.as_str()) => {
            elements.extend(more);
            merged[at] = own.with_elements(&elements);
        }
        // given twice by the method itself, or malformed: the parser reports it
        _ => merged.push(own),
    }
}

fn joined(segments: &[Segment]) -> TokenStream {
    let tokens = segments.iter().map(|segment| &segment.tokens);
    quote!(#(#tokens),*)
}

/// The names that `skip(..)` knows.
fn arguments(method: &Method) -> Vec<String> {
    // the method itself reports mistakes in its parameters
    let parameters = Parameters::read(&method.signature, &mut Mistakes::default());
    let bindings = parameters.arguments.iter().flat_map(|argument| &argument.bindings);
    let names = bindings.map(|binding| message::plain(&binding.ident));
    names.chain(parameters.receiver.map(|_| "self".to_owned())).collect()
}
