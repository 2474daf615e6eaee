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
pub fn add<T: Serialize>(a: &T, b: u8, __arg2: (u8, u8), _d: u8) -> Result<T, Error>
where
    T: Clone,
{
    let mut __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "add",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .run_type(p::__private::RunType::Tool)
            .begins();
        p::__private::Call::now(&CALLSITE)
    };
    if __call.on() {
        __call.metadata("k", |__value| __value.put(&(a)));
    }
    p::__private::sync(
        __call,
        move || -> Result<T, Error> {
            if p::__private::begins() {
                p::__private::begin(
                    &mut |__inputs: &mut p::__private::Inputs<'_>| {
                        let (c, _) = &__arg2;
                        {
                            let __value = &*a;
                            if false {
                                use p::__private::NotALock as _;
                                p::__private::Lock(__value).never_waits_for_a_lock();
                            }
                            __inputs.add("\"a\":", &*__value);
                        }
                        {
                            let __value = c;
                            __inputs.add("\"c\":", &*__value);
                        }
                    },
                );
            }
            let a = a;
            let _ = &a;
            let (mut b,) = (b,);
            let __arg2 = __arg2;
            let (c, _) = __arg2;
            let (_d,) = (_d,);
            { BODY }
        },
        |__value, __outcome| {
            use p::__private::{FailBoxed as _, FailDisplay as _, OutValue as _};
            match p::__private::Out(__value).kind().split(__value) {
                p::__private::core::result::Result::Ok(__output) => {
                    if false {
                        use p::__private::NotALock as _;
                        p::__private::Lock(__output).never_waits_for_a_lock();
                    }
                    {
                        use p::__private::{
                            AsFuture as _, AsIterator as _, AsOther as _, AsOutput as _,
                            AsStream as _,
                        };
                        (&&&&p::__private::Returned(__output))
                            .traceable_returned()
                            .record(&*__output, __outcome)
                    }
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
    let __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
                "ask",
                p::__private::core::module_path!(),
                p::__private::core::file!(),
                p::__private::core::line!(),
                p::__private::START,
            )
            .begins();
        p::__private::Call::deferred(&CALLSITE)
    };
    p::__private::recorded::<
        Result<Answer, Error>,
        _,
        _,
    >(
        __call,
        async move {
            if let p::__private::core::option::Option::Some(__value) = p::__private::core::option::Option::<
                Result<Answer, Error>,
            >::None {
                return __value;
            }
            let _ = &self;
            let rt: RunTree = <RunTree as p::__private::FilledIn>::filled_in(
                p::__private::begin_run_tree(|__inputs| {
                    {
                        let __value = &text;
                        __inputs.add("\"text\":", &*__value);
                    }
                }),
            );
            let text = text;
            { BODY }
        },
        |__value, __outcome| {
            use p::__private::{FailBoxed as _, FailDisplay as _, OutValue as _};
            match p::__private::Out(__value).kind().split(__value) {
                p::__private::core::result::Result::Ok(__output) => {
                    if false {
                        use p::__private::NotALock as _;
                        p::__private::Lock(__output).never_waits_for_a_lock();
                    }
                    {
                        use p::__private::{
                            AsFuture as _, AsIterator as _, AsOther as _, AsOutput as _,
                            AsStream as _,
                        };
                        (&&&&p::__private::Returned(__output))
                            .traceable_returned()
                            .record(&*__output, __outcome)
                    }
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
    let __call = {
        static CALLSITE: ::traceable::__private::Callsite = ::traceable::__private::Callsite::new(
            "main",
            ::traceable::__private::core::module_path!(),
            ::traceable::__private::core::file!(),
            ::traceable::__private::core::line!(),
            ::traceable::__private::START,
        );
        ::traceable::__private::Call::deferred(&CALLSITE)
    };
    ::traceable::__private::recorded::<
        (),
        _,
        _,
    >(
            __call,
            async move {
                if let ::traceable::__private::core::option::Option::Some(__value) = ::traceable::__private::core::option::Option::<
                    (),
                >::None {
                    return __value;
                }
                let args = args;
                { BODY }
            },
            |__value, __outcome| {
                use ::traceable::__private::{
                    FailBoxed as _, FailDisplay as _, OutValue as _,
                };
                match ::traceable::__private::Out(__value).kind().split(__value) {
                    ::traceable::__private::core::result::Result::Ok(__output) => {
                        __outcome.output(&*__output)
                    }
                    ::traceable::__private::core::result::Result::Err(__error) => {
                        (&::traceable::__private::Fail(&*__error)).describe(__outcome)
                    }
                }
            },
        )
        .await
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
    let __call = {
        static CALLSITE: p::__private::Callsite = p::__private::Callsite::new(
            "serve",
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
                let _ = &self;
                { BODY }
            },
            |_, __value: <fn() -> ! as p::__private::Returns>::Output| __value,
        )
        .await
}
"#,
    );
}
