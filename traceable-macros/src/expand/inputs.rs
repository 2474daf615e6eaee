//! Records the arguments: `begin`, its inputs, and the hook `process_inputs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Pat, PathArguments, Type};

use super::advice;
use super::struct_pattern::{Reading, is_mentioned, place};
use crate::check::Plan;
use crate::hygiene::{Runtime, deref_at, ours, reference_at};
use crate::lint::lock;
use crate::message;
use crate::options::Options;
use crate::signature::{Argument, Binding, Mode};

/// Whether the run records anything, or fills in a parameter, before the body starts.
pub(super) fn begins(plan: &Plan) -> bool {
    plan.run_tree.is_some() || records(plan)
}

/// Output: `if begins() { begin_with(&["{\"a\":"], &[argument(&a)]); }`, or with what is more than arguments
/// `if begins() { begin(&mut |inputs: &mut Inputs<'_>| { Inputs::add(inputs, "a", &a); }); }`, or `let rt: RunTree = begin_run_tree(|inputs| { .. });`
pub(super) fn begin(plan: &Plan, p: &Runtime) -> TokenStream {
    let recorded = inputs(plan, p);
    let inputs = if recorded.is_empty() { ours!(_) } else { ours!(__traceable_inputs) };
    match &plan.run_tree {
        Some(run_tree) => {
            let (attributes, pattern, ty) = (&run_tree.attrs, &run_tree.pat, &run_tree.ty);
            let value = ours!(#p::begin_run_tree(|#inputs| { #recorded }));
            // the bound is at the type, so the compiler reports a wrong one there
            let ty_as_filled_in = quote!(<#ty as #p::FilledIn>);
            let value = ours!(#ty_as_filled_in::filled_in(#value));
            quote!(#(#attributes)* let #pattern: #ty = #value;)
        }
        None if recorded.is_empty() => TokenStream::new(),
        None if is_simple(plan) => {
            let recorded = plan.arguments.iter().filter(|argument| !argument.is_left_out()).enumerate();
            let listed = recorded.filter_map(|(number, argument)| argument.listed(p, number == 0));
            let (mut bound, mut before, mut values) = (Vec::new(), Vec::new(), Vec::new());
            for [binding, text, value] in listed {
                bound.push(binding);
                before.push(text);
                values.push(value);
            }
            ours!(if #p::begins() { #(#bound)* #p::begin_with(&[#(#before),*], &[#(#values),*]); })
        }
        None => ours!(if #p::begins() { #p::begin(&mut |#inputs: &mut #p::Inputs<'_>| { #recorded }); }),
    }
}

/// Whether plain arguments are all there is to record. Nearly all functions are like this, and the compiler has less to
/// do with a list than with a closure.
fn is_simple(plan: &Plan) -> bool {
    let Options { inputs, process_inputs, .. } = &plan.options;
    inputs.is_none()
        && process_inputs.is_none()
        && (plan.receiver.is_none() || plan.self_mode == Mode::Skip)
        && plan.arguments.iter().all(Argument::is_simple)
}

/// Whether there is anything to record.
fn records(plan: &Plan) -> bool {
    let options = &plan.options;
    options.inputs.is_some()
        || options.process_inputs.is_some()
        || (plan.receiver.is_some() && plan.self_mode != Mode::Skip)
        || plan.arguments.iter().any(|argument| !argument.is_left_out())
}

/// Records the arguments, then runs the hook over them.
fn inputs(plan: &Plan, p: &Runtime) -> TokenStream {
    let options = &plan.options;
    let inputs = Ident::new("__traceable_inputs", Span::mixed_site());
    let fields = || options.inputs.iter().flat_map(|given| &given.value);
    let overridden: Vec<_> = fields().map(|field| field.key.clone()).collect();

    let borrowed = plan.arguments.iter().map(|argument| {
        let is_recorded = |binding: &Binding| {
            binding.mode != Mode::Skip && !overridden.contains(&message::plain(&binding.ident))
        };
        let is_mentioned = |binding: &Binding| is_mentioned(options, binding);
        match argument.reading(options) {
            Reading::Parts => argument.parts_by_name(is_mentioned),
            Reading::Copied => argument.bound(place(p, &argument.parameter_ident()), is_recorded),
            Reading::Borrowed => argument.borrowed(|binding| is_recorded(binding) || is_mentioned(binding)),
        }
    });
    let receiver = plan.receiver.iter().filter_map(|receiver| {
        let method =
            Ident::new(if plan.self_mode == Mode::Debug { "debug" } else { "display" }, Span::mixed_site());
        let this = &receiver.self_token;
        (plan.self_mode != Mode::Skip).then(|| ours!(#p::Inputs::#method(#inputs, "\"self\":", &#this);))
    });
    let arguments = plan.arguments.iter().map(|argument| argument.recorded(p, &inputs, options, &overridden));
    let fields = fields().map(|field| {
        let (key, expr) = (&field.key, &field.value);
        let member = member(key);
        let put =
            lock::expression_unless_lock(p, expr, |value| ours!(#p::Inputs::put(__traceable_value, #value)));
        ours!(#p::Inputs::add_with(#inputs, #member, |__traceable_value| #put);)
    });
    let hook = options.process_inputs.iter().map(|given| {
        let hook = &given.value;
        ours!(#p::Inputs::process(#inputs, #hook);)
    });
    ours!(#(#borrowed)* #(#receiver)* #(#arguments)* #(#fields)* #(#hook)*)
}

impl Argument {
    /// Whether it is recorded under its name and by `Serialize`, if at all.
    fn is_simple(&self) -> bool {
        self.is_left_out()
            || (self.plain_name().is_some()
                && self.bindings.iter().all(|binding| binding.mode == Mode::Value)
                && self.cfgs().next().is_none())
    }

    /// Input: `a: A`   Output: `let value0 = &a;`, `"{\"a\":"` and `argument(&value0)`
    ///
    /// Like [`recorded`](Self::recorded), for a simple argument that is not skipped.
    fn listed(&self, p: &Runtime, is_first: bool) -> Option<[TokenStream; 3]> {
        let ident = self.plain_name()?;
        let (place, ty) = self.place();
        let value = Ident::new(&format!("__traceable_value{}", self.position), Span::mixed_site());
        let spanned = reference_at(&value, ty.to_token_stream());
        let before = format!("{}{}", if is_first { '{' } else { ',' }, member(&message::plain(ident)));
        let argument = match advice::argument(ty) {
            Some(advice) => ours!(#p::#advice::argument),
            None => ours!(#p::argument),
        };
        let recorded = quote!(#argument(#spanned));
        let (refusal, recorded) = lock::unless_lock(p, &value, ty, recorded, ours!(#p::argument(&&())));
        Some([quote!(let #value = #place; #refusal), quote!(#before), recorded])
    }

    /// The place and the type of a parameter with a plain name. One reference is removed, so that messages name the
    /// user's type and not `&` of it.
    fn place(&self) -> (TokenStream, &Type) {
        let slot = self.parameter_ident();
        match &self.ty {
            Type::Reference(reference) => (quote!(&*#slot), &*reference.elem),
            ty => (quote!(&#slot), ty),
        }
    }

    /// The type of the only name that the parameter binds, as far as the signature tells: `A` in `a: &A`, in `State(a):
    /// State<A>`.
    fn type_of(&self, plain: bool) -> Option<&Type> {
        if plain {
            return Some(self.place().1);
        }
        let (Pat::TupleStruct(pattern), Type::Path(path)) = (&self.pattern, &self.ty) else { return None };
        let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
            return None;
        };
        let (1, [GenericArgument::Type(ty)], Some(Pat::Ident(_))) = (
            pattern.elems.len(),
            arguments.args.iter().collect::<Vec<_>>().as_slice(),
            pattern.elems.first(),
        ) else {
            return None;
        };
        Some(ty)
    }

    /// Input: `a: A`   Output: `let value = &a; Inputs::add(inputs, "\"a\":", &*value);`
    ///
    /// The bound is at the type's own tokens, so the compiler reports a missing `Serialize` there.
    fn recorded(&self, p: &Runtime, inputs: &Ident, options: &Options, overridden: &[String]) -> TokenStream {
        let plain = self.plain_name().is_some();
        let statements = self.bindings.iter().filter_map(|binding| {
            let ident = &binding.ident;
            let key = message::plain(ident);
            let method = match binding.mode {
                Mode::Value => "add",
                Mode::Debug => "debug",
                Mode::Display => "display",
                Mode::Attachment => "attachment",
                Mode::Skip => return None,
            };
            if overridden.contains(&key) {
                return None;
            }
            let (place, at) = if plain {
                let (place, ty) = self.place();
                (place, ty.to_token_stream())
            } else {
                let place = match self.reading(options) {
                    Reading::Parts => {
                        let part = self.part(ident);
                        quote!(&#part)
                    }
                    Reading::Copied => quote!(&#ident),
                    Reading::Borrowed => quote!(#ident),
                };
                (place, quote!(#ident))
            };
            let value = Ident::new("__traceable_value", Span::mixed_site());
            let cfgs = self.cfgs();
            let ty = self.type_of(plain).filter(|_| binding.mode == Mode::Value);
            let record = match ty.and_then(advice::argument) {
                Some(advice) => {
                    let (key, spanned) = (member(&key), reference_at(&value, at));
                    ours!(#p::Inputs::add_argument(#inputs, #key, #p::#advice::argument(#spanned));)
                }
                None => {
                    let method = Ident::new(method, Span::mixed_site());
                    let spanned = deref_at(&value, at);
                    let key = if binding.mode == Mode::Attachment { key } else { member(&key) };
                    ours!(#p::Inputs::#method(#inputs, #key, #spanned);)
                }
            };
            let asked = if plain { quote!(#value) } else { ours!(&*#value) };
            let (refusal, record) = match (binding.mode, ty) {
                (Mode::Value, Some(ty)) => lock::unless_lock(p, &asked, ty, record, TokenStream::new()),
                (Mode::Value, None) => (lock::ask_in_pattern(p, &asked, ident.span(), &self.ty), record),
                _ => (TokenStream::new(), record),
            };
            Some(quote!(#(#cfgs)* { let #value = #place; #refusal #record }))
        });
        quote!(#(#statements)*)
    }
}

/// Input: `name`   Output: `"name":`, as it stands in a JSON object, so that no call has to quote it
fn member(key: &str) -> String {
    let mut text = String::from('"');
    for c in key.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push_str("\":");
    text
}
