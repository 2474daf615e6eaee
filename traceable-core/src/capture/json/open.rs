//! Arrays and objects while they are written.

use serde::ser::{self, Error as _, Serialize};
use serde_json::{Error, Result};

use super::Json;

impl<'a> Json<'a> {
    pub(super) fn list<'b>(&'b mut self) -> Result<Open<'b, 'a>> {
        self.open(b"[")?;
        Ok(Open { json: self, is_first: true, closing: b"]", is_variant: false, raw_at: None })
    }

    pub(super) fn object<'b>(&'b mut self) -> Result<Open<'b, 'a>> {
        self.open(b"{")?;
        Ok(Open { json: self, is_first: true, closing: b"}", is_variant: false, raw_at: None })
    }

    /// What a struct of one field stands for that holds JSON as a text.
    pub(super) fn raw<'b>(&'b mut self) -> Open<'b, 'a> {
        let start = self.out.len();
        Open { json: self, is_first: true, closing: b"", is_variant: false, raw_at: Some(start) }
    }

    /// Turns the text that begins there into the JSON that it holds.
    fn unquote(&mut self, start: usize) -> Result<()> {
        let text: String = serde_json::from_slice(self.out.get(start..).unwrap_or_default())?;
        self.out.truncate(start);
        self.bytes(text.as_bytes())
    }
}

/// An array or object that is being written.
pub(in crate::capture) struct Open<'b, 'a> {
    json: &'b mut Json<'a>,
    is_first: bool,
    closing: &'static [u8],
    /// Whether it lies in an object that has the name of a variant as its key.
    is_variant: bool,
    /// Where the text begins that is raw JSON.
    raw_at: Option<usize>,
}

impl Open<'_, '_> {
    /// Says that it lies in the object that was opened for a variant.
    pub(super) fn of_variant(self) -> Self {
        Open { is_variant: true, ..self }
    }

    #[inline]
    fn separate(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_first, false) { Ok(()) } else { self.json.bytes(b",") }
    }

    pub(super) fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.separate()?;
        value.serialize(&mut *self.json)
    }

    fn named(&mut self, key: &str) -> Result<()> {
        self.separate()?;
        self.json.text(key)?;
        self.json.bytes(b":")
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        if self.raw_at.is_none() {
            self.named(key)?;
        }
        value.serialize(&mut *self.json)
    }

    /// Writes a key as what it is, and sees what that has become: JSON has texts only, but numbers and truth values can
    /// be made ones.
    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.separate()?;
        let start = self.json.out.len();
        key.serialize(&mut *self.json)?;
        match self.json.out.get(start) {
            Some(b'"') => {}
            Some(b'0'..=b'9' | b'-' | b't' | b'f') => {
                self.json.out.insert(start, b'"');
                self.json.out.push(b'"');
            }
            _ => return Err(Error::custom("key must be a string")),
        }
        self.json.bytes(b":")
    }

    pub(super) fn close(self) -> Result<()> {
        if let Some(start) = self.raw_at {
            return self.json.unquote(start);
        }
        self.json.close(self.closing)?;
        if self.is_variant { self.json.close(b"}") } else { Ok(()) }
    }
}

macro_rules! lists {
    ($($kind:ident::$method:ident),*) => {$(
        impl ser::$kind for Open<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )*};
}

lists! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}

macro_rules! structs {
    ($($kind:ident),*) => {$(
        impl ser::$kind for Open<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.field(key, value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )*};
}

structs! { SerializeStruct, SerializeStructVariant }

impl ser::SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut *self.json)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}
