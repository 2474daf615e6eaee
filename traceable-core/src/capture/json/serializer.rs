//! What `serde` calls.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use serde_json::{Error, Result};

use super::buffer::Json;
use super::open::Open;

/// What begins the names of the structs by which types of `serde_json` say that the text in them is JSON as it is, or
/// a number of any length.
const RAW: &str = "$serde_json::private::";

macro_rules! whole_numbers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<()> {
            self.bytes(itoa::Buffer::new().format(value).as_bytes())
        }
    )*};
}

impl<'b, 'a> Serializer for &'b mut Json<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'b, 'a>;
    type SerializeTuple = Open<'b, 'a>;
    type SerializeTupleStruct = Open<'b, 'a>;
    type SerializeTupleVariant = Open<'b, 'a>;
    type SerializeMap = Open<'b, 'a>;
    type SerializeStruct = Open<'b, 'a>;
    type SerializeStructVariant = Open<'b, 'a>;

    whole_numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.fraction(value)
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        self.fraction(value)
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.bytes(if value { b"true" } else { b"false" })
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        if std::mem::take(&mut self.is_verbatim) { self.verbatim(value) } else { self.text(value) }
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        let mut list = self.list()?;
        value.iter().try_for_each(|byte| list.item(byte))?;
        list.close()
    }

    fn serialize_none(self) -> Result<()> {
        self.bytes(b"null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.bytes(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.bytes(b"null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.open_variant(variant)?;
        value.serialize(&mut *self)?;
        self.close(b"}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'b, 'a>> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'b, 'a>> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'b, 'a>> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b, 'a>> {
        self.open_variant(variant)?;
        Ok(self.list()?.of_variant())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'b, 'a>> {
        self.object()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Open<'b, 'a>> {
        if name.starts_with(RAW) {
            return Ok(self.raw());
        }
        self.object()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b, 'a>> {
        self.open_variant(variant)?;
        Ok(self.object()?.of_variant())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<()> {
        self.displayed(format_args!("{value}"))
    }
}
