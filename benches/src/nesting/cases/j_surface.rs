//! J. What the attribute is put on, and parents that are named.

use crate::case::{Case, EVERYWHERE, case};
use crate::support::pause;

fn assert_send<T: Send>(value: T) -> T {
    value
}

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        pub(super) async fn child() {
            pause().await;
        }

        #[async_trait::async_trait]
        trait Tool {
            async fn foo(&self);
        }

        struct Search;

        #[async_trait::async_trait]
        impl Tool for Search {
            $(#[$t])*
            async fn foo(&self) {
                child().await;
            }
        }

        pub async fn c61() {
            $(#[$t])*
            async fn p(tool: Box<dyn Tool + Send + Sync>) {
                tool.foo().await;
            }
            kit::entry(p(Box::new(Search))).await;
        }

        $(#[$t])*
        pub(super) fn eager_part() {}

        $(#[$t])*
        fn f() -> impl Future<Output = ()> {
            eager_part();
            let block = async {
                child().await;
            };
            block
        }

        pub(super) async fn calls<F: Future<Output = ()>>(f: impl FnOnce() -> F) {
            $(#[$t])*
            async fn p<F: Future<Output = ()>>(f: impl FnOnce() -> F) {
                f().await;
            }
            kit::entry(p(f)).await;
        }

        pub async fn c62() {
            calls(f).await;
        }

        $(#[$t])*
        async fn borrows<'a>(text: &'a str, seen: &mut Vec<&'a str>) -> usize {
            pause().await;
            seen.push(text);
            seen.len()
        }

        pub async fn c63() {
            $(#[$t])*
            async fn p(text: String) {
                let mut seen = Vec::new();
                assert_eq!(borrows(&text, &mut seen).await, 1);
            }
            assert_send(kit::entry(p("text".to_owned()))).await;
        }

        $(#[$t])*
        fn leaf() {}
        $(#[$t])*
        fn forwarded() {
            leaf();
        }

        pub async fn c64() {
            $(#[$t])*
            fn p() {
                let _run = kit::handle();
                std::thread::spawn(forwarded).join().unwrap();
            }
            kit::entry_call(p);
        }

        pub async fn c64_step() {
            $(#[$t])*
            fn p() {
                let run = kit::handle();
                std::thread::spawn(move || kit::under(&run, forwarded)).join().unwrap();
            }
            kit::entry_call(p);
        }

        $(#[$t])*
        pub(super) async fn b() -> kit::Handle {
            kit::handle()
        }

        pub async fn c65() {
            $(#[$t])*
            async fn a(_b: kit::Handle) {
                child().await;
            }
            let run = kit::entry(b()).await;
            kit::entry(a(run)).await;
        }
    };
}
under_each!(bodies);

macro_rules! steps {
    ($(#[$t:meta])*) => {
        // by hand, in both halves
        pub async fn c62() {
            calls(|| kit::in_two_halves(kit::span("f"), eager_part, child)).await;
        }

        pub async fn c65_step() {
            $(#[$t])*
            async fn a(b: kit::Handle) {
                kit::under_async(&b, child).await;
            }
            let run = kit::entry(b()).await;
            kit::entry(a(run)).await;
        }
    };
}
under_peers!(steps);

/// As above, and the child is in the project of the run that is named, with its tags.
async fn c65_ours() {
    use traceable::testing::Recorder;
    use traceable::{RunTree, TraceableExt as _, TracingContext, traceable};
    #[traceable]
    async fn child() {}
    #[traceable(skip_output)]
    async fn b() -> RunTree {
        RunTree::current().expect("this run")
    }
    #[traceable(skip_all)]
    async fn a(b: RunTree) {
        child().with_parent(&b).await;
    }
    let recorder = Recorder::new();
    let of = |name: &'static str| TracingContext::new().project(name).tag(name).sink(recorder.sink());
    let run = b().with_context(of("project_b")).await;
    a(run).with_context(of("project_a")).await;
    let child = recorder.run("child");
    assert_eq!(
        (child.project.as_deref(), &child.tags[..]),
        (Some("project_b"), &["project_b".to_owned()][..])
    );
    crate::record::replace(crate::record::traceable::records(&recorder));
}

pub const CASES: &[Case] = &[
    Case { attempts: same!(c61), ..case(61, "`#[async_trait]`", "p > foo > child") },
    // documented: a span by hand, `in_scope` (`set_local_parent`) for the first half, `.instrument`
    // (`in_span`) for the second
    Case {
        attempts: peers_step!(c62),
        ..case(62, "`fn -> impl Future`, eager part before", "p > f > (eager_part, child)")
    },
    Case { attempts: same!(c63), ..case(63, "borrowed arguments, `Send`", "p > borrows") },
    // documented: `in_scope`, `.instrument`; `set_local_parent`, `Span::enter_with_parent`
    Case {
        needs: "`Extra::parent(&run)`",
        on: EVERYWHERE,
        attempts: same!(c64, c64_step),
        ..case(64, "parent passed by hand", "p > forwarded > leaf")
    },
    // documented: as in 64
    Case {
        needs: "`Extra::parent(&run)`, `.with_parent(&run)`",
        attempts: [
            both!(ours::c65, c65_ours),
            both!(peer_tracing::c65, steps_tracing::c65_step),
            both!(peer_fastrace::c65, steps_fastrace::c65_step),
        ],
        ..case(65, "parent in another trace", "a; b > child")
    },
];
