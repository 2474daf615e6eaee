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
    let __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "words",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .begins();
        p::__private::Call::reserve(&CALLSITE)
    };
    let (__call, __value) = p::__private::eager(
        __call,
        move || -> _ {
            if p::__private::begins() {
                let __value0 = &*text;
                p::__private::begin_with(
                    &["{\"text\":"],
                    &[p::__private::argument(&__value0)],
                );
            }
            let text = text;
            { BODY }
        },
    );
    p::__private::stream_each(
        __call,
        {
            use p::__private::NoStream as _;
            let __value = p::__private::Body(__value).stream();
            p::__private::stream_of::<Result<String, Error>, _>(__value)
        },
        |__value: &Result<String, Error>, __outcome| {
            use p::__private::{FailBoxed as _, FailDisplay as _, OutValue as _};
            match p::__private::Out(__value).kind().split(__value) {
                p::__private::core::result::Result::Ok(__output) => {
                    __outcome.output(&*__output)
                }
                p::__private::core::result::Result::Err(__error) => {
                    (&p::__private::Fail(&*__error)).describe(__outcome)
                }
            }
        },
    )
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
    let __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "words",
            p::__private::core::module_path!(),
            p::__private::core::file!(),
            p::__private::core::line!(),
            p::__private::START,
        );
        p::__private::Call::reserve(&CALLSITE)
    };
    let (__call, __value) = p::__private::eager(
        __call,
        move || -> Option<Box<dyn Iterator<Item = String>>> { { BODY } },
    );
    p::__private::through_option(
        __call,
        __value,
        |
            __call,
            __value: Box<dyn Iterator<Item = String>>,
        | -> Box<dyn Iterator<Item = String>> {
            p::__private::Box::new(
                p::__private::iter_reduce(
                    __call,
                    __value,
                    |__value: &String, __outcome| {
                        use p::__private::{
                            FailBoxed as _, FailDisplay as _, OutValue as _,
                        };
                        match p::__private::Out(__value).kind().split(__value) {
                            p::__private::core::result::Result::Ok(_) => {}
                            p::__private::core::result::Result::Err(__error) => {
                                (&p::__private::Fail(&*__error)).describe(__outcome)
                            }
                        }
                    },
                    length,
                    |__chunks| sum(&*__chunks),
                ),
            )
        },
    )
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
    let __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "w",
            p::__private::core::module_path!(),
            p::__private::core::file!(),
            p::__private::core::line!(),
            p::__private::START,
        );
        p::__private::Call::deferred(&CALLSITE)
    };
    p::__private::future(
        __call,
        async move {
            if let p::__private::core::option::Option::Some(__value) = p::__private::core::option::Option::<
                Result<_, Error>,
            >::None {
                return __value;
            }
            let _ = &self;
            { BODY }
        },
        |__call, __value: Result<_, Error>| -> Result<_, Error> {
            p::__private::through_result(
                __call,
                __value,
                |__call, __value: _| {
                    p::__private::stream_each(
                        __call,
                        {
                            use p::__private::NoStream as _;
                            let __value = p::__private::Body(__value).stream();
                            p::__private::stream_of::<String, _>(__value)
                        },
                        |__value: &String, __outcome| {
                            use p::__private::{
                                FailBoxed as _, FailDisplay as _, OutValue as _,
                            };
                            match p::__private::Out(__value).kind().split(__value) {
                                p::__private::core::result::Result::Ok(__output) => {
                                    __outcome.output(&*__output)
                                }
                                p::__private::core::result::Result::Err(__error) => {
                                    (&p::__private::Fail(&*__error)).describe(__outcome)
                                }
                            }
                        },
                    )
                },
                |__error, __outcome| {
                    use p::__private::{FailBoxed as _, FailDisplay as _};
                    (&p::__private::Fail(&*__error)).describe(__outcome)
                },
            )
        },
    )
}
"#,
    );
}
