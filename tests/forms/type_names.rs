//! Options whose values depend on types: `name = Self::NAME`.

use traceable::traceable;

use crate::support::record;

trait Tool {
    const NAME: &'static str;
    const TAG: &'static str = "tag";

    #[traceable(name = Self::NAME, tags = [Self::TAG, "b"])]
    fn provided(&self) {}

    fn required(&self);
}

struct Hammer;
struct Saw;

impl Tool for Hammer {
    const NAME: &'static str = "hammer";

    #[traceable(name = Self::NAME, project = Self::TAG, custom_run_type = Self::TAG)]
    fn required(&self) {}
}

impl Tool for Saw {
    const NAME: &'static str = "saw";

    #[traceable(name = <Self as Tool>::NAME)]
    fn required(&self) {}
}

const fn name(_: u8) -> &'static str {
    "by function"
}

impl Hammer {
    const HIT: &'static str = "hit";

    #[traceable(name = Self::HIT)]
    async fn hit(&self) {}

    #[traceable(name = Hammer::HIT)]
    fn hits() -> impl Iterator<Item = u8> {
        0..2
    }

    #[traceable(name = concat!("a", "b"))]
    fn concatenated() {}

    #[traceable(name = name(1))]
    fn computed() {}
}

#[traceable(methods(made, asked), tags = [Self::HIT])]
impl Hammer {
    fn made() {}

    #[traceable(name = Self::NAME)]
    fn asked(&self) {}
}

#[traceable(name = T::NAME, tags = [T::TAG], skip_all)]
fn uses<T: Tool>(tool: &T) {
    tool.required();
}

struct Holder<T>(T);

impl<T: Tool> Holder<T> {
    #[traceable(name = T::NAME)]
    async fn holds(&self) {
        self.0.provided();
    }
}

#[test]
fn names_of_types() {
    let names = |f: &dyn Fn()| {
        let (_, recorder) = record(f);
        recorder.runs().into_iter().map(|run| run.name).collect::<Vec<_>>()
    };
    let (_, recorder) = record(|| Hammer.provided());
    assert_eq!(
        (&*recorder.runs()[0].name, &*recorder.runs()[0].tags),
        ("hammer", &["tag".into(), "b".into()][..])
    );
    let (_, recorder) = record(|| Hammer.required());
    let run = recorder.run("hammer");
    assert_eq!((run.run_type.as_str(), run.project.as_deref()), ("tag", Some("tag")));
    assert_eq!(
        names(&|| {
            Saw.provided();
            Saw.required();
        }),
        ["saw", "saw"]
    );
    assert_eq!(
        names(&|| {
            Hammer::hits().count();
            Hammer::concatenated();
            Hammer::computed();
        }),
        ["hit", "ab", "by function"]
    );
    assert_eq!(
        names(&|| {
            uses(&Hammer);
            uses(&Saw);
        }),
        ["hammer", "hammer", "saw", "saw"]
    );
    assert_eq!(
        names(&|| futures::executor::block_on(async {
            Holder(Saw).holds().await;
            Hammer.hit().await
        })),
        ["saw", "saw", "hit"]
    );
    let (_, recorder) = record(|| (Hammer::made(), Hammer.asked()).0);
    assert_eq!(
        (&recorder.run("made").tags, &recorder.run("hammer").tags),
        (&vec!["hit".into()], &vec!["hit".into()])
    );
}
