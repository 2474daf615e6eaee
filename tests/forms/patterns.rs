//! Patterns of parameters: `ref mut`, and packed structs, whose fields nobody may borrow.

use serde::Serialize;
use traceable::traceable;

use crate::support::{only, record, record_async};

#[derive(Serialize, Clone)]
struct Named {
    text: String,
    bytes: Vec<u8>,
}

#[traceable]
fn borrows(ref mut a: Vec<u8>, (ref mut b, ref c): (u8, String)) -> usize {
    a.push(1);
    *b += 1;
    a.len() + usize::from(*b) + c.len()
}

#[traceable(metadata(length = a.len()))]
async fn borrows_later(
    ref mut a: Vec<u8>,
    Named { text: ref mut t, ref mut bytes }: Named,
    ref r: u8,
) -> usize {
    a.push(1);
    bytes.push(1);
    t.push('c');
    a.len() + bytes.len() + t.len() + usize::from(*r)
}

#[traceable]
fn borrows_a_part([ref mut a, .., mut b]: [u8; 3], Named { ref mut bytes, .. }: Named, n: &mut u8) -> u8 {
    *a += 1;
    b += 1;
    bytes.push(1);
    *n += 1;
    *a + b
}

#[test]
fn parameters_can_be_borrowed_mutably() {
    let named = || Named { text: "t".to_owned(), bytes: vec![] };
    let (value, recorder) = record(|| borrows(vec![], (2, "x".to_owned())));
    assert_eq!((value, only(&recorder).as_str()), (5, r#"{"a":[],"b":2,"c":"x"} -> {"output":5}"#));
    let (value, recorder) = record_async(|| borrows_later(vec![], named(), 3));
    assert_eq!(value, 7);
    assert_eq!(only(&recorder), r#"{"a":[],"bytes":[],"r":3,"t":"t"} -> {"output":7}"#);
    let (value, recorder) = record(|| borrows_a_part([1, 2, 3], named(), &mut 4));
    assert_eq!((value, only(&recorder).as_str()), (6, r#"{"a":1,"b":3,"bytes":[],"n":4} -> {"output":6}"#));
}

/// Not `Copy`: its fields can only be moved out.
#[repr(C, packed)]
struct Packed {
    a: u8,
    b: u32,
}

#[repr(C, packed)]
#[derive(Clone, Copy)]
struct PackedCopy {
    a: u8,
    b: u32,
}

#[repr(C, packed)]
struct PackedTuple<T>(u8, T);

enum Only {
    One { text: String },
}

#[traceable]
fn whole(Packed { a, b }: Packed, PackedTuple(_c, mut d): PackedTuple<u32>) -> u32 {
    d += 1;
    u32::from(a) + b + d
}

#[traceable]
fn part(PackedCopy { a, .. }: PackedCopy, &PackedCopy { b, a: _ }: &PackedCopy) -> u32 {
    u32::from(a) + b
}

#[traceable]
async fn nested((Packed { a: x, b }, n): (Packed, u8)) -> u32 {
    u32::from(x) + b + u32::from(n)
}

#[traceable(debug(b), inputs(k = a))]
fn as_told(Packed { a, b }: Packed) -> impl Iterator<Item = u32> {
    u32::from(a)..b
}

#[traceable(skip(a))]
fn skips([PackedCopy { a, b }, PackedCopy { a: c, .. }]: [PackedCopy; 2]) -> u32 {
    u32::from(a) + b + u32::from(c)
}

#[traceable]
fn generic<T: Serialize>(PackedTuple(a, value): PackedTuple<T>) -> (u8, T) {
    (a, value)
}

/// None of them packed: what is left behind still cannot be moved.
#[traceable]
fn others(Named { text, .. }: Named, Only::One { text: x }: Only, all @ Named { .. }: Named) -> String {
    text + &x + &all.text
}

#[traceable(metadata(length = text.len()))]
fn by_reference(Named { text, bytes }: &Named) -> usize {
    text.len() + bytes.len()
}

#[test]
fn fields_of_packed_structs_are_recorded() {
    let packed = || Packed { a: 1, b: 2 };
    let copy = PackedCopy { a: 3, b: 4 };
    let line = |recorder| only(&recorder);
    let called = record(|| whole(packed(), PackedTuple(3, 4)));
    assert_eq!(line(called.1), r#"{"a":1,"b":2,"d":4} -> {"output":8}"#);
    assert_eq!(line(record(|| part(copy, &copy)).1), r#"{"a":3,"b":4} -> {"output":7}"#);
    assert_eq!(line(record_async(|| nested((packed(), 3))).1), r#"{"b":2,"n":3,"x":1} -> {"output":6}"#);
    let counted = record(|| as_told(packed()).count());
    assert_eq!(line(counted.1), r#"{"a":1,"b":"2","k":1} -> {"output":[1]}"#);
    assert_eq!(line(record(|| skips([copy; 2])).1), r#"{"b":4,"c":3} -> {"output":10}"#);
    assert_eq!(
        line(record(|| generic(PackedTuple(1, "x"))).1),
        r#"{"a":1,"value":"x"} -> {"output":[1,"x"]}"#
    );
    let named = || Named { text: "t".to_owned(), bytes: vec![] };
    let called = record(|| others(named(), Only::One { text: "x".to_owned() }, named()));
    assert_eq!(line(called.1), r#"{"all":{"bytes":[],"text":"t"},"text":"t","x":"x"} -> {"output":"txt"}"#);
    assert_eq!(line(record(|| by_reference(&named())).1), r#"{"bytes":[],"text":"t"} -> {"output":1}"#);
}
