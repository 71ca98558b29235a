//! What is said of types and values that do not fit.

use super::echo::{Type, instance_with_dynamic_echo};
use super::load;
use super::values::{ENTRY, Entry, KIND, Kind, PERMS, Perms, VALUE, Value};
use cantilever::runtime::{Component, ComponentType, Engine, Lift, Linker, Lower, Val};

/// Echoes a record that has every kind of part.
fn component() -> Component {
    let all = (
        "all",
        r#"(record (field "e" $entry) (field "l" (list $value)) (field "k" $kind) (field "p" $perms)
             (field "m" (map string (tuple u8 char))))"#,
    );
    let flat = &["i32", "i32", "i32", "i64", "i64", "i64", "i32", "i32", "i32", "i32", "i32", "i32"];
    let ty = Type { named: &[VALUE, ENTRY, KIND, PERMS, all], text: "$all", flat };
    load(&Engine::default(), &ty.component())
}

#[derive(Clone, ComponentType, Lower, Lift)]
struct All<E, V, K, P, M> {
    e: E,
    l: Vec<V>,
    k: K,
    p: P,
    m: M,
}

#[derive(ComponentType, Lower, Lift)]
struct Narrow {
    key: String,
    val: Value,
    created_at: u32,
}

#[derive(ComponentType, Lower, Lift)]
struct Misnamed {
    key: String,
    value: Value,
    created_at: u64,
}

#[derive(ComponentType, Lower, Lift)]
enum Fewer {
    Text(String),
    Number(f64),
}

#[derive(ComponentType, Lower, Lift)]
enum Unlike {
    Text(String),
    Number(f64),
    Pair(u8),
    Nothing,
}

#[derive(ComponentType, Lower, Lift)]
#[component(flags)]
struct Reordered {
    write: bool,
    read: bool,
    admin_only: bool,
}

type Map = Vec<(String, (u8, char))>;

/// The error for looking a function up by this type.
fn refused<T: Lower + Lift>(component: &Component) -> String {
    let (mut store, instance) = instance_with_dynamic_echo(component);
    instance.get_typed_func::<(T,), T>(&mut store, "flat").expect_err("the types differ").to_string()
}

#[test]
fn rust_types_are_checked_part_by_part() {
    let component = component();
    let (mut store, instance) = instance_with_dynamic_echo(&component);
    instance.get_typed_func::<(All<Entry, Value, Kind, Perms, Map>,), ()>(&mut store, "flat").unwrap_err();
    type Right = All<Entry, Value, Kind, Perms, Map>;
    instance.get_typed_func::<(Right,), Right>(&mut store, "flat").unwrap();

    let found = [
        (
            refused::<All<Narrow, Value, Kind, Perms, Map>>(&component),
            "in field `created-at` of field `e` of parameter 1 (`v`): expected u64, found u32",
        ),
        (
            refused::<All<Misnamed, Value, Kind, Perms, Map>>(&component),
            "in field `e` of parameter 1 (`v`): expected `val` in record",
        ),
        (refused::<All<Entry, Fewer, Kind, Perms, Map>>(&component), "found variant { text, number }"),
        (
            refused::<All<Entry, Unlike, Kind, Perms, Map>>(&component),
            "in the payload of `pair` of the elements of field `l` of parameter 1 (`v`): expected tuple<u8, s64>, found u8",
        ),
        (
            refused::<All<Entry, Value, String, Perms, Map>>(&component),
            "in field `k` of parameter 1 (`v`): expected enum { plain-text, number, blob }, found string",
        ),
        (
            refused::<All<Entry, Value, Kind, Reordered, Map>>(&component),
            "expected `read` in flags { read, write, admin-only }, found `write` in flags { write, read, admin-only }",
        ),
        (refused::<All<Entry, Value, Kind, Perms, Vec<(String, String)>>>(&component), "in the value of field `m`"),
        (
            refused::<All<Entry, Value, Kind, Perms, Vec<u8>>>(&component),
            "expected entries of a map from string to tuple<u8, char>, found u8",
        ),
        (refused::<u32>(&component), "in parameter 1 (`v`): expected record { e: record"),
    ];
    for (error, part) in found {
        assert!(error.contains("function `flat` has another type"), "{error}");
        assert!(error.contains(part), "{error}\ndoes not say\n{part}");
    }
}

#[test]
fn host_functions_are_checked_when_they_are_linked() {
    let component = component();
    let mut linker = Linker::<()>::new(component.engine());
    linker.instance("host").func_wrap("echo", |_, (v,): (All<Entry, Value, Kind, Perms, Map>,)| Ok(v.k)).unwrap();
    let error = linker.instantiate_pre(&component).unwrap_err().to_string();
    assert!(error.contains("`host/echo`: in the result: expected record"), "{error}");
    assert!(error.contains("found variant { plain-text, number, blob }"), "{error}");
}

fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::Record(fields.map(|(label, val)| (label.to_owned(), val)).to_vec())
}

fn entry(version: Val) -> Val {
    record([("key", text("k")), ("val", Val::Variant("nothing".to_owned(), None)), ("created-at", version)])
}

/// A value of the type, of which one part may be another.
struct Parts {
    e: Val,
    l: Vec<Val>,
    k: &'static str,
    p: Vec<&'static str>,
    m: Val,
}

impl Parts {
    fn new() -> Self {
        let value = Val::Tuple(vec![Val::U8(1), Val::Char('x')]);
        let number = Val::Variant("number".to_owned(), Some(Box::new(Val::F64(1.5))));
        let m = Val::Map(vec![(text("key"), value)]);
        Parts { e: entry(Val::U64(3)), l: vec![number], k: "blob", p: vec!["write"], m }
    }

    fn val(self) -> Val {
        let flags = Val::Flags(self.p.into_iter().map(str::to_owned).collect());
        let fields =
            [("e", self.e), ("l", Val::List(self.l)), ("k", Val::Enum(self.k.to_owned())), ("p", flags), ("m", self.m)];
        record(fields)
    }
}

#[test]
fn dynamic_values_are_checked_part_by_part() {
    let component = component();
    let (mut store, instance) = instance_with_dynamic_echo(&component);
    let echo = instance.get_func(&mut store, "flat").unwrap();
    let right = Parts::new().val();
    assert_eq!(echo.call(&mut store, std::slice::from_ref(&right)).unwrap(), Some(right));

    let nothing = Val::Variant("nothing".to_owned(), Some(Box::new(Val::U8(1))));
    let short = Val::Map(vec![(text("a"), Val::Tuple(vec![Val::U8(1)]))]);
    let wrong = [
        (
            Parts { e: entry(text("3")), ..Parts::new() },
            "in field `created-at` of field `e` of parameter 1 (`v`): expected u64, found string",
        ),
        (Parts { e: record([("key", text("k"))]), ..Parts::new() }, "found a record without `val`"),
        (Parts { e: record([("kee", text("k"))]), ..Parts::new() }, "found a field `kee`"),
        (
            Parts { l: vec![nothing], ..Parts::new() },
            "in the payload of `nothing` of element 0 of field `l` of parameter 1 (`v`): expected no payload, found u8",
        ),
        (Parts { l: vec![Val::Bool(true)], ..Parts::new() }, "in element 0 of field `l`"),
        (
            Parts { k: "blub", ..Parts::new() },
            "in field `k` of parameter 1 (`v`): expected enum { plain-text, number, blob }, found `blub`",
        ),
        (
            Parts { p: vec!["read", "rite"], ..Parts::new() },
            "in field `p` of parameter 1 (`v`): expected flags { read, write, admin-only }, found `rite`",
        ),
        (
            Parts { m: short, ..Parts::new() },
            "in the value of element 0 of field `m` of parameter 1 (`v`): expected 2 values, found 1",
        ),
    ];
    for (parts, part) in wrong {
        let error = echo.call(&mut store, &[parts.val()]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}\ndoes not say\n{part}");
    }
    // Nothing of it reached the guest, which lives.
    let right = Parts::new().val();
    assert_eq!(echo.call(&mut store, std::slice::from_ref(&right)).unwrap(), Some(right));
}

#[test]
fn records_are_taken_by_name() {
    let component = component();
    let (mut store, instance) = instance_with_dynamic_echo(&component);
    let echo = instance.get_func(&mut store, "flat").unwrap();
    let right = Parts::new().val();
    let Val::Record(mut fields) = right.clone() else { unreachable!() };
    fields.reverse();
    assert_eq!(echo.call(&mut store, &[Val::Record(fields.clone())]).unwrap(), Some(right));
    fields.push(fields[0].clone());
    let error = echo.call(&mut store, &[Val::Record(fields)]).unwrap_err().to_string();
    assert!(error.contains("in parameter 1 (`v`): expected 5 values, found 6"), "{error}");
}
