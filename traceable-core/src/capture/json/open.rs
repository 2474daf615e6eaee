//! Arrays and objects while they are written.

use serde::ser::{self, Error as _, Serialize};
use serde_json::{Error, Result};

use super::buffer::Json;

impl<'a> Json<'a> {
    /// Opens an object that has the name of a variant as its only key.
    pub(super) fn open_variant(&mut self, variant: &str) -> Result<()> {
        self.open(b"{")?;
        self.text(variant)?;
        self.bytes(b":")
    }

    pub(super) fn list<'b>(&'b mut self) -> Result<Open<'b, 'a>> {
        self.open(b"[")?;
        Ok(Open { json: self, is_first: true, closing: b"]", is_variant: false, is_raw: false })
    }

    pub(super) fn object<'b>(&'b mut self) -> Result<Open<'b, 'a>> {
        self.open(b"{")?;
        Ok(Open { json: self, is_first: true, closing: b"}", is_variant: false, is_raw: false })
    }

    /// What a struct of one field stands for that holds JSON as a text.
    pub(super) fn raw<'b>(&'b mut self) -> Open<'b, 'a> {
        Open { json: self, is_first: true, closing: b"", is_variant: false, is_raw: true }
    }
}

/// An array or object that is being written.
pub(in crate::capture) struct Open<'b, 'a> {
    json: &'b mut Json<'a>,
    is_first: bool,
    closing: &'static [u8],
    /// Whether it lies in an object that has the name of a variant as its key.
    is_variant: bool,
    /// Whether its field is a text that is raw JSON.
    is_raw: bool,
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
        if self.is_raw {
            self.json.is_verbatim = true;
        } else {
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

    /// Remembers an error before the value sees it, which may go on as if nothing had happened.
    #[inline]
    fn noted(&mut self, written: Result<()>) -> Result<()> {
        self.json.is_broken |= written.is_err();
        written
    }

    pub(super) fn close(self) -> Result<()> {
        if self.is_raw {
            // the text has taken it
            let is_text = !std::mem::take(&mut self.json.is_verbatim);
            return if is_text { Ok(()) } else { Err(Error::custom("raw JSON must be a string")) };
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
                let written = self.item(value);
                self.noted(written)
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
                let written = self.field(key, value);
                self.noted(written)
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
        let written = self.key(key);
        self.noted(written)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let written = value.serialize(&mut *self.json);
        self.noted(written)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}
