//! What a body could say better.

#[cfg(feature = "traced")]
use traceable::traceable;

#[cfg_attr(feature = "traced", traceable)]
pub fn returns(x: u8) -> u8 {
    return x;
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn returns_later(x: u8) -> u8 {
    super::asynchronous::tick().await;
    return x;
}

#[cfg_attr(feature = "traced", traceable)]
pub fn returns_nothing(x: u8) {
    if x > 1 {
        println!("{}", x);
        return;
    }
    return;
}

#[cfg_attr(feature = "traced", traceable)]
pub fn binds_and_returns(x: u8) -> u8 {
    let y = x + 1;
    y
}

#[cfg_attr(feature = "traced", traceable)]
pub fn unreachable(x: u8) -> u8 {
    return x;
    x + 1
}

#[cfg_attr(feature = "traced", traceable)]
pub fn unreachable_after_panic(x: u8) -> u8 {
    panic!("{x}");
    let y = x;
    y
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn unreachable_later(x: u8) -> u8 {
    super::asynchronous::tick().await;
    return x;
    x + 1
}

#[cfg_attr(feature = "traced", traceable)]
pub fn diverges(x: u8) -> u8 {
    let y = (x, panic!());
    1
}

#[cfg_attr(feature = "traced", traceable)]
pub fn punctuation(x: u8) -> u8 {
    let y = (x);
    let z = { y };
    x;
    if (x == z) {}
    y
}

#[cfg_attr(feature = "traced", traceable)]
pub fn comparisons(x: u8) -> bool {
    x >= 0 && x == x && x as u8 == 256u16 as u8
}

#[cfg_attr(feature = "traced", traceable)]
pub fn borrows(text: &str, count: u8) -> String {
    let owned = text.to_string();
    let again = (&owned).clone();
    let copied = count.clone();
    format!("{}{}", again, copied)
}

#[cfg_attr(feature = "traced", traceable)]
pub fn redundant(items: &[u8]) -> Vec<u8> {
    let closure = items.iter().map(|x| u8::clone(x)).collect::<Vec<_>>();
    let cloned = closure.clone();
    cloned.into_iter().map(|x| x).collect()
}

#[cfg_attr(feature = "traced", traceable)]
pub fn control(x: Option<u8>) -> Option<u8> {
    let y = match x {
        Some(y) => y,
        None => return None,
    };
    match y {
        1 => {}
        _ => {}
    }
    for i in 0..1 {
        continue;
    }
    if y > 1 { Some(1) } else { Some(1) }
}

#[cfg_attr(feature = "traced", traceable)]
pub fn unsafe_not_needed(x: u8) -> u8 {
    unsafe { x }
}

#[cfg_attr(feature = "traced", traceable(skip_all))]
pub unsafe fn unsafe_body(x: *const u8) -> u8 {
    *x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn documents() -> u8 {
    /// lost
    let x = 1;
    x
}

#[deprecated]
pub fn old() {}

#[cfg_attr(feature = "traced", traceable)]
pub fn calls_old() {
    old();
    let unit = old();
}

#[cfg_attr(feature = "traced", traceable)]
pub fn names(longName: u8) -> u8 {
    let OtherName = longName;
    const lower: u8 = 1;
    OtherName + lower
}

#[cfg_attr(feature = "traced", traceable)]
pub fn names_inside_braces(text: &str) -> u8 {
    {
        let x = 1;
        { x }
    }
}

#[cfg_attr(feature = "traced", traceable)]
pub fn inner_attribute() -> u8 {
    #![allow(unused_mut)]
    let mut x = 1;
    let unused = 2;
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn allowed_inside() -> u8 {
    #[allow(unused_variables)]
    let unused = 2;
    #[expect(unused_variables)]
    let expected = 2;
    #[expect(unused_variables)]
    let used = 3;
    used
}

#[allow(unused_variables)]
#[cfg_attr(feature = "traced", traceable)]
pub fn allowed_outside(a: u8) {}

#[expect(unused_variables)]
#[cfg_attr(feature = "traced", traceable)]
pub fn expected_outside(a: u8) {}

#[expect(unused_variables)]
#[cfg_attr(feature = "traced", traceable)]
pub fn expected_in_vain() {}
