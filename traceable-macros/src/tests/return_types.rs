//! The shapes that return types are read as.

use quote::quote;
use syn::parse_quote;

use crate::return_type::{Boxing, Kind, Shape};

fn shape(output: syn::ReturnType) -> String {
    match Shape::of(&output, None, false) {
        Ok(shape) => describe(&shape),
        Err(error) => format!("error: {error}"),
    }
}

fn describe(shape: &Shape) -> String {
    let boxed = |boxing: &Boxing| match boxing {
        Boxing::None => "",
        Boxing::Box => "boxed ",
        Boxing::Pin => "pinned ",
    };
    match shape {
        Shape::Value(_) => "value".to_owned(),
        Shape::Never => "never".to_owned(),
        Shape::Option(_, inner) => format!("option of {}", describe(inner)),
        Shape::Result(_, inner) => format!("result of {}", describe(inner)),
        Shape::Future(_, boxing, inner) => format!("{}future of {}", boxed(boxing), describe(inner)),
        Shape::Stream(_, boxing, item) => format!("{}stream of {}", boxed(boxing), quote!(#item)),
        Shape::Iter(_, boxing, item) => format!("{}iterator of {}", boxed(boxing), quote!(#item)),
    }
}

#[test]
fn plain_values() {
    assert_eq!(shape(parse_quote!()), "value");
    assert_eq!(shape(parse_quote!(-> Result<u8, E>)), "value");
    assert_eq!(shape(parse_quote!(-> Option<Vec<u8>>)), "value");
    assert_eq!(shape(parse_quote!(-> Box<dyn Error>)), "value");
    assert_eq!(shape(parse_quote!(-> impl Display)), "value");
    assert_eq!(shape(parse_quote!(-> !)), "never");
}

#[test]
fn futures() {
    assert_eq!(shape(parse_quote!(-> impl Future<Output = u8> + Send + 'a)), "future of value");
    assert_eq!(shape(parse_quote!(-> impl Send + core::future::Future<Output = u8>)), "future of value");
    assert_eq!(
        shape(parse_quote!(-> Pin<Box<dyn Future<Output = u8> + Send + 'async_trait>>)),
        "pinned future of value"
    );
    assert_eq!(
        shape(parse_quote!(-> std::pin::Pin<std::boxed::Box<dyn Future<Output = u8>>>)),
        "pinned future of value"
    );
    assert_eq!(
        shape(parse_quote!(-> BoxFuture<'static, Result<BoxStream<'static, u8>, E>>)),
        "pinned future of result of pinned stream of u8"
    );
    assert_eq!(shape(parse_quote!(-> Option<LocalBoxFuture<'_, u8>>)), "option of pinned future of value");
}

#[test]
fn generators() {
    assert_eq!(shape(parse_quote!(-> impl Stream<Item = u8>)), "stream of u8");
    let fallible = "stream of :: core :: result :: Result < u8 , E >";
    assert_eq!(shape(parse_quote!(-> impl TryStream<Ok = u8, Error = E>)), fallible);
    assert_eq!(shape(parse_quote!(-> impl TryStream)), "stream of ");
    assert_eq!(shape(parse_quote!(-> io::Result<impl Iterator<Item = u8>>)), "result of iterator of u8");
    assert_eq!(
        shape(parse_quote!(-> Option<Result<Box<dyn Iterator<Item = u8> + '_>, E>>)),
        "option of result of boxed iterator of u8"
    );
    assert_eq!(
        shape(parse_quote!(-> impl ExactSizeIterator<Item = u8> + DoubleEndedIterator)),
        "iterator of u8"
    );
    assert_eq!(shape(parse_quote!(-> (BoxStream<'a, u8>))), "pinned stream of u8");
}

#[test]
fn what_cannot_be_wrapped_is_refused() {
    let is_error = |output| shape(output).starts_with("error");
    assert!(is_error(parse_quote!(-> Vec<impl Stream<Item = u8>>)));
    assert!(is_error(parse_quote!(-> (u8, BoxFuture<'static, u8>))));
    assert!(is_error(parse_quote!(-> Arc<dyn Stream<Item = u8>>)));
    assert!(is_error(parse_quote!(-> &mut dyn Iterator<Item = u8>)));
    assert!(is_error(parse_quote!(-> impl Iterator<Item = u8> + Clone)));
    assert!(is_error(parse_quote!(-> impl Fn(u8) -> u8)));
    assert!(is_error(parse_quote!(-> Box<dyn FnOnce()>)));
}

#[test]
fn options_name_what_an_alias_hides() {
    let forced = |output: syn::ReturnType, open| match Shape::of(&output, Some(open), false) {
        Ok(shape) => describe(&shape),
        Err(error) => error.to_string(),
    };
    assert_eq!(forced(parse_quote!(-> Alias), Kind::Stream), "pinned stream of ");
    assert_eq!(forced(parse_quote!(-> Alias), Kind::Iter), "boxed iterator of ");
    assert_eq!(forced(parse_quote!(-> Result<Alias, E>), Kind::Future), "result of pinned future of value");
    assert_eq!(forced(parse_quote!(-> impl Mine), Kind::Iter), "iterator of ");
}
