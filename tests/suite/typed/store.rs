//! The real key-value store, driven with derived types.

use crate::files;
use cantilever::Compile;
use cantilever::runtime::{
    Component, ComponentType, Engine, Instance, Lift, Linker, Lower, LowerParams, ResourceAny, Store,
};

#[derive(Debug, Clone, Copy, PartialEq, ComponentType, Lower, Lift)]
enum Kind {
    Text,
    Number,
    Blob,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
enum Value {
    Text(String),
    Number(f64),
    Blob(Vec<u8>),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
struct Entry {
    key: String,
    val: Value,
    version: u32,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
#[component(flags)]
struct Perms {
    read: bool,
    write: bool,
    admin: bool,
}

#[derive(Debug, PartialEq, ComponentType, Lower, Lift)]
enum Failure {
    NotFound(String),
    Full,
    BadType((Kind, Kind)),
}

struct Provider {
    store: Store<()>,
    instance: Instance,
}

impl Provider {
    fn new() -> Option<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, &files::read("kv-provider.wasm")?).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
        Some(Provider { store, instance })
    }

    fn call<P: LowerParams, R: Lift>(&mut self, name: &str, params: P) -> R {
        let path = format!("demo:kv/store@0.1.0#{name}");
        let func = self.instance.get_typed_func::<P, R>(&mut self.store, &path).unwrap();
        func.call(&mut self.store, params).unwrap()
    }

    fn set(&mut self, bucket: &ResourceAny, key: &str, val: &Value) -> Result<Option<Value>, Failure> {
        self.call("[method]bucket.set", (bucket, key, val))
    }
}

#[test]
fn every_type_of_the_interface_is_derived() {
    let Some(mut p) = Provider::new() else { return };
    let perms = Perms { read: true, write: true, admin: false };
    let bucket: ResourceAny = p.call("[constructor]bucket", ("main", &perms));
    assert_eq!(p.call::<_, Perms>("[method]bucket.perms", (&bucket,)), perms);
    let values =
        [Value::Text("kéy".into()), Value::Number(-0.5), Value::Blob(vec![0, 255]), Value::Nothing].map(Box::new);
    for (index, value) in values.iter().enumerate() {
        assert_eq!(p.set(&bucket, &format!("key {index}"), value), Ok(None));
        let got: Result<Value, Failure> = p.call("[method]bucket.get", (&bucket, format!("key {index}")));
        assert_eq!(got.as_ref(), Ok(&**value));
    }
    assert_eq!(p.set(&bucket, "key 0", &Value::Number(1.0)), Err(Failure::BadType((Kind::Text, Kind::Number))));
    assert_eq!(p.set(&bucket, "key 0", &Value::Text("new".into())), Ok(Some(Value::Text("kéy".into()))));
    let entries: Vec<Entry> = p.call("[method]bucket.entries", (&bucket,));
    assert_eq!(entries[0], Entry { key: "key 0".into(), val: Value::Text("new".into()), version: 2 });
    assert_eq!(entries.len(), 4);
    let missing: Result<Value, Failure> = p.call("[method]bucket.get", (&bucket, "none"));
    assert_eq!(missing, Err(Failure::NotFound("none".into())));
}

#[test]
fn handles_are_lent_and_given_away() {
    let Some(mut p) = Provider::new() else { return };
    let opened: Result<ResourceAny, Failure> = p.call("[static]bucket.open", ("",));
    assert_eq!(opened, Err(Failure::Full));
    let many: Vec<ResourceAny> = p.call("open-many", (&["a", "b"][..],));
    p.set(&many[1], "x", &Value::Nothing).unwrap();
    assert_eq!(p.call::<_, Option<String>>("largest", (&many[..],)), Some("b".to_owned()));
    let cursor: ResourceAny = p.call("[method]bucket.scan", (&many[1],));
    let next: Option<Entry> = p.call("[method]cursor.next", (&cursor,));
    assert_eq!(next, Some(Entry { key: "x".into(), val: Value::Nothing, version: 1 }));
    assert_eq!(p.call::<_, u32>("[method]bucket.absorb", (&many[0], many[1].clone())), 1);
    assert_eq!(p.call::<_, (u32, u32)>("live", ()), (1, 1));
    let name = "demo:kv/store@0.1.0#[method]bucket.name";
    let name = p.instance.get_typed_func::<(&ResourceAny,), String>(&mut p.store, name).unwrap();
    let error = name.call(&mut p.store, (&many[1],)).unwrap_err().to_string();
    assert!(error.contains("after it had been passed to `demo:kv/store@0.1.0#[method]bucket.absorb`"), "{error}");
}
