//! The expansion of plain and `async` functions, as snapshots.

use quote::quote;

use super::{check, expanded};

#[test]
fn a_plain_function() {
    let found = expanded(
        quote!(crate = p, run_type = "tool", skip(b), metadata(k = a)),
        quote! {
        /// Adds.
        pub fn add<T: Serialize>(a: &T, mut b: u8, (c, _): (u8, u8), _d: u8) -> Result<T, Error> where T: Clone { BODY }
        },
    );
    check(
        &found,
        r#"
/// Adds.
pub fn add<T: Serialize>(
    a: &T,
    b: u8,
    __traceable_arg2: (u8, u8),
    _d: u8,
) -> Result<T, Error>
where
    T: Clone,
{
    let mut __traceable_call = p::__private::Call::now({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "add",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .run_type(p::__private::RunType::Tool)
            .begins();
        &__TRACEABLE_CALLSITE
    });
    if p::__private::Call::on(&__traceable_call) {
        p::__private::Call::metadata(
            &mut __traceable_call,
            "k",
            |__traceable_value| match &(a) {
                __traceable_field => {
                    if false {
                        p::__private::AsksLock::of(
                                __traceable_field,
                            )[p::__private::Asked]
                            .never_waits_for_a_lock();
                    }
                    p::__private::Metadata::put(__traceable_value, &*__traceable_field)
                }
            },
        );
    }
    return p::__private::sync(
        __traceable_call,
        move || -> Result<T, Error> {
            {
                if p::__private::begins() {
                    p::__private::begin(
                        &mut |__traceable_inputs: &mut p::__private::Inputs<'_>| {
                            let (c, _) = &__traceable_arg2;
                            {
                                let __traceable_value = &*a;
                                if false {
                                    p::__private::AsksLock::of(
                                            __traceable_value,
                                        )[p::__private::Asked]
                                        .never_waits_for_a_lock();
                                }
                                p::__private::Inputs::add(
                                    __traceable_inputs,
                                    "\"a\":",
                                    &*__traceable_value,
                                );
                            }
                            {
                                let __traceable_value = c;
                                p::__private::Inputs::add(
                                    __traceable_inputs,
                                    "\"c\":",
                                    &*__traceable_value,
                                );
                            }
                        },
                    );
                }
                let a = a;
                let _ = &a;
                let (mut b,) = (b,);
                let __traceable_arg2 = __traceable_arg2;
                let (c, _) = __traceable_arg2;
                let (_d,) = (_d,);
                ({ BODY })
            }
        },
        |__traceable_value, __traceable_outcome| match p::__private::Out::of(
                __traceable_value,
            )[p::__private::Asked]
            .split(__traceable_value)
        {
            p::__private::core::result::Result::Ok(__traceable_output) => {
                if false {
                    p::__private::AsksLock::of(__traceable_output)[p::__private::Asked]
                        .never_waits_for_a_lock();
                }
                p::__private::AsksOutput::of(__traceable_output)[p::__private::Asked]
                    .record(&*__traceable_output, __traceable_outcome)
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
fn an_async_function() {
    let found = expanded(
        quote!(crate = p),
        quote! {
        async fn ask(&self, #[run_tree] rt: RunTree, text: String) -> Result<Answer, Error> { BODY }
        },
    );
    check(
        &found,
        r#"
fn ask(
    &self,
    text: String,
) -> impl p::__private::core::future::Future<
    Output = Result<Answer, Error>,
> + p::__private::Borrows<&'_ Self> {
    let __traceable_call = p::__private::Call::deferred({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "ask",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .begins();
        &__TRACEABLE_CALLSITE
    });
    return p::__private::recorded::<
        Result<Answer, Error>,
        _,
        _,
    >(
        __traceable_call,
        async move {
            {
                if let p::__private::core::option::Option::Some(__traceable_value) = p::__private::core::option::Option::<
                    Result<Answer, Error>,
                >::None {
                    return __traceable_value;
                }
                let _ = &self;
                let rt: RunTree = <RunTree as p::__private::FilledIn>::filled_in(
                    p::__private::begin_run_tree(|__traceable_inputs| {
                        {
                            let __traceable_value = &text;
                            p::__private::Inputs::add(
                                __traceable_inputs,
                                "\"text\":",
                                &*__traceable_value,
                            );
                        }
                    }),
                );
                let text = text;
                ({ BODY })
            }
        },
        |__traceable_value, __traceable_outcome| match p::__private::Out::of(
                __traceable_value,
            )[p::__private::Asked]
            .split(__traceable_value)
        {
            p::__private::core::result::Result::Ok(__traceable_output) => {
                if false {
                    p::__private::AsksLock::of(__traceable_output)[p::__private::Asked]
                        .never_waits_for_a_lock();
                }
                p::__private::AsksOutput::of(__traceable_output)[p::__private::Asked]
                    .record(&*__traceable_output, __traceable_outcome)
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
fn an_async_function_that_must_stay_one() {
    let found = expanded(
        quote!(skip_all),
        quote! {
        #[tokio::main] async fn main(args: Args) { BODY }
        },
    );
    check(
        &found,
        r#"
#[tokio::main]
async fn main(args: Args) {
    let __traceable_call = ::traceable::__private::Call::deferred({
        static __TRACEABLE_CALLSITE: ::traceable::__private::Callsite = ::traceable::__private::Callsite::new(
            "main",
            ::traceable::__private::core::module_path!(),
            ::traceable::__private::core::file!(),
            ::traceable::__private::core::line!(),
            ::traceable::__private::START,
        );
        &__TRACEABLE_CALLSITE
    });
    return ::traceable::__private::recorded::<
        (),
        _,
        _,
    >(
            __traceable_call,
            async move {
                {
                    if let ::traceable::__private::core::option::Option::Some(
                        __traceable_value,
                    ) = ::traceable::__private::core::option::Option::<()>::None {
                        return __traceable_value;
                    }
                    let args = args;
                    ({ BODY })
                }
            },
            |__traceable_value, __traceable_outcome| match ::traceable::__private::Out::of(
                    __traceable_value,
                )[::traceable::__private::Asked]
                .split(__traceable_value)
            {
                ::traceable::__private::core::result::Result::Ok(__traceable_output) => {
                    __traceable_outcome.output(&*__traceable_output)
                }
                ::traceable::__private::core::result::Result::Err(__traceable_error) => {
                    ::traceable::__private::Fail::of(
                            &*__traceable_error,
                        )[::traceable::__private::Asked]
                        .describe(&*__traceable_error, __traceable_outcome)
                }
            },
        )
        .await;
}
"#,
    );
}

#[test]
fn an_async_function_without_end() {
    let found = expanded(
        quote!(crate = p),
        quote! {
        async fn serve(self) -> ! { BODY }
        },
    );
    check(
        &found,
        r#"
async fn serve(self) -> ! {
    let __traceable_call = p::__private::Call::deferred({
        static __TRACEABLE_CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "serve",
            p::__private::core::module_path!(),
            p::__private::core::file!(),
            p::__private::core::line!(),
            p::__private::START,
        );
        &__TRACEABLE_CALLSITE
    });
    p::__private::future(
            __traceable_call,
            async move {
                {
                    let _ = &self;
                    ({ BODY })
                }
            },
            |_, __traceable_value: <fn() -> ! as p::__private::Returns>::Output| {
                __traceable_value
            },
        )
        .await
}
"#,
    );
}
