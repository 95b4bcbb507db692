// SPDX-License-Identifier: MIT
//! `defmt` 1.x, from its documentation (docs.rs/defmt): `Format`, `Formatter` and `write!`. Here what is
//! written can be read again, as text.

use std::cell::RefCell;

std::thread_local!(static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) });

#[derive(Copy, Clone)]
pub struct Formatter<'a>(std::marker::PhantomData<&'a ()>);

pub trait Format {
    fn format(&self, fmt: Formatter<'_>);
}

macro_rules! plain {
    ($($kind:ty),*) => {
        $(impl Format for $kind {
            fn format(&self, _fmt: Formatter<'_>) {
                WRITTEN.with(|text| text.borrow_mut().push_str(&self.to_string()));
            }
        })*
    };
}

plain!(str, usize, u64, u32);

impl<T: Format + ?Sized> Format for &T {
    fn format(&self, fmt: Formatter<'_>) {
        (**self).format(fmt);
    }
}

/// Literal text, and a value of `Format` for each `{}`.
#[macro_export]
macro_rules! write {
    ($fmt:expr, $text:literal $(, $value:expr)* $(,)?) => {
        $crate::write_parts($fmt, $text, &[$(&$value as &dyn $crate::Format),*])
    };
}

#[doc(hidden)]
pub fn write_parts(fmt: Formatter<'_>, text: &str, values: &[&dyn Format]) {
    let mut values = values.iter();
    let mut parts = text.split("{}");
    parts.next().unwrap().format(fmt);
    for part in parts {
        values.next().expect("as many values as {}").format(fmt);
        part.format(fmt);
    }
    assert!(values.next().is_none(), "more values than {{}}");
}

/// What a value writes. The real crate has no such call: there, a program on the PC decodes it.
pub fn written(value: &dyn Format) -> String {
    WRITTEN.with(|text| text.borrow_mut().clear());
    value.format(Formatter(std::marker::PhantomData));
    WRITTEN.with(|text| text.take())
}
