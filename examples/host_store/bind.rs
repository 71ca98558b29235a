//! The store as imports of a component: functions whose types Rust has are typed, the others take and give dynamic values.

use crate::kv::{Bucket, Cursor, Entry, Kind, StoreError, Stored, Value};
use cantilever::runtime::{Caller, HostError, LinkError, Linker, LinkerInstance, Resource, ResourceAny, Val};

/// The interface.
const STORE: &str = "demo:kv/store@0.1.0";

type Store<'a> = Caller<'a, Stored>;
type Instance<'a> = LinkerInstance<'a, Stored>;

/// Defines everything that is in the interface.
pub fn add_to_linker(linker: &mut Linker<Stored>) -> Result<(), LinkError> {
    let mut store = linker.instance(STORE);
    // The Rust types that stand for the resource types, with the destructors that guests run by dropping owned handles.
    store.resource::<Bucket>("bucket", |mut store: Store, rep| {
        store.data_mut().buckets.remove(rep);
        Ok(())
    })?;
    store.resource::<Cursor>("cursor", |mut store: Store, rep| {
        store.data_mut().cursors.remove(rep);
        Ok(())
    })?;
    add_makers(&mut store)?;
    add_entry_access(&mut store)?;
    add_whole_buckets(&mut store)?;
    add_free_functions(&mut store)
}

/// What makes buckets.
fn add_makers(store: &mut Instance) -> Result<(), LinkError> {
    store.func_new("[constructor]bucket", |mut store: Store, params| match <[Val; 2]>::try_from(params) {
        Ok([Val::String(name), Val::Flags(perms)]) => Ok(Some(own(&mut store, Bucket::new(name, perms)))),
        other => Err(unexpected(&other)),
    })?;
    store.func_new("[static]bucket.open", |mut store: Store, params| match <[Val; 1]>::try_from(params) {
        Ok([Val::String(name)]) => {
            let opened = Bucket::open(name).map(|bucket| own(&mut store, bucket));
            Ok(Some(result(opened)))
        }
        other => Err(unexpected(&other)),
    })?;
    store.func_wrap("open-many", |mut store: Store, (names,): (Vec<String>,)| {
        let perms = ["read", "write", "admin"].map(String::from).to_vec();
        let buckets = &mut store.data_mut().buckets;
        let opened = names.into_iter().map(|name| Resource::new(buckets.insert(Bucket::new(name, perms.clone()))));
        Ok(opened.collect::<Vec<Resource<Bucket>>>())
    })?;
    Ok(())
}

/// Reading and writing entries.
fn add_entry_access(store: &mut Instance) -> Result<(), LinkError> {
    store.func_new("[method]bucket.get", |store: Store, params| match <[Val; 2]>::try_from(params) {
        Ok([bucket, Val::String(key)]) => {
            let found = store.data().buckets.get(rep(&bucket)?).get(key);
            Ok(Some(result(found.map(from_value))))
        }
        other => Err(unexpected(&other)),
    })?;
    store.func_new("[method]bucket.set", |mut store: Store, params| match <[Val; 3]>::try_from(params) {
        Ok([bucket, Val::String(key), val]) => {
            let old = store.data_mut().buckets.get_mut(rep(&bucket)?).set(key, to_value(val)?);
            Ok(Some(result(old.map(|old| option(old.map(from_value))))))
        }
        other => Err(unexpected(&other)),
    })?;
    store.func_new("[method]bucket.entries", |store: Store, params| match &params[..] {
        [bucket] => {
            let entries = store.data().buckets.get(rep(bucket)?).entries.iter().cloned();
            Ok(Some(Val::List(entries.map(from_entry).collect())))
        }
        other => Err(unexpected(&other)),
    })?;
    store.func_wrap("[method]bucket.keys", |store: Store, (bucket,): (Resource<Bucket>,)| {
        let entries = store.data().buckets.get(bucket.rep()).entries.iter();
        Ok(entries.map(|entry| entry.key.clone()).collect::<Vec<String>>())
    })?;
    store.func_wrap("[method]bucket.scan", |mut store: Store, (bucket,): (Resource<Bucket>,)| {
        let Stored { buckets, cursors } = store.data_mut();
        Ok(Resource::<Cursor>::new(cursors.insert(buckets.get(bucket.rep()).scan())))
    })?;
    store.func_new("[method]cursor.next", |mut store: Store, params| match &params[..] {
        [cursor] => Ok(Some(option(store.data_mut().cursors.get_mut(rep(cursor)?).next().map(from_entry)))),
        other => Err(unexpected(&other)),
    })?;
    Ok(())
}

/// What concerns a bucket as a whole.
fn add_whole_buckets(store: &mut Instance) -> Result<(), LinkError> {
    store.func_wrap("[method]bucket.name", |store: Store, (bucket,): (Resource<Bucket>,)| {
        Ok(store.data().buckets.get(bucket.rep()).name.clone())
    })?;
    store.func_new("[method]bucket.perms", |store: Store, params| match &params[..] {
        [bucket] => Ok(Some(Val::Flags(store.data().buckets.get(rep(bucket)?).perms.clone()))),
        other => Err(unexpected(&other)),
    })?;
    // `other` is a borrow: the guest keeps it.
    store.func_wrap(
        "[method]bucket.merge",
        |mut store: Store, (bucket, other): (Resource<Bucket>, Resource<Bucket>)| {
            Ok(store.data_mut().merge(bucket.rep(), other.rep()))
        },
    )?;
    // `other` is an own: it is ours now, so nobody but us ends it.
    store.func_wrap(
        "[method]bucket.absorb",
        |mut store: Store, (bucket, other): (Resource<Bucket>, Resource<Bucket>)| {
            let count = store.data_mut().merge(bucket.rep(), other.rep());
            store.data_mut().buckets.remove(other.rep());
            Ok(count)
        },
    )?;
    store.func_wrap("[method]bucket.fork", |mut store: Store, (bucket, prefix): (Resource<Bucket>, String)| {
        let buckets = &mut store.data_mut().buckets;
        let fork = buckets.get(bucket.rep()).fork(&prefix);
        Ok(Resource::<Bucket>::new(buckets.insert(fork)))
    })?;
    Ok(())
}

/// What belongs to no resource.
fn add_free_functions(store: &mut Instance) -> Result<(), LinkError> {
    store.func_wrap("live", |store: Store, (): ()| Ok((store.data().buckets.len(), store.data().cursors.len())))?;
    store.func_wrap("largest", |store: Store, (buckets,): (Vec<Resource<Bucket>>,)| {
        Ok(store.data().largest(buckets.iter().map(Resource::rep)))
    })?;
    Ok(())
}

/// Keeps a bucket, and makes an owned handle for it.
fn own(store: &mut Store, bucket: Bucket) -> Val {
    let rep = store.data_mut().buckets.insert(bucket);
    ResourceAny::from(Resource::<Bucket>::new(rep)).into()
}

/// The representation behind a handle.
fn rep(val: &Val) -> Result<u32, HostError> {
    match val {
        Val::Resource(handle) => handle.host_rep().ok_or_else(|| unexpected(val)),
        other => Err(unexpected(other)),
    }
}

/// The component's import has another type than this interface. Only dynamic functions can meet that: typed ones are checked when
/// the component is linked.
fn unexpected(found: &dyn std::fmt::Debug) -> HostError {
    format!("the interface has no such value here: {found:?}").into()
}

fn option(val: Option<Val>) -> Val {
    Val::Option(val.map(Box::new))
}

fn result(outcome: Result<Val, StoreError>) -> Val {
    let boxed = |val| Some(Box::new(val));
    Val::Result(outcome.map(boxed).map_err(|error| boxed(from_error(error))))
}

fn case(name: &str, payload: Option<Val>) -> Val {
    Val::Variant(name.to_owned(), payload.map(Box::new))
}

fn from_value(value: Value) -> Val {
    match value {
        Value::Text(text) => case("text", Some(text.into())),
        Value::Number(number) => case("number", Some(number.into())),
        Value::Blob(bytes) => case("blob", Some(Val::List(bytes.into_iter().map(Val::U8).collect()))),
        Value::Nothing => case("nothing", None),
    }
}

fn to_value(val: Val) -> Result<Value, HostError> {
    let Val::Variant(name, payload) = val else { return Err(unexpected(&val)) };
    match (name.as_str(), payload.map(|payload| *payload)) {
        ("text", Some(Val::String(text))) => Ok(Value::Text(text)),
        ("number", Some(Val::F64(number))) => Ok(Value::Number(number)),
        ("blob", Some(Val::List(bytes))) => Ok(Value::Blob(bytes.into_iter().map(to_byte).collect::<Result<_, _>>()?)),
        ("nothing", None) => Ok(Value::Nothing),
        other => Err(unexpected(&other)),
    }
}

fn to_byte(val: Val) -> Result<u8, HostError> {
    match val {
        Val::U8(byte) => Ok(byte),
        other => Err(unexpected(&other)),
    }
}

fn from_entry(entry: Entry) -> Val {
    let fields = [("key", entry.key.into()), ("val", from_value(entry.val)), ("version", entry.version.into())];
    Val::Record(fields.map(|(name, val)| (name.to_owned(), val)).to_vec())
}

fn from_error(error: StoreError) -> Val {
    match error {
        StoreError::NotFound(name) => case("not-found", Some(name.into())),
        StoreError::Full => case("full", None),
        StoreError::BadType(old, new) => case("bad-type", Some(Val::Tuple([old, new].map(from_kind).to_vec()))),
    }
}

fn from_kind(kind: Kind) -> Val {
    let name = match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Blob => "blob",
    };
    Val::Enum(name.to_owned())
}
