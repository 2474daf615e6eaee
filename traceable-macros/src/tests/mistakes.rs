//! The messages for mistakes.

use quote::quote;

use super::{attribute, expanded, messages};

#[test]
fn all_mistakes_of_one_attribute_are_said_at_once() {
    let messages = messages(
        quote!(nmae = "x", skip_al, name = "", tags = "x", run_type = "lm", skip(), metadata(a b), root = 1),
        quote!(
            fn f() {}
        ),
    );
    assert_eq!(
        messages,
        [
            "unknown option `nmae`, did you mean `name`?",
            "unknown option `skip_al`, did you mean `skip_all`?",
            "run name must not be empty",
            "`tags` is written `tags = [\"..\", \"..\"]`",
            "unknown run type `lm`, did you mean `llm`? (a type of your own is given by `custom_run_type = \"..\"`)",
            "`skip` is written `skip(argument, ..)`",
            "`metadata` is written `metadata(key = value)`",
            "`root` takes no value: write `root` alone",
        ]
    );
}

#[test]
fn the_function_is_kept_beside_the_errors() {
    let text = expanded(
        quote!(nmae = "x"),
        quote! {
            pub fn f(#[traceable(skip)] a: u8, #[run_tree] rt: RunTree, #[attachment] file: File) -> u8 { a }
        },
    );
    assert!(text.contains("pub fn f(a: u8, file: File) -> u8"), "{text}");
    assert!(!text.contains("#["), "{text}");
}

#[test]
fn what_cannot_be_parsed_is_kept_as_it_is() {
    let tokens = attribute(
        quote!(),
        quote!(
            struct H;
        ),
    );
    assert!(tokens.to_string().ends_with("struct H ;"), "{tokens}");
    let tokens = attribute(quote!(), quote!());
    assert!(tokens.to_string().contains("compile_error"), "{tokens}");
}

#[test]
fn other_items_are_told_what_the_attribute_is_for() {
    let first = |item| messages(quote!(), item).join("; ");
    assert_eq!(
        first(quote!(
            struct H;
        )),
        "`#[traceable]` goes on a function, a method or a block of methods, not on a struct"
    );
    assert_eq!(
        first(quote!(
            const X: u8 = 1;
        )),
        "`#[traceable]` goes on a function, a method or a block of methods, not on a constant"
    );
    let generator =
        "a `gen fn` cannot be traced: write a `fn` that returns its `gen` block as `impl Iterator`";
    assert_eq!(
        first(quote!(
            gen fn f() -> u8 {}
        )),
        generator
    );
    assert!(
        first(quote!(
            pub async gen fn f() -> u8 {}
        ))
        .contains("returns a stream")
    );
    assert_eq!(first(quote!(x + 1)), "`#[traceable]` goes on a function, a method or a block of methods");
    assert!(
        first(quote!(
            const fn f() {}
        ))
        .contains("`const fn`")
    );
    assert!(
        first(quote!(
            fn f();
        ))
        .contains("needs a body")
    );
    assert!(
        first(quote!(
            unsafe extern "C" fn f(a: u8, ...) {}
        ))
        .contains("variadic")
    );
}

#[test]
fn options_that_do_not_fit_the_function() {
    let first = |options, item| messages(options, item).join("; ");
    let plain = || {
        quote!(
            fn f(query: String) {}
        )
    };
    let items = || {
        quote!(
            fn f() -> impl Iterator<Item = u8> {
                0..1
            }
        )
    };
    assert_eq!(
        first(quote!(skip(qurey)), plain()),
        "no argument named `qurey` to skip, did you mean `query`?"
    );
    assert_eq!(first(quote!(debug(other)), plain()), "no argument named `other` to record by `Debug`");
    assert!(first(quote!(reduce = sum), plain()).starts_with("`reduce` is for functions that return"));
    assert!(first(quote!(process_outputs = x), items()).starts_with("`process_outputs` sees one value"));
    assert_eq!(
        first(quote!(stream), items()),
        "the signature says that this returns an iterator: remove `stream`"
    );
    assert_eq!(
        first(quote!(skip_all, skip(query)), plain()),
        "`skip_all` already skips every argument; remove this `skip`, or remove `skip_all`"
    );
}

#[test]
fn nothing_makes_the_attribute_panic() {
    let options = [
        "name",
        "name =",
        "= name",
        ",",
        ",,",
        "skip(",
        "tags = [1]",
        "inputs(=)",
        "aggregate(1)",
        "'a",
        "1",
    ];
    let items =
        ["fn f() {}", "fn", "fn f(", "#[", "pub", "fn f() {} fn g() {}", "fn f() -> {}", "async", "impl"];
    for option in options {
        for item in items {
            if let (Ok(option), Ok(item)) = (option.parse(), item.parse()) {
                attribute(option, item);
            }
        }
    }
}
