//! Values of every type, there and back.

use super::echo::{Type, instance_with_dynamic_echo};
use super::load;
use super::random::Random;
use cantilever::runtime::{ComponentType, Engine, ErrorContext, Lift, Lower};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
pub struct Entry {
    pub key: String,
    #[component(name = "val")]
    pub value: Value,
    pub created_at: u64,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
pub enum Value {
    Text(String),
    Number(f64),
    Pair((u8, i64)),
    #[component(name = "nothing")]
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ComponentType, Lower, Lift)]
pub enum Kind {
    PlainText,
    Number,
    Blob,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower, Lift)]
#[component(flags)]
pub struct Perms {
    pub read: bool,
    pub write: bool,
    pub admin_only: bool,
}

/// More flags than a byte has bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower, Lift)]
#[component(flags)]
#[rustfmt::skip]
struct Wide { a: bool, b: bool, c: bool, d: bool, e: bool, f: bool, g: bool, h: bool, i: bool }

/// Generic, and lent rather than owned.
#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
struct Pair<T> {
    left: T,
    right: Box<T>,
}

/// What can only be given.
#[derive(ComponentType, Lower)]
struct Line<'a, const N: usize> {
    text: &'a str,
    numbers: &'a [u32],
    tail: [u8; N],
}

/// The same to receive.
#[derive(Debug, PartialEq, ComponentType, Lift)]
struct OwnedLine {
    text: String,
    numbers: Vec<u32>,
    tail: [u8; 2],
}

pub const VALUE: (&str, &str) =
    ("value", r#"(variant (case "text" string) (case "number" f64) (case "pair" (tuple u8 s64)) (case "nothing"))"#);
pub const ENTRY: (&str, &str) =
    ("entry", r#"(record (field "key" string) (field "val" $value) (field "created-at" u64))"#);
pub const KIND: (&str, &str) = ("kind", r#"(enum "plain-text" "number" "blob")"#);
pub const PERMS: (&str, &str) = ("perms", r#"(flags "read" "write" "admin-only")"#);

fn value(random: &mut Random) -> Value {
    match random.below(4) {
        0 => Value::Text(random.string()),
        1 => Value::Number(random.float()),
        2 => Value::Pair((random.bits() as u8, random.bits() as i64)),
        _ => Value::Absent,
    }
}

fn entry(random: &mut Random) -> Entry {
    Entry { key: random.string(), value: value(random), created_at: random.bits() }
}

fn kind(random: &mut Random) -> Kind {
    [Kind::PlainText, Kind::Number, Kind::Blob][random.below(3) as usize]
}

fn echoes<T>(text: &str, flat: &[&str], value: impl FnMut(&mut Random) -> T)
where
    T: Lower + Lift + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static,
{
    let named = [VALUE, ENTRY, KIND, PERMS];
    Type { named: &named, text, flat }.echoes(&Random::values(value));
}

#[test]
fn scalars() {
    echoes("bool", &["i32"], Random::bool);
    echoes("s8", &["i32"], |r| r.bits() as i8);
    echoes("u8", &["i32"], |r| r.bits() as u8);
    echoes("s16", &["i32"], |r| r.bits() as i16);
    echoes("u16", &["i32"], |r| r.bits() as u16);
    echoes("s32", &["i32"], |r| r.bits() as i32);
    echoes("u32", &["i32"], |r| r.bits() as u32);
    echoes("s64", &["i64"], |r| r.bits() as i64);
    echoes("u64", &["i64"], Random::bits);
    echoes("f32", &["f32"], |r| r.float() as f32);
    echoes("f64", &["f64"], Random::float);
    echoes("char", &["i32"], Random::char);
}

#[test]
fn strings_and_lists() {
    let range = &["i32", "i32"];
    echoes("string", range, Random::string);
    echoes("(list u8)", range, |r| r.list(|r| r.bits() as u8));
    echoes("(list f64)", range, |r| r.list(Random::float));
    echoes("(list bool)", range, |r| r.list(Random::bool));
    echoes("(list string)", range, |r| r.list(Random::string));
    echoes("(list (list (tuple u8 u32)))", range, |r| r.list(|r| r.list(|r| (r.bits() as u8, r.bits() as u32))));
    echoes("(list (option $entry))", range, |r| r.list(|r| r.option(entry)));
    echoes("(list $kind)", range, |r| r.list(kind));
}

#[test]
fn maps() {
    let range = &["i32", "i32"];
    echoes("(map string u64)", range, |r| r.list(|r| (r.string(), r.bits())));
    echoes("(map string u64)", range, |r| r.list(|r| (r.string(), r.bits())).into_iter().collect::<HashMap<_, _>>());
    echoes("(map u8 $entry)", range, |r| {
        r.list(|r| (r.bits() as u8, entry(r))).into_iter().collect::<BTreeMap<_, _>>()
    });
    // Pairs are also the elements of a list.
    echoes("(list (tuple string u64))", range, |r| r.list(|r| (r.string(), r.bits())));
}

#[test]
fn lists_of_fixed_length() {
    echoes("(list u16 3)", &["i32"; 3], |r| [0; 3].map(|_| r.bits() as u16));
    echoes("(list string 2)", &["i32"; 4], |r| [(); 2].map(|()| r.string()));
    echoes("(list (list bool 2) 2)", &["i32"; 4], |r| [[(); 2]; 2].map(|row| row.map(|()| r.bool())));
}

#[test]
fn options_and_results() {
    echoes("(option u64)", &["i32", "i64"], |r| r.option(Random::bits));
    echoes("(option (option char))", &["i32"; 3], |r| r.option(|r| r.option(Random::char)));
    echoes("(result)", &["i32"], |r| if r.bool() { Ok(()) } else { Err(()) });
    echoes("(result u16)", &["i32"; 2], |r| if r.bool() { Ok(r.bits() as u16) } else { Err(()) });
    echoes("(result (error string))", &["i32"; 3], |r| if r.bool() { Ok(()) } else { Err(r.string()) });
    let flat = &["i32", "i64", "i32"];
    echoes("(result f64 (error string))", flat, |r| if r.bool() { Ok(r.float()) } else { Err(r.string()) });
}

#[test]
fn tuples_records_and_variants() {
    echoes("(tuple u8 f64 string)", &["i32", "f64", "i32", "i32"], |r| (r.bits() as u8, r.float(), r.string()));
    echoes("$entry", &["i32", "i32", "i32", "i64", "i64", "i64"], entry);
    echoes("$value", &["i32", "i64", "i64"], value);
    echoes("$kind", &["i32"], kind);
    let pair = ("pair", r#"(record (field "left" (option u32)) (field "right" (option u32)))"#);
    let half = |r: &mut Random| r.option(|r| r.bits() as u32);
    let values = Random::values(|r| Pair { left: half(r), right: Box::new(half(r)) });
    Type { named: &[pair], text: "$pair", flat: &["i32"; 4] }.echoes(&values);
}

#[test]
fn flags() {
    echoes("$perms", &["i32"], |r| Perms { read: r.bool(), write: r.bool(), admin_only: r.bool() });
    let wide = ("wide", r#"(flags "a" "b" "c" "d" "e" "f" "g" "h" "i")"#);
    let values = Random::values(|r| {
        let [a, b, c, d, e, f, g, h, i] = [(); 9].map(|()| r.bool());
        Wide { a, b, c, d, e, f, g, h, i }
    });
    Type { named: &[wide], text: "$wide", flat: &["i32"] }.echoes(&values);
}

#[test]
fn what_is_given_can_be_borrowed() {
    let line = ("line", r#"(record (field "text" string) (field "numbers" (list u32)) (field "tail" (list u8 2)))"#);
    let ty = Type { named: &[line], text: "$line", flat: &["i32"; 6] };
    let (mut store, instance) = instance_with_dynamic_echo(&load(&Engine::default(), &ty.component()));
    let echo = instance.get_typed_func::<(&Line<2>,), OwnedLine>(&mut store, "flat").unwrap();
    let (text, numbers) = ("zwölf".to_owned(), vec![1, u32::MAX]);
    let line = Line { text: &text, numbers: &numbers, tail: [3, 4] };
    let owned = echo.call(&mut store, (&line,)).unwrap();
    assert_eq!(owned, OwnedLine { text: text.clone(), numbers: numbers.clone(), tail: [3, 4] });
}

#[test]
fn error_contexts() {
    let error = ErrorContext::default();
    Type { named: &[], text: "error-context", flat: &["i32"] }.echoes(&[error]);
    Type { named: &[], text: "(list error-context)", flat: &["i32", "i32"] }.echoes(&[vec![], vec![error; 3]]);
}
