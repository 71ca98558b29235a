//! A function for every kind of type: each gives back what it gets.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever::runtime::{ComponentType, HostError, Lift, LinkError, Linker, Lower};

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

/// What a host does for guests that import `test:everything/values@1.2.3`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Values {
    /// The function `scalars`.
    fn scalars(
        &mut self,
        a: bool,
        b: i8,
        c: u16,
        d: i32,
        e: u64,
        f: f32,
        g: f64,
        h: char,
    ) -> Result<(bool, i8, u16, i32, u64, f32, f64, char), HostError>;

    /// The function `strings`.
    fn strings(&mut self, a: &str) -> Result<String, HostError>;

    /// The function `numbers`.
    fn numbers(&mut self, a: &[u64]) -> Result<Vec<u64>, HostError>;

    /// The function `raw`.
    fn raw(&mut self, a: &[u8]) -> Result<Bytes, HostError>;

    /// The function `smalls`.
    fn smalls(&mut self, a: Small) -> Result<Small, HostError>;

    /// The function `larges`.
    fn larges(&mut self, a: Large) -> Result<Large, HostError>;

    /// The function `variants`.
    fn variants(&mut self, a: Vec<Value>) -> Result<Vec<Value>, HostError>;

    /// The function `flagged`.
    fn flagged(&mut self, a: Few, b: Many) -> Result<(Few, Many), HostError>;

    /// The function `options`.
    fn options(
        &mut self,
        a: Option<Option<&str>>,
    ) -> Result<Option<Option<String>>, HostError>;

    /// The function `results`.
    fn results(
        &mut self,
        a: Result<Vec<&str>, Kind>,
    ) -> Result<Result<Vec<String>, Kind>, HostError>;

    /// The function `nothing`.
    fn nothing(&mut self, a: Result<(), ()>) -> Result<Result<(), ()>, HostError>;

    /// The function `fixed`.
    fn fixed(&mut self, a: [u16; 3]) -> Result<[u16; 3], HostError>;

    /// The function `maps`.
    fn maps(
        &mut self,
        a: Vec<(&str, &[u8])>,
    ) -> Result<Vec<(String, Vec<u8>)>, HostError>;

    /// The function `wide`.
    fn wide(
        &mut self,
        a: (&str, &str, &str),
        b: (u64, u64, u64, u64),
        c: Vec<(&str, &[u8])>,
        d: Large,
    ) -> Result<(String, Vec<(String, Bytes)>, u64), HostError>;
}

/// Defines `test:everything/values@1.2.3`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Values + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("test:everything/values@1.2.3");
    instance.func_wrap("scalars", move |mut caller, (a, b, c, d, e, f, g, h)| {
        get(caller.data_mut()).scalars(a, b, c, d, e, f, g, h)
    })?;
    instance.func_view::<(&str,), _, _>("strings", move |data, (a,)| {
        get(data).strings(a)
    })?;
    instance.func_view::<(&[u64],), _, _>("numbers", move |data, (a,)| {
        get(data).numbers(a)
    })?;
    instance.func_view::<(&[u8],), _, _>("raw", move |data, (a,)| {
        get(data).raw(a)
    })?;
    instance.func_wrap("smalls", move |mut caller, (a,)| {
        get(caller.data_mut()).smalls(a)
    })?;
    instance.func_wrap("larges", move |mut caller, (a,)| {
        get(caller.data_mut()).larges(a)
    })?;
    instance.func_wrap("variants", move |mut caller, (a,)| {
        get(caller.data_mut()).variants(a)
    })?;
    instance.func_wrap("flagged", move |mut caller, (a, b)| {
        get(caller.data_mut()).flagged(a, b)
    })?;
    instance.func_view::<(Option<Option<&str>>,), _, _>("options", move |data, (a,)| {
        get(data).options(a)
    })?;
    instance.func_view::<(Result<Vec<&str>, Kind>,), _, _>("results", move |data, (a,)| {
        get(data).results(a)
    })?;
    instance.func_wrap("nothing", move |mut caller, (a,)| {
        get(caller.data_mut()).nothing(a)
    })?;
    instance.func_wrap("fixed", move |mut caller, (a,)| {
        get(caller.data_mut()).fixed(a)
    })?;
    instance.func_view::<(Vec<(&str, &[u8])>,), _, _>("maps", move |data, (a,)| {
        get(data).maps(a)
    })?;
    instance.func_view::<((&str, &str, &str), (u64, u64, u64, u64), Vec<(&str, &[u8])>, Large), _, _>(
        "wide",
        move |data, (a, b, c, d)| get(data).wide(a, b, c, d),
    )?;
    Ok(())
}
