//! The parameters and the attributes on them: `#[run_tree]`, `#[parent]`, `#[attachment]`, `#[traceable(skip)]`.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, Meta, PatType, Receiver, Signature, Type};

use super::argument::{Argument, Mode};
use crate::message::{self, Mistakes};

/// The parameters, by who fills them in.
#[derive(Default)]
pub(crate) struct Parameters {
    pub(crate) receiver: Option<Receiver>,
    pub(crate) arguments: Vec<Argument>,
    /// `#[run_tree] rt: RunTree`: the macro fills it in, callers do not see it
    pub(crate) run_tree: Option<PatType>,
    /// `#[parent] run: &RunTree`
    pub(crate) parent: Option<ParentParameter>,
}

/// The parameter that is marked `#[parent]`.
pub(crate) struct ParentParameter {
    /// the place of the attribute
    pub(crate) mark: Span,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl ParentParameter {
    pub(crate) fn new(mark: Span, name: &Ident, typed: &PatType) -> Self {
        Self { mark, name: name.clone(), ty: (*typed.ty).clone() }
    }
}

impl Parameters {
    pub(crate) fn read(signature: &Signature, mistakes: &mut Mistakes) -> Self {
        let mut parameters = Self::default();
        let generics: Vec<_> = signature.generics.type_params().map(|param| param.ident.clone()).collect();
        for (position, input) in signature.inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    for attribute in receiver.attrs.iter().filter(|attribute| is_mark(attribute)) {
                        let name = message::path_name(attribute.path());
                        mistakes.push(message::on_receiver(attribute, &name));
                    }
                    let mut receiver = receiver.clone();
                    receiver.attrs.retain(is_kept);
                    parameters.receiver = Some(receiver);
                }
                FnArg::Typed(typed) => parameters.typed(typed, position, &generics, mistakes),
            }
        }
        parameters
    }

    fn typed(&mut self, typed: &PatType, position: usize, generics: &[Ident], mistakes: &mut Mistakes) {
        let [mut run_tree, mut parent, mut attachment, mut skip] = [None::<Span>; 4];
        for attribute in &typed.attrs {
            let slot = match mark_of(attribute) {
                None => continue,
                Some(Mark::RunTree) => &mut run_tree,
                Some(Mark::Parent) => &mut parent,
                Some(Mark::Attachment) => &mut attachment,
                Some(Mark::Traceable) => {
                    match &attribute.meta {
                        Meta::List(list) if list.parse_args::<Ident>().is_ok_and(|ident| ident == "skip") => {
                            skip = Some(list.path.span());
                        }
                        meta => mistakes.push(message::parameter_option(meta)),
                    }
                    continue;
                }
            };
            if !matches!(attribute.meta, Meta::Path(_)) {
                let name = message::path_name(attribute.path());
                mistakes.push(message::takes_nothing(&attribute.meta, &name));
            }
            *slot = Some(attribute.path().span());
        }

        let given = [
            ("run_tree", run_tree),
            ("parent", parent),
            ("attachment", attachment),
            ("traceable(skip)", skip),
        ];
        let mut given = given.into_iter().filter_map(|(name, at)| Some((name, at?)));
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            message::both_on_parameter(mistakes, first, second);
        }

        let attributes: Vec<_> = typed.attrs.iter().filter(|attribute| is_kept(attribute)).cloned().collect();
        if let Some(at) = run_tree {
            match &self.run_tree {
                Some(first) => message::only_one(mistakes, "run_tree", first.pat.span(), at),
                None => self.run_tree = Some(PatType { attrs: attributes, ..typed.clone() }),
            }
            return;
        }
        let mut argument =
            Argument::new(attributes, (*typed.pat).clone(), (*typed.ty).clone(), position, generics);
        if skip.is_some() {
            argument.bindings.iter_mut().for_each(|binding| binding.mode = Mode::Skip);
        }
        if attachment.is_some() {
            match argument.plain_name() {
                Some(_) => argument.bindings.iter_mut().for_each(|binding| binding.mode = Mode::Attachment),
                None => mistakes.push(message::needs_a_name(&typed.pat, "attachment", "file: Attachment")),
            }
        }
        if let Some(mark) = parent {
            match (&self.parent, argument.plain_name()) {
                (Some(first), _) => message::only_one(mistakes, "parent", first.mark, mark),
                (None, Some(name)) => self.parent = Some(ParentParameter::new(mark, name, typed)),
                (None, None) => mistakes.push(message::needs_a_name(&typed.pat, "parent", "run: &RunTree")),
            }
        }
        argument.repeats_a_name = self.arguments.iter().any(|before| argument.looks_like(before));
        self.arguments.push(argument);
    }
}

enum Mark {
    RunTree,
    Parent,
    Attachment,
    Traceable,
}

/// Our attribute on a parameter. The compiler allows it only because we remove it.
fn mark_of(attribute: &Attribute) -> Option<Mark> {
    match attribute.path().segments.last()?.ident.to_string().as_str() {
        "run_tree" => Some(Mark::RunTree),
        "parent" => Some(Mark::Parent),
        "attachment" => Some(Mark::Attachment),
        "traceable" => Some(Mark::Traceable),
        _ => None,
    }
}

/// Whether the expansion keeps an attribute. The compiler refuses documentation on parameters.
pub(crate) fn is_kept(attribute: &Attribute) -> bool {
    !is_mark(attribute) && !attribute.path().is_ident("doc")
}

fn is_mark(attribute: &Attribute) -> bool {
    mark_of(attribute).is_some()
}
