//! The expansion of functions that return a stream or an iterator, as snapshots.

use quote::quote;

use super::{check, expanded};

#[test]
fn a_stream() {
    let found = expanded(
        quote!(crate = p),
        quote! {
        fn words(text: &str) -> impl Stream<Item = Result<String, Error>> { BODY }
        },
    );
    check(
        &found,
        r#"
fn words(text: &str) -> impl Stream<Item = Result<String, Error>> {
    let __traceable_call = p::__private::Call::reserve({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "words",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .begins();
        &__TRACEABLE_CALLSITE
    });
    let (__traceable_call, __traceable_value) = p::__private::eager(
        __traceable_call,
        move || -> _ {
            {
                if p::__private::begins() {
                    let __traceable_value0 = &*text;
                    p::__private::begin_with(
                        &["{\"text\":"],
                        &[p::__private::argument(&__traceable_value0)],
                    );
                }
                let text = text;
                ({ BODY })
            }
        },
    );
    return p::__private::stream_each(
        __traceable_call,
        {
            let __traceable_value = p::__private::AsksStream::of(
                    &__traceable_value,
                )[p::__private::Asked]
                .body_stream(__traceable_value);
            p::__private::stream_of::<Result<String, Error>, _>(__traceable_value)
        },
        |__traceable_value: &Result<String, Error>, __traceable_outcome| match p::__private::Out::of(
                __traceable_value,
            )[p::__private::Asked]
            .split(__traceable_value)
        {
            p::__private::core::result::Result::Ok(__traceable_output) => {
                __traceable_outcome.output(&*__traceable_output)
            }
            p::__private::core::result::Result::Err(__traceable_error) => {
                p::__private::Fail::of(&*__traceable_error)[p::__private::Asked]
                    .describe(&*__traceable_error, __traceable_outcome)
            }
        },
    );
}
"#,
    );
}

#[test]
fn an_iterator_with_hooks() {
    let found = expanded(
        quote!(crate = p, reduce = sum, process_chunk = length),
        quote! {
        fn words() -> Option<Box<dyn Iterator<Item = String>>> { BODY }
        },
    );
    check(
        &found,
        r#"
fn words() -> Option<Box<dyn Iterator<Item = String>>> {
    let __traceable_call = p::__private::Call::reserve({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "words",
            p::__private::core::module_path!(),
            p::__private::core::file!(),
            p::__private::core::line!(),
            p::__private::START,
        );
        &__TRACEABLE_CALLSITE
    });
    let (__traceable_call, __traceable_value) = p::__private::eager(
        __traceable_call,
        move || -> Option<Box<dyn Iterator<Item = String>>> { { ({ BODY }) } },
    );
    return p::__private::through_option(
        __traceable_call,
        __traceable_value,
        |
            __traceable_call,
            __traceable_value: Box<dyn Iterator<Item = String>>,
        | -> Box<dyn Iterator<Item = String>> {
            p::__private::Box::new(
                p::__private::iter_reduce(
                    __traceable_call,
                    __traceable_value,
                    |__traceable_value: &String, __traceable_outcome| match p::__private::Out::of(
                            __traceable_value,
                        )[p::__private::Asked]
                        .split(__traceable_value)
                    {
                        p::__private::core::result::Result::Ok(_) => {}
                        p::__private::core::result::Result::Err(__traceable_error) => {
                            p::__private::Fail::of(
                                    &*__traceable_error,
                                )[p::__private::Asked]
                                .describe(&*__traceable_error, __traceable_outcome)
                        }
                    },
                    |__traceable_value: &String| match p::__private::Out::of(
                            __traceable_value,
                        )[p::__private::Asked]
                        .split(__traceable_value)
                    {
                        p::__private::core::result::Result::Ok(__traceable_item) => {
                            p::__private::core::option::Option::Some(
                                length(&*__traceable_item),
                            )
                        }
                        p::__private::core::result::Result::Err(_) => {
                            p::__private::core::option::Option::None
                        }
                    },
                    |__traceable_chunks| sum(&*__traceable_chunks),
                ),
            )
        },
    );
}
"#,
    );
}

#[test]
fn an_async_function_of_a_stream() {
    let found = expanded(
        quote!(crate = p, name = "w"),
        quote! {
        async fn words(self: Box<Self>) -> Result<impl Stream<Item = String>, Error> { BODY }
        },
    );
    check(
        &found,
        r#"
fn words(
    self: Box<Self>,
) -> impl p::__private::core::future::Future<
    Output = Result<impl Stream<Item = String>, Error>,
> + p::__private::Borrows<*const Self> {
    let __traceable_call = p::__private::Call::deferred({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "w",
            p::__private::core::module_path!(),
            p::__private::core::file!(),
            p::__private::core::line!(),
            p::__private::START,
        );
        &__TRACEABLE_CALLSITE
    });
    return p::__private::future(
        __traceable_call,
        async move {
            {
                if let p::__private::core::option::Option::Some(__traceable_value) = p::__private::core::option::Option::<
                    Result<_, Error>,
                >::None {
                    return __traceable_value;
                }
                let _ = &self;
                ({ BODY })
            }
        },
        |__traceable_call, __traceable_value: Result<_, Error>| -> Result<_, Error> {
            p::__private::through_result(
                __traceable_call,
                __traceable_value,
                |__traceable_call, __traceable_value: _| {
                    p::__private::stream_each(
                        __traceable_call,
                        {
                            let __traceable_value = p::__private::AsksStream::of(
                                    &__traceable_value,
                                )[p::__private::Asked]
                                .body_stream(__traceable_value);
                            p::__private::stream_of::<String, _>(__traceable_value)
                        },
                        |__traceable_value: &String, __traceable_outcome| match p::__private::Out::of(
                                __traceable_value,
                            )[p::__private::Asked]
                            .split(__traceable_value)
                        {
                            p::__private::core::result::Result::Ok(
                                __traceable_output,
                            ) => __traceable_outcome.output(&*__traceable_output),
                            p::__private::core::result::Result::Err(
                                __traceable_error,
                            ) => {
                                p::__private::Fail::of(
                                        &*__traceable_error,
                                    )[p::__private::Asked]
                                    .describe(&*__traceable_error, __traceable_outcome)
                            }
                        },
                    )
                },
                |__traceable_error, __traceable_outcome| {
                    p::__private::Fail::of(&*__traceable_error)[p::__private::Asked]
                        .describe(&*__traceable_error, __traceable_outcome)
                },
            )
        },
    );
}
"#,
    );
}
