//! Functions made by `macro_rules!`, and names that must not meet ours.

use traceable::traceable;

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
fn names_do_not_meet() {
    assert_eq!(record(|| named_alike(1, 2, 3, 4, 5, 6, 7)).0, 28);
    assert_eq!(record(|| site(1)).0, 8);
}
