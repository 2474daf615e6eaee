//! Reads a crate: its modules with the names in them, and the paths that each file uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemUse, Macro, Meta, Token, UseTree, Visibility};

/// Names of one module, in a file of its own or inline.
#[derive(Default)]
pub(crate) struct Module {
    /// Relative to the crate's `src`.
    pub(crate) file: String,
    /// Itself for a root.
    pub(crate) parent: usize,
    /// Defined here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) children: BTreeMap<String, usize>,
    /// Imports: the name here, and the path.
    pub(crate) imports: Vec<(String, Vec<String>)>,
    /// Paths of `use path::*`.
    pub(crate) globs: Vec<Vec<String>>,
}

/// A path, where it is used.
pub(crate) struct Used {
    pub(crate) module: usize,
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// From `pub use`, which counts only if it reaches beyond the module.
    pub(crate) is_exported: bool,
}

/// A whole crate: the library, and a program if there is one.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) modules: Vec<Module>,
    pub(crate) used: Vec<Used>,
}

/// Where crates begin. They are above all others.
pub(crate) const ROOTS: [&str; 2] = ["lib.rs", "main.rs"];

impl Source {
    pub(crate) fn read(src: &Path) -> Source {
        let mut source = Source::default();
        for root in ROOTS.iter().filter(|root| src.join(root).exists()) {
            let parent = source.modules.len();
            source.add_file(src, (*root).to_owned(), "", parent);
        }
        source
    }

    /// `folder` is where the files of the module's children lie.
    fn add_file(&mut self, src: &Path, file: String, folder: &str, parent: usize) -> usize {
        let text = fs::read_to_string(src.join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let id = self.add_module(file, parent);
        self.fill(src, id, folder, &parsed.items);
        id
    }

    fn add_module(&mut self, file: String, parent: usize) -> usize {
        self.modules.push(Module { file, parent, ..Module::default() });
        self.modules.len() - 1
    }

    fn fill(&mut self, src: &Path, id: usize, folder: &str, items: &[Item]) {
        for item in items.iter().filter(|item| is_shipped(parts(item).0)) {
            if let Item::Mod(module) = item {
                if module.ident == "tests" {
                    continue;
                }
                let name = module.ident.to_string();
                let (flat, inner) = (format!("{folder}{name}.rs"), format!("{folder}{name}/"));
                let child = if let Some((_, items)) = &module.content {
                    let child = self.add_module(self.modules[id].file.clone(), id);
                    self.fill(src, child, &inner, items);
                    child
                } else if src.join(&flat).exists() {
                    self.add_file(src, flat, &inner, id)
                } else {
                    self.add_file(src, format!("{inner}mod.rs"), &inner, id)
                };
                self.modules[id].children.insert(name, child);
            } else {
                self.modules[id].items.extend(parts(item).1.map(ToString::to_string));
                Paths { source: self, module: id }.visit_item(item);
            }
        }
    }
}

/// Collects the paths of one item.
struct Paths<'a> {
    source: &'a mut Source,
    module: usize,
}

impl Paths<'_> {
    fn add(&mut self, path: Vec<String>, at: Span, is_exported: bool) {
        let line = at.start().line;
        self.source.used.push(Used { module: self.module, path, line, is_exported });
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_exported: bool) {
        let joined = |name: &Ident| [before, &[name.to_string()]].concat();
        let (name, path, as_name) = match tree {
            UseTree::Path(it) => return self.import(&it.tree, &joined(&it.ident), is_exported),
            UseTree::Group(it) => {
                return it.items.iter().for_each(|tree| self.import(tree, before, is_exported));
            }
            UseTree::Glob(it) => {
                self.source.modules[self.module].globs.push(before.to_vec());
                // the variants of an enum; the names of a module count where they are used
                return self.add(before.to_vec(), it.star_token.spans[0], is_exported);
            }
            UseTree::Name(it) if it.ident == "self" => (&it.ident, before.to_vec(), before.last().cloned()),
            UseTree::Name(it) => (&it.ident, joined(&it.ident), Some(it.ident.to_string())),
            UseTree::Rename(it) if it.ident == "self" => {
                (&it.ident, before.to_vec(), Some(it.rename.to_string()))
            }
            UseTree::Rename(it) => (&it.ident, joined(&it.ident), Some(it.rename.to_string())),
        };
        self.source.modules[self.module].imports.push((as_name.unwrap_or_default(), path.clone()));
        self.add(path, name.span(), is_exported);
    }

    /// Paths in what a macro is given, which has no syntax of its own.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is =
            |at: usize, sign| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == sign);
        let is_colons = |at: usize| is(at, ':') && is(at + 1, ':');
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.scan(group.stream()),
                // not a field or a method, and not the rest of another path
                TokenTree::Ident(first) if !(at > 0 && is(at - 1, '.') || at > 1 && is_colons(at - 2)) => {
                    let mut path = vec![first.to_string()];
                    while let (true, Some(TokenTree::Ident(next))) = (is_colons(at + 1), tokens.get(at + 3)) {
                        path.push(next.to_string());
                        at += 3;
                    }
                    self.add(path, first.span(), false);
                }
                _ => {}
            }
            at += 1;
        }
    }
}

impl Visit<'_> for Paths<'_> {
    fn visit_item(&mut self, item: &Item) {
        if is_shipped(parts(item).0) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        if is_shipped(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        if path.leading_colon.is_none() {
            let names = path.segments.iter().map(|segment| segment.ident.to_string());
            self.add(names.collect(), path.segments[0].ident.span(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        // what is quoted becomes code of another crate
        if !item.path.segments.iter().any(|segment| segment.ident.to_string().contains("quote")) {
            self.scan(item.tokens.clone());
        }
    }

    fn visit_visibility(&mut self, _: &Visibility) {}

    fn visit_attribute(&mut self, _: &Attribute) {}
}

/// Attributes, and the name that is defined.
fn parts(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(it) => (&it.attrs, Some(&it.ident)),
        Item::Enum(it) => (&it.attrs, Some(&it.ident)),
        Item::Fn(it) => (&it.attrs, Some(&it.sig.ident)),
        Item::Impl(it) => (&it.attrs, None),
        Item::Macro(it) => (&it.attrs, it.ident.as_ref()),
        Item::Mod(it) => (&it.attrs, None),
        Item::Static(it) => (&it.attrs, Some(&it.ident)),
        Item::Struct(it) => (&it.attrs, Some(&it.ident)),
        Item::Trait(it) => (&it.attrs, Some(&it.ident)),
        Item::Type(it) => (&it.attrs, Some(&it.ident)),
        Item::Union(it) => (&it.attrs, Some(&it.ident)),
        Item::Use(it) => (&it.attrs, None),
        _ => (&[], None),
    }
}

fn is_shipped(attributes: &[Attribute]) -> bool {
    let is_for_tests = |it: &Attribute| it.parse_args().is_ok_and(|it| is_for_tests(&it));
    !attributes.iter().any(|it| it.path().is_ident("test") || it.path().is_ident("cfg") && is_for_tests(it))
}

/// Whether a `cfg` holds in tests, models and fuzzing alone.
fn is_for_tests(condition: &Meta) -> bool {
    match condition {
        Meta::Path(name) => ["test", "fuzzing", "traceable_loom"].iter().any(|it| name.is_ident(it)),
        Meta::List(list) => {
            let parsed = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let mut each = parsed.iter().flatten().map(is_for_tests);
            list.path.is_ident("all") && each.any(|it| it) || list.path.is_ident("any") && each.all(|it| it)
        }
        _ => false,
    }
}
