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
        Ok(Open {
            json: self,
            is_first: true,
            closing: b"]",
            is_variant: false,
            is_raw: false,
            wants_value: false,
        })
    }

    pub(super) fn object<'b>(&'b mut self) -> Result<Open<'b, 'a>> {
        self.open(b"{")?;
        Ok(Open {
            json: self,
            is_first: true,
            closing: b"}",
            is_variant: false,
            is_raw: false,
            wants_value: false,
        })
    }

    /// What a struct of one field stands for that holds JSON as a text.
    pub(super) fn raw<'b>(&'b mut self) -> Open<'b, 'a> {
        Open { json: self, is_first: true, closing: b"", is_variant: false, is_raw: true, wants_value: false }
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
    /// Whether the key of a map has been written, and not its value.
    wants_value: bool,
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

    /// Writes a part. One whose `Serialize` fails becomes a marker.
    #[inline]
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let start = self.json.start();
        match value.serialize(&mut *self.json) {
            Ok(()) => Ok(()),
            Err(error) => self.json.replace(&start, error),
        }
    }

    pub(super) fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.separate()?;
        self.part(value)
    }

    fn named(&mut self, key: &str) -> Result<()> {
        self.separate()?;
        self.json.text(key)?;
        self.json.bytes(b":")
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        if self.is_raw {
            self.json.is_verbatim = true;
            // what fails here is the whole
            return value.serialize(&mut *self.json);
        }
        self.named(key)?;
        self.part(value)
    }

    /// Writes a key as what it is, and makes a text of that.
    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.turn(false)?;
        self.separate()?;
        let start = self.json.start();
        let is_inside = std::mem::replace(&mut self.json.is_key, true);
        let written = self.part(key);
        self.json.is_key = is_inside;
        written?;
        self.json.make_key(&start)?;
        self.json.bytes(b":")
    }

    /// Whether a value is due, or a key: a `Serialize` written by hand may leave one out.
    fn turn(&mut self, value: bool) -> Result<()> {
        if self.wants_value != value {
            return Err(Error::custom("a map with keys that have no value, or values that have no key"));
        }
        self.wants_value = !value;
        Ok(())
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
        let written = self.turn(true).and_then(|()| self.part(value));
        self.noted(written)
    }

    fn end(mut self) -> Result<()> {
        if self.wants_value {
            let missing = self.turn(false);
            self.noted(missing)?;
        }
        self.close()
    }
}
