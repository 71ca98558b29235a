//! A function for every kind of type: each gives back what it gets.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever::runtime::{
    AsContextMut, ComponentType, Func, Instance, Lift, Lower, TypedFunc,
};

/// The record `small`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct Small {
    /// The field `a`.
    pub a: u8,
    /// The field `b`.
    pub b: i64,
}

/// The enum `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Kind {
    /// The case `plain`.
    Plain,
    /// The case `a-b`.
    #[component(name = "a-b")]
    AB,
    /// The case `other`.
    Other,
}

/// The record `large`.
#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower)]
pub struct Large {
    /// The field `name`.
    pub name: String,
    /// The field `many`.
    pub many: Vec<Small>,
    /// The field `at`.
    pub at: Option<(f32, char)>,
    /// The field `type`.
    pub r#type: Kind,
}

/// The tuple `value-pair`.
pub type ValuePair = (String, Kind);

/// The variant `value`.
#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower)]
pub enum Value {
    /// The case `text`.
    Text(String),
    /// The case `number`.
    Number(f64),
    /// The case `list`.
    List(Vec<ValuePair>),
    /// The case `none`.
    None,
    /// The case `HTTP-code`.
    #[component(name = "HTTP-code")]
    HttpCode(u16),
}

/// The flags `few`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ComponentType, Lift, Lower)]
#[component(flags)]
pub struct Few {
    /// The flag `read`.
    pub read: bool,
    /// The flag `write`.
    pub write: bool,
    /// The flag `HTTP-only`.
    #[component(name = "HTTP-only")]
    pub http_only: bool,
}

/// The flags `many`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ComponentType, Lift, Lower)]
#[component(flags)]
pub struct Many {
    /// The flag `f0`.
    pub f0: bool,
    /// The flag `f1`.
    pub f1: bool,
    /// The flag `f2`.
    pub f2: bool,
    /// The flag `f3`.
    pub f3: bool,
    /// The flag `f4`.
    pub f4: bool,
    /// The flag `f5`.
    pub f5: bool,
    /// The flag `f6`.
    pub f6: bool,
    /// The flag `f7`.
    pub f7: bool,
    /// The flag `f8`.
    pub f8: bool,
    /// The flag `f9`.
    pub f9: bool,
    /// The flag `f10`.
    pub f10: bool,
    /// The flag `f11`.
    pub f11: bool,
    /// The flag `f12`.
    pub f12: bool,
    /// The flag `f13`.
    pub f13: bool,
    /// The flag `f14`.
    pub f14: bool,
    /// The flag `f15`.
    pub f15: bool,
    /// The flag `f16`.
    pub f16: bool,
    /// The flag `f17`.
    pub f17: bool,
    /// The flag `f18`.
    pub f18: bool,
    /// The flag `f19`.
    pub f19: bool,
    /// The flag `f20`.
    pub f20: bool,
    /// The flag `f21`.
    pub f21: bool,
    /// The flag `f22`.
    pub f22: bool,
    /// The flag `f23`.
    pub f23: bool,
    /// The flag `f24`.
    pub f24: bool,
    /// The flag `f25`.
    pub f25: bool,
    /// The flag `f26`.
    pub f26: bool,
    /// The flag `f27`.
    pub f27: bool,
    /// The flag `f28`.
    pub f28: bool,
    /// The flag `f29`.
    pub f29: bool,
    /// The flag `f30`.
    pub f30: bool,
    /// The flag `f31`.
    pub f31: bool,
}

/// The list `bytes`.
pub type Bytes = Vec<u8>;

/// The functions of `test:everything/values@1.2.3` that a guest exports.
#[derive(Debug, Clone)]
pub struct Values {
    scalars: TypedFunc<
        (bool, i8, u16, i32, u64, f32, f64, char),
        (bool, i8, u16, i32, u64, f32, f64, char),
    >,
    strings: Func,
    numbers: Func,
    raw: Func,
    smalls: TypedFunc<(Small,), Small>,
    larges: Func,
    variants: Func,
    flagged: TypedFunc<(Few, Many), (Few, Many)>,
    options: Func,
    results: Func,
    nothing: TypedFunc<(Result<(), ()>,), Result<(), ()>>,
    fixed: TypedFunc<([u16; 3],), [u16; 3]>,
    maps: Func,
    wide: Func,
}

impl Values {
    /// Finds the functions in an instance, and checks their types.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever::runtime::Result<Self> {
        Ok(Values {
            scalars: instance
                .get_typed_func(&mut store, "test:everything/values@1.2.3#scalars")?,
            strings: instance
                .get_typed_func::<
                    (&str,),
                    String,
                >(&mut store, "test:everything/values@1.2.3#strings")?
                .func()
                .clone(),
            numbers: instance
                .get_typed_func::<
                    (&[u64],),
                    Vec<u64>,
                >(&mut store, "test:everything/values@1.2.3#numbers")?
                .func()
                .clone(),
            raw: instance
                .get_typed_func::<
                    (&[u8],),
                    Bytes,
                >(&mut store, "test:everything/values@1.2.3#raw")?
                .func()
                .clone(),
            smalls: instance
                .get_typed_func(&mut store, "test:everything/values@1.2.3#smalls")?,
            larges: instance
                .get_typed_func::<
                    (&Large,),
                    Large,
                >(&mut store, "test:everything/values@1.2.3#larges")?
                .func()
                .clone(),
            variants: instance
                .get_typed_func::<
                    (&[Value],),
                    Vec<Value>,
                >(&mut store, "test:everything/values@1.2.3#variants")?
                .func()
                .clone(),
            flagged: instance
                .get_typed_func(&mut store, "test:everything/values@1.2.3#flagged")?,
            options: instance
                .get_typed_func::<
                    (Option<Option<&str>>,),
                    Option<Option<String>>,
                >(&mut store, "test:everything/values@1.2.3#options")?
                .func()
                .clone(),
            results: instance
                .get_typed_func::<
                    (Result<&[String], Kind>,),
                    Result<Vec<String>, Kind>,
                >(&mut store, "test:everything/values@1.2.3#results")?
                .func()
                .clone(),
            nothing: instance
                .get_typed_func(&mut store, "test:everything/values@1.2.3#nothing")?,
            fixed: instance
                .get_typed_func(&mut store, "test:everything/values@1.2.3#fixed")?,
            maps: instance
                .get_typed_func::<
                    (&[(String, Vec<u8>)],),
                    Vec<(String, Vec<u8>)>,
                >(&mut store, "test:everything/values@1.2.3#maps")?
                .func()
                .clone(),
            wide: instance
                .get_typed_func::<
                    (
                        (&str, &str, &str),
                        (u64, u64, u64, u64),
                        &[(String, Bytes)],
                        &Large,
                    ),
                    (String, Vec<(String, Bytes)>, u64),
                >(&mut store, "test:everything/values@1.2.3#wide")?
                .func()
                .clone(),
        })
    }

    /// The function `scalars`.
    pub fn scalars(
        &self,
        store: impl AsContextMut,
        a: bool,
        b: i8,
        c: u16,
        d: i32,
        e: u64,
        f: f32,
        g: f64,
        h: char,
    ) -> cantilever::runtime::Result<(bool, i8, u16, i32, u64, f32, f64, char)> {
        self.scalars.call(store, (a, b, c, d, e, f, g, h))
    }

    /// The function `strings`.
    pub fn strings(
        &self,
        store: impl AsContextMut,
        a: &str,
    ) -> cantilever::runtime::Result<String> {
        self.strings.call_typed(store, (a,))
    }

    /// The function `numbers`.
    pub fn numbers(
        &self,
        store: impl AsContextMut,
        a: &[u64],
    ) -> cantilever::runtime::Result<Vec<u64>> {
        self.numbers.call_typed(store, (a,))
    }

    /// The function `raw`.
    pub fn raw(
        &self,
        store: impl AsContextMut,
        a: &[u8],
    ) -> cantilever::runtime::Result<Bytes> {
        self.raw.call_typed(store, (a,))
    }

    /// The function `smalls`.
    pub fn smalls(
        &self,
        store: impl AsContextMut,
        a: Small,
    ) -> cantilever::runtime::Result<Small> {
        self.smalls.call(store, (a,))
    }

    /// The function `larges`.
    pub fn larges(
        &self,
        store: impl AsContextMut,
        a: &Large,
    ) -> cantilever::runtime::Result<Large> {
        self.larges.call_typed(store, (a,))
    }

    /// The function `variants`.
    pub fn variants(
        &self,
        store: impl AsContextMut,
        a: &[Value],
    ) -> cantilever::runtime::Result<Vec<Value>> {
        self.variants.call_typed(store, (a,))
    }

    /// The function `flagged`.
    pub fn flagged(
        &self,
        store: impl AsContextMut,
        a: Few,
        b: Many,
    ) -> cantilever::runtime::Result<(Few, Many)> {
        self.flagged.call(store, (a, b))
    }

    /// The function `options`.
    pub fn options(
        &self,
        store: impl AsContextMut,
        a: Option<Option<&str>>,
    ) -> cantilever::runtime::Result<Option<Option<String>>> {
        self.options.call_typed(store, (a,))
    }

    /// The function `results`.
    pub fn results(
        &self,
        store: impl AsContextMut,
        a: Result<&[String], Kind>,
    ) -> cantilever::runtime::Result<Result<Vec<String>, Kind>> {
        self.results.call_typed(store, (a,))
    }

    /// The function `nothing`.
    pub fn nothing(
        &self,
        store: impl AsContextMut,
        a: Result<(), ()>,
    ) -> cantilever::runtime::Result<Result<(), ()>> {
        self.nothing.call(store, (a,))
    }

    /// The function `fixed`.
    pub fn fixed(
        &self,
        store: impl AsContextMut,
        a: [u16; 3],
    ) -> cantilever::runtime::Result<[u16; 3]> {
        self.fixed.call(store, (a,))
    }

    /// The function `maps`.
    pub fn maps(
        &self,
        store: impl AsContextMut,
        a: &[(String, Vec<u8>)],
    ) -> cantilever::runtime::Result<Vec<(String, Vec<u8>)>> {
        self.maps.call_typed(store, (a,))
    }

    /// The function `wide`.
    pub fn wide(
        &self,
        store: impl AsContextMut,
        a: (&str, &str, &str),
        b: (u64, u64, u64, u64),
        c: &[(String, Bytes)],
        d: &Large,
    ) -> cantilever::runtime::Result<(String, Vec<(String, Bytes)>, u64)> {
        self.wide.call_typed(store, (a, b, c, d))
    }
}
