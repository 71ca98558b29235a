//! The provider, driven by the host through every function of its interface.

use super::composition::STORE;
use super::load;
use crate::files;
use cantilever::runtime::{Engine, Error, Instance, Linker, ResourceAny, Result, Store, Val};

/// The provider's instance, called with dynamic values.
struct Provider {
    store: Store<()>,
    instance: Instance,
}

impl Provider {
    fn new() -> Option<Self> {
        let engine = Engine::default();
        let component = load(&engine, &files::read("kv-provider.wasm")?);
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
        Some(Provider { store, instance })
    }

    fn try_call(&mut self, name: &str, params: &[Val]) -> Result<Option<Val>> {
        let func = self.instance.get_func(&mut self.store, &format!("{STORE}#{name}")).unwrap();
        func.call(&mut self.store, params)
    }

    fn call(&mut self, name: &str, params: &[Val]) -> Val {
        self.try_call(name, params).unwrap().unwrap()
    }

    /// Calls a function that returns a handle.
    fn make(&mut self, name: &str, params: &[Val]) -> ResourceAny {
        resource(&self.call(name, params))
    }

    fn bucket(&mut self, name: &str, perms: &[&str]) -> ResourceAny {
        self.make("[constructor]bucket", &[text(name), flags(perms)])
    }

    fn set(&mut self, bucket: &ResourceAny, key: &str, val: Val) -> Val {
        self.call("[method]bucket.set", &[lend(bucket), text(key), val])
    }

    fn get(&mut self, bucket: &ResourceAny, key: &str) -> Val {
        self.call("[method]bucket.get", &[lend(bucket), text(key)])
    }

    fn name(&mut self, bucket: &ResourceAny) -> Val {
        self.call("[method]bucket.name", &[lend(bucket)])
    }

    fn drop(&mut self, handle: ResourceAny) {
        handle.resource_drop(&mut self.store).unwrap();
    }

    /// How many buckets and cursors live.
    fn live(&mut self) -> (u32, u32) {
        match self.call("live", &[]) {
            Val::Tuple(counts) => match counts[..] {
                [Val::U32(buckets), Val::U32(cursors)] => (buckets, cursors),
                _ => panic!("{counts:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
}

/// Another name of the handle, to be passed as a borrow, or to see what becomes of it.
fn lend(handle: &ResourceAny) -> Val {
    Val::Resource(handle.clone())
}

fn text(s: &str) -> Val {
    Val::String(s.to_owned())
}

fn flags(names: &[&str]) -> Val {
    Val::Flags(names.iter().map(|name| (*name).to_owned()).collect())
}

fn case(name: &str, payload: Option<Val>) -> Val {
    Val::Variant(name.to_owned(), payload.map(Box::new))
}

fn some(val: Val) -> Val {
    Val::Option(Some(Box::new(val)))
}

fn ok(val: Val) -> Val {
    Val::Result(Ok(Some(Box::new(val))))
}

fn err(val: Val) -> Val {
    Val::Result(Err(Some(Box::new(val))))
}

fn none() -> Val {
    Val::Option(None)
}

fn string_value(s: &str) -> Val {
    case("text", Some(text(s)))
}

fn number_value(n: f64) -> Val {
    case("number", Some(Val::F64(n)))
}

fn blob_value(bytes: &[u8]) -> Val {
    case("blob", Some(Val::List(bytes.iter().copied().map(Val::U8).collect())))
}

fn entry(key: &str, val: Val, version: u32) -> Val {
    let fields = [("key", text(key)), ("val", val), ("version", Val::U32(version))];
    Val::Record(fields.map(|(name, val)| (name.to_owned(), val)).to_vec())
}

fn resource(val: &Val) -> ResourceAny {
    match val {
        Val::Resource(handle) => handle.clone(),
        other => panic!("{other:?} is no handle"),
    }
}

#[test]
fn values_of_every_case_come_back() {
    let Some(mut p) = Provider::new() else { return };
    let bucket = p.bucket("mäin-€-🦀", &["read", "write"]);
    assert_eq!(p.name(&bucket), text("mäin-€-🦀"));
    assert_eq!(p.call("[method]bucket.perms", &[lend(&bucket)]), flags(&["read", "write"]));
    let values = [
        ("a", string_value("kéy")),
        ("🔑", number_value(-0.5)),
        ("", blob_value(&[0, 255, 1])),
        ("empty", string_value("")),
        ("none", case("nothing", None)),
        ("big", blob_value(&vec![7; 100_000])),
    ];
    for (key, value) in &values {
        assert_eq!(p.set(&bucket, key, value.clone()), ok(none()));
    }
    for (key, value) in &values {
        assert_eq!(p.get(&bucket, key), ok(value.clone()));
    }
    let keys = values.iter().map(|(key, _)| text(key)).collect();
    assert_eq!(p.call("[method]bucket.keys", &[lend(&bucket)]), Val::List(keys));
    let entries = values.iter().map(|(key, value)| entry(key, value.clone(), 1)).collect();
    assert_eq!(p.call("[method]bucket.entries", &[lend(&bucket)]), Val::List(entries));
    p.drop(bucket);
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn setting_again_returns_the_old_value_or_an_error() {
    let Some(mut p) = Provider::new() else { return };
    let bucket = p.bucket("b", &["write"]);
    assert_eq!(p.set(&bucket, "a", string_value("1")), ok(none()));
    assert_eq!(p.set(&bucket, "a", string_value("2")), ok(some(string_value("1"))));
    let kinds = ["text", "blob"].map(|kind| Val::Enum(kind.to_owned())).to_vec();
    assert_eq!(p.set(&bucket, "a", blob_value(b"x")), err(case("bad-type", Some(Val::Tuple(kinds)))));
    assert_eq!(p.set(&bucket, "a", case("nothing", None)), ok(some(string_value("2"))));
    assert_eq!(p.set(&bucket, "a", number_value(f64::INFINITY)), ok(some(case("nothing", None))));
    let entries = p.call("[method]bucket.entries", &[lend(&bucket)]);
    assert_eq!(entries, Val::List(vec![entry("a", number_value(f64::INFINITY), 4)]));
    assert_eq!(p.get(&bucket, "é"), err(case("not-found", Some(text("é")))));

    let read_only = p.bucket("r", &["read", "admin"]);
    assert_eq!(p.call("[method]bucket.perms", &[lend(&read_only)]), flags(&["read", "admin"]));
    assert_eq!(p.set(&read_only, "a", string_value("1")), err(case("full", None)));
}

#[test]
fn buckets_are_opened_by_name() {
    let Some(mut p) = Provider::new() else { return };
    let opened = p.call("[static]bucket.open", &[text("x")]);
    let Val::Result(Ok(Some(handle))) = opened else { panic!("{opened:?}") };
    let bucket = resource(&handle);
    assert!(bucket.owned());
    assert_eq!(p.name(&bucket), text("x"));
    assert_eq!(p.call("[static]bucket.open", &[text("!gone")]), err(case("not-found", Some(text("!gone")))));
    assert_eq!(p.call("[static]bucket.open", &[text("")]), err(case("full", None)));
    assert_eq!(p.live(), (1, 0));

    let names = Val::List(["y", "", "zzz"].map(text).to_vec());
    let Val::List(handles) = p.call("open-many", &[names]) else { panic!("no list") };
    let many: Vec<ResourceAny> = handles.iter().map(resource).collect();
    let found: Vec<Val> = many.iter().map(|bucket| p.name(bucket)).collect();
    assert_eq!(found, ["y", "", "zzz"].map(text));
    assert_eq!(p.call("open-many", &[Val::List(vec![])]), Val::List(vec![]));
    assert_eq!(p.live(), (4, 0));
    for bucket in many {
        p.drop(bucket);
    }
    p.drop(bucket);
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn the_largest_of_lent_buckets_is_found() {
    let Some(mut p) = Provider::new() else { return };
    let buckets = ["small", "large", "as large"].map(|name| p.bucket(name, &["write"]));
    p.set(&buckets[1], "a", number_value(1.0));
    p.set(&buckets[2], "a", number_value(1.0));
    let lent_all = |handles: &[ResourceAny]| Val::List(handles.iter().map(lend).collect());
    assert_eq!(p.call("largest", &[lent_all(&buckets)]), some(text("large")));
    assert_eq!(p.call("largest", &[lent_all(&[buckets[0].clone(), buckets[0].clone()])]), some(text("small")));
    assert_eq!(p.call("largest", &[lent_all(&[])]), none());
    // They were lent, so they are all still there.
    for bucket in buckets {
        p.drop(bucket);
    }
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn merged_absorbed_and_forked_buckets_are_counted() {
    let Some(mut p) = Provider::new() else { return };
    let main = p.bucket("main", &["read", "write"]);
    p.set(&main, "a", string_value("x"));
    p.set(&main, "a", string_value("y"));
    let fork = p.make("[method]bucket.fork", &[lend(&main), text("fork-")]);
    assert_eq!(p.name(&fork), text("fork-main"));
    assert_eq!(p.call("[method]bucket.perms", &[lend(&fork)]), flags(&["read", "write"]));
    let entries = Val::List(vec![entry("a", string_value("y"), 2)]);
    assert_eq!(p.call("[method]bucket.entries", &[lend(&fork)]), entries);
    p.set(&fork, "b", number_value(2.0));
    assert_eq!(p.live(), (2, 0));

    assert_eq!(p.call("[method]bucket.merge", &[lend(&main), lend(&main)]), Val::U32(0));
    assert_eq!(p.call("[method]bucket.merge", &[lend(&main), lend(&fork)]), Val::U32(1));
    assert_eq!(p.call("[method]bucket.merge", &[lend(&main), lend(&fork)]), Val::U32(0));
    p.set(&fork, "c", number_value(3.0));
    assert_eq!(p.call("[method]bucket.absorb", &[lend(&main), lend(&fork)]), Val::U32(1));
    assert_eq!(p.live(), (1, 0));

    // The fork was given away.
    assert!(matches!(p.try_call("[method]bucket.name", &[lend(&fork)]), Err(Error::Value(_))));
    assert!(fork.resource_drop(&mut p.store).is_err());
    p.drop(main);
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn a_cursor_walks_what_was_there() {
    let Some(mut p) = Provider::new() else { return };
    let bucket = p.bucket("b", &["write"]);
    p.set(&bucket, "a", string_value("x"));
    p.set(&bucket, "b", case("nothing", None));
    let cursor = p.make("[method]bucket.scan", &[lend(&bucket)]);
    p.set(&bucket, "c", string_value("too late"));
    assert_eq!(p.live(), (1, 1));
    // The cursor has its own copy of the entries.
    p.drop(bucket);
    assert_eq!(p.live(), (0, 1));
    let mut next = || p.call("[method]cursor.next", &[lend(&cursor)]);
    assert_eq!(next(), some(entry("a", string_value("x"), 1)));
    assert_eq!(next(), some(entry("b", case("nothing", None), 1)));
    assert_eq!(next(), none());
    assert_eq!(next(), none());
    p.drop(cursor);
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn wrong_arguments_are_errors_and_no_traps() {
    let Some(mut p) = Provider::new() else { return };
    let bucket = p.bucket("b", &["write"]);
    let cursor = p.make("[method]bucket.scan", &[lend(&bucket)]);
    let wrong: [(&str, Vec<Val>); 7] = [
        ("[method]bucket.name", vec![lend(&cursor)]),
        ("[method]cursor.next", vec![lend(&bucket)]),
        ("[method]bucket.name", vec![Val::U32(1)]),
        ("[method]bucket.name", vec![]),
        ("[constructor]bucket", vec![text("b"), flags(&["fly"])]),
        ("[method]bucket.set", vec![lend(&bucket), text("k"), case("unheard-of", None)]),
        ("[method]bucket.set", vec![lend(&bucket), text("k"), case("text", Some(Val::U8(1)))]),
    ];
    for (name, params) in wrong {
        let result = p.try_call(name, &params);
        assert!(matches!(result, Err(Error::Value(_))), "{name} with {params:?} gives {result:?}");
    }
    assert_eq!(p.live(), (1, 1));
    p.drop(cursor);
    p.drop(bucket.clone());
    assert!(bucket.resource_drop(&mut p.store).is_err());
    assert_eq!(p.live(), (0, 0));
}

#[test]
fn a_bucket_that_is_lent_cannot_be_given_away() {
    let Some(mut p) = Provider::new() else { return };
    let bucket = p.bucket("b", &["write"]);
    let result = p.try_call("[method]bucket.absorb", &[lend(&bucket), lend(&bucket)]);
    assert!(result.is_err(), "{result:?}");
}

#[test]
fn handles_of_another_instance_are_refused() {
    let (Some(mut p), Some(mut q)) = (Provider::new(), Provider::new()) else { return };
    let bucket = p.bucket("b", &["write"]);
    assert!(q.try_call("[method]bucket.name", &[lend(&bucket)]).is_err());
    assert_eq!(q.live(), (0, 0));
    assert_eq!(p.name(&bucket), text("b"));
}

#[test]
fn typed_functions_agree_with_dynamic_ones() {
    let Some(mut p) = Provider::new() else { return };
    let (instance, store) = (p.instance, &mut p.store);
    let path = |name: &str| format!("{STORE}#{name}");
    let live = instance.get_typed_func::<(), (u32, u32)>(&mut *store, &path("live")).unwrap();
    let open_many =
        instance.get_typed_func::<(Vec<String>,), Vec<ResourceAny>>(&mut *store, &path("open-many")).unwrap();
    let name = instance.get_typed_func::<(&ResourceAny,), String>(&mut *store, &path("[method]bucket.name")).unwrap();
    let largest = instance.get_typed_func::<(&[ResourceAny],), Option<String>>(&mut *store, &path("largest")).unwrap();
    let merge = instance
        .get_typed_func::<(&ResourceAny, &ResourceAny), u32>(&mut *store, &path("[method]bucket.merge"))
        .unwrap();
    let fork = instance
        .get_typed_func::<(&ResourceAny, String), ResourceAny>(&mut *store, &path("[method]bucket.fork"))
        .unwrap();
    let keys =
        instance.get_typed_func::<(&ResourceAny,), Vec<String>>(&mut *store, &path("[method]bucket.keys")).unwrap();

    let buckets = open_many.call(&mut *store, (vec!["a".to_owned(), "bc".to_owned()],)).unwrap();
    assert_eq!(live.call(&mut *store, ()).unwrap(), (2, 0));
    assert_eq!(name.call(&mut *store, (&buckets[1],)).unwrap(), "bc");
    assert_eq!(largest.call(&mut *store, (&buckets[..],)).unwrap().as_deref(), Some("a"));
    assert_eq!(largest.call(&mut *store, (&[][..],)).unwrap(), None);
    let forked = fork.call(&mut *store, (&buckets[0], "é".to_owned())).unwrap();
    assert_eq!(name.call(&mut *store, (&forked,)).unwrap(), "éa");
    assert_eq!(merge.call(&mut *store, (&forked, &buckets[1])).unwrap(), 0);
    assert_eq!(keys.call(&mut *store, (&forked,)).unwrap(), [""; 0]);

    // A type that is not the function's is refused when the function is looked up.
    assert!(instance.get_typed_func::<(), u32>(&mut *store, &path("live")).is_err());
    assert!(instance.get_typed_func::<(ResourceAny,), String>(&mut *store, &path("live")).is_err());
    assert!(instance.get_typed_func::<(), ()>(&mut *store, &path("dead")).is_err());
}
