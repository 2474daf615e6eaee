//! Texts are replaced; everything else stays byte by byte.

use std::cell::RefCell;

use super::*;

/// Replaces `x`, and records what it saw.
#[derive(Default)]
struct Cross(RefCell<Vec<String>>);

impl Edit for Cross {
    fn text(&self, text: &str, location: TextLocation<'_>) -> Option<String> {
        let kind = if location.is_name() { "name" } else { "text" };
        self.0.borrow_mut().push(format!("{kind} {} {text}", location.path()));
        text.contains('x').then(|| text.replace('x', "\"-\""))
    }

    fn secrecy(&self, name: &str, _: &str) -> NameSecrecy {
        if name == "key" { NameSecrecy::All } else { NameSecrecy::Nothing }
    }

    fn describes_secret(&self, name: &str) -> bool {
        name == "type"
    }

    fn redact_named_value(&self, value: &str, name: NameSecrecy) -> Option<&'static str> {
        (name != NameSecrecy::Nothing && !value.is_empty()).then_some("hidden")
    }
}

fn edited(json: &str) -> String {
    edit(json, "/f", &Cross::default()).unwrap().unwrap_or_else(|| "unchanged".to_owned())
}

#[test]
fn everything_else_stays_byte_by_byte() {
    assert_eq!(edited(r#" { "a" : [ 1.50 , 1e400, "y\u0041" ] } "#), "unchanged");
    assert_eq!(edited(r#" { "a" : [ 1.50 , "x" ,0 ] } "#), r#" { "a" : [ 1.50 , "\"-\"" ,0 ] } "#);
    assert_eq!(edited(r#"{"a":"\u0078","b":"\\\"x"}"#), r#"{"a":"\"-\"","b":"\\\"\"-\""}"#);
    assert_eq!(edited(r#""x""#), r#""\"-\"""#);
    assert_eq!(edited("[]"), "unchanged");
}

#[test]
fn names_are_texts_and_stay_distinct() {
    assert_eq!(edited(r#"{"x":{"x":1},"x":2}"#), r#"{"\"-\"":{"\"-\"":1},"\"-\" (2)":2}"#);
}

#[test]
fn values_under_a_secret_name_are_hidden_also_in_arrays() {
    let json = r#"{"key":"a","k":"a","key":12,"key":["a",[1,""]],"key":true,"l":["a"]}"#;
    let expected =
        r#"{"key":"hidden","k":"a","key":"hidden","key":["hidden",["hidden",""]],"key":true,"l":["a"]}"#;
    assert_eq!(edited(json), expected);
}

#[test]
fn texts_of_objects_under_a_secret_name_are_hidden_unless_they_describe_it() {
    let json =
        r#"{"key":{"a":"b","n":8,"type":"c","l":[["d"],{"m":"e"}],"key":9},"m":{"a":"b"},"key":[{"a":"f"}]}"#;
    let expected = r#"{"key":{"a":"hidden","n":8,"type":"c","l":[["hidden"],{"m":"hidden"}],"key":"hidden"},"m":{"a":"b"},"key":[{"a":"hidden"}]}"#;
    assert_eq!(edited(json), expected);
    assert_eq!(edited(r#"{"key":{"type":{"a":["b"]}}}"#), "unchanged");
}

#[test]
fn each_text_is_seen_with_its_location() {
    let cross = Cross::default();
    let json = r#"{"a":["s",{"b/~":"t"},["u"]],"x":{"v":"w"},"c":"d"}"#;
    edit(json, "/f", &cross).unwrap();
    let seen = [
        "name /f/a a",
        "text /f/a/0 s",
        "name /f/a/1/b~1~0 b/~",
        "text /f/a/1/b~1~0 t",
        "text /f/a/2/0 u",
        "name /f/x x",
        "name /f/\"-\"/v v",
        "text /f/\"-\"/v w",
        "name /f/c c",
        "text /f/c d",
    ];
    assert_eq!(cross.0.into_inner(), seen);
}

#[test]
fn depth_is_unlimited_and_unpaired_surrogates_are_an_error() {
    let deep = format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!edited(&deep).contains('x'));
    assert_eq!(edit(r#"["\ud800"]"#, "", &Cross::default()), Err(UnpairedSurrogate));
}
