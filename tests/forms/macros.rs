//! Functions made by `macro_rules!`, and names that must not meet ours.

use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

macro_rules! make {
    ($function:ident, $argument:ident) => {
        #[traceable]
        fn $function($argument: i32, hidden: i32) -> i32 {
            let local = $argument + hidden;
            local
        }

        struct Made;

        impl Made {
            #[traceable]
            async fn method(&self, $argument: i32) -> i32 {
                let _ = self;
                $argument
            }
        }
    };
}

make!(made, value);

/// The macro has a local and an argument of its own, called like what it is given: they must not meet.
macro_rules! beside_its_own {
    ($function:ident, $argument:ident, $body:expr) => {
        #[traceable(inputs(sum = $argument + value))]
        fn $function($argument: i32, value: i32) -> (i32, i32) {
            let local = value;
            ($body, local)
        }
    };
}

beside_its_own!(apart, local, local * 10);

/// Both arguments have the same text for a name, and nothing tells them apart but where they come from.
macro_rules! namesakes {
    ($now:ident, $later:ident, $argument:ident) => {
        #[traceable]
        fn $now($argument: i32, value: i32) -> i32 {
            $argument * 10 + value
        }

        #[traceable]
        async fn $later($argument: i32, mut value: i32, _: i32) -> i32 {
            value += 1;
            $argument * 10 + value
        }
    };
}

namesakes!(namesakes_now, namesakes_later, value);

/// The receiver and the types come from outside, the body from both sides.
macro_rules! methods {
    ($self:ident, $item:ident, $ty:ty, $body:block) => {
        #[traceable]
        fn set(&mut $self, $item: $ty) -> &mut $ty $body

        #[traceable]
        async fn add(&mut $self, $item: $ty) -> $ty {
            let total = $self.get() + $item;
            *$self.set(total)
        }

        #[traceable]
        fn get(&$self) -> $ty {
            let $item = $self.0;
            $item
        }
    };
}

struct Counter(u32);

impl Counter {
    methods!(self, value, u32, {
        self.0 = value;
        &mut self.0
    });
}

/// A whole function passes through a macro, and its parts are tokens of one invisible group each.
macro_rules! passes {
    ($(#[$attribute:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block) => {
        $(#[$attribute])*
        $vis fn $name($($arg: $ty),*) -> $ret $body
    };
}

passes! {
    #[traceable]
    pub(crate) fn passed(text: &str, times: usize) -> impl Iterator<Item = char> + use<'_> {
        text.chars().cycle().take(times)
    }
}

passes! {
    #[traceable]
    fn passed_on(text: &str, times: usize) -> Result<String, std::convert::Infallible> {
        Ok(passed(text, times).collect())
    }
}

/// Types that a macro is given are read through, too.
macro_rules! boxes {
    ($name:ident, $argument:ty, $object:ty, $error:ty) => {
        #[traceable]
        fn $name(x: $argument) -> Result<Box<$object>, $error> {
            Ok(Box::new(x.bytes()))
        }
    };
}

boxes!(boxed, &str, dyn Iterator<Item = u8> + '_, String);

macro_rules! typed {
    ($name:ident: $argument:pat => $ty:ty, $name_text:expr, $result:expr) => {
        #[traceable(name = $name_text)]
        async fn $name($argument: $ty) -> i32 {
            $result
        }
    };
}

typed!(destructured: (left, right) => (i32, i32), "by pattern", left - right);

/// The names that the expansion might use, as a user's.
#[traceable]
#[allow(clippy::too_many_arguments)]
fn named_alike(call: u8, value: u8, inputs: u8, outcome: u8, output: u8, error: u8, body: u8) -> u8 {
    call + value + inputs + outcome + output + error + body
}

const SITE: u8 = 7;

#[traceable]
fn site(x: u8) -> u8 {
    x + SITE
}

#[test]
fn made_by_a_macro() {
    assert_eq!(only(&record(|| made(1, 2)).1), r#"{"hidden":2,"value":1} -> {"output":3}"#);
    assert_eq!(only(&record_async(|| Made.method(1)).1), r#"{"value":1} -> {"output":1}"#);
}

#[test]
fn each_name_belongs_where_it_was_written() {
    let (value, recorder) = record(|| apart(1, 2));
    assert_eq!(value, (10, 2));
    assert_eq!(recorder.run("apart").inputs, serde_json::json!({"local": 1, "value": 2, "sum": 3}));
    let mut counter = Counter(1);
    let (value, recorder) = record_async(|| counter.add(2));
    assert_eq!(value, 3);
    assert_tree!(recorder.forest(), "add > (get, set)");
    assert_eq!(recorder.run("set").inputs, serde_json::json!({"value": 3}));
}

#[test]
fn whole_functions_pass_through_macros() {
    let (value, recorder) = record(|| passed_on("ab", 3));
    assert_eq!(value.as_deref(), Ok("aba"));
    assert_tree!(recorder.forest(), "passed_on > passed");
    assert_eq!(recorder.run("passed").outputs, serde_json::json!({"output": ["a", "b", "a"]}));
    let (count, recorder) = record(|| boxed("ab").map(Iterator::count));
    assert_eq!(count, Ok(2));
    assert_eq!(only(&recorder), r#"{"x":"ab"} -> {"output":[97,98]}"#);
    let (value, recorder) = record_async(|| destructured((5, 2)));
    assert_eq!(value, 3);
    assert_eq!(recorder.run("by pattern").inputs, serde_json::json!({"left": 5, "right": 2}));
}

#[test]
fn names_do_not_meet() {
    assert_eq!(record(|| named_alike(1, 2, 3, 4, 5, 6, 7)).0, 28);
    assert_eq!(record(|| site(1)).0, 8);
}

#[test]
fn arguments_may_look_the_same() {
    let (value, recorder) = record(|| namesakes_now(1, 2));
    assert_eq!(value, 12);
    assert_tree!(recorder.forest(), "namesakes_now");
    let (value, recorder) = record_async(|| namesakes_later(1, 2, 3));
    assert_eq!(value, 13);
    assert_tree!(recorder.forest(), "namesakes_later");
}
