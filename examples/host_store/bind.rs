//! The store as imports of a component: typed functions, one that looks at its parameter in the
//! guest's memory, and one that takes and gives dynamic values.

use super::kv::{Bucket, Cursor, Perms, Stored, Value};
use cantilever::runtime::{Caller, LinkError, Linker, LinkerInstance, Resource, Val};

/// The interface.
const STORE: &str = "demo:kv/store@0.1.0";

type Store<'a> = Caller<'a, Stored>;
type Instance<'a> = LinkerInstance<'a, Stored>;

/// Defines everything that is in the interface.
pub fn add_to_linker(linker: &mut Linker<Stored>) -> Result<(), LinkError> {
    let mut store = linker.instance(STORE);
    // The Rust types that stand for the resource types, with the destructors that guests run by
    // dropping owned handles.
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
    store.func_wrap("[constructor]bucket", |mut store: Store, (name, perms): (String, Perms)| {
        Ok(own(store.data_mut(), Bucket::new(name, perms)))
    })?;
    store.func_wrap("[static]bucket.open", |mut store: Store, (name,): (String,)| {
        Ok(Bucket::open(name).map(|bucket| own(store.data_mut(), bucket)))
    })?;
    store.func_wrap("open-many", |mut store: Store, (names,): (Vec<String>,)| {
        let perms = Perms { read: true, write: true, admin: true };
        let opened = names.into_iter().map(|name| own(store.data_mut(), Bucket::new(name, perms)));
        Ok(opened.collect::<Vec<Resource<Bucket>>>())
    })?;
    Ok(())
}

/// Reading and writing entries.
fn add_entry_access(store: &mut Instance) -> Result<(), LinkError> {
    // The key is only looked at, so it stays where the guest has it.
    store.func_view::<(Resource<Bucket>, &str), _, _>("[method]bucket.get", |stored, (bucket, key)| {
        Ok(stored.buckets.get(bucket.rep()).get(key))
    })?;
    store.func_wrap(
        "[method]bucket.set",
        |mut store: Store, (bucket, key, val): (Resource<Bucket>, String, Value)| {
            Ok(store.data_mut().buckets.get_mut(bucket.rep()).set(key, val))
        },
    )?;
    store.func_wrap("[method]bucket.entries", |store: Store, (bucket,): (Resource<Bucket>,)| {
        Ok(store.data().buckets.get(bucket.rep()).entries.clone())
    })?;
    store.func_wrap("[method]bucket.keys", |store: Store, (bucket,): (Resource<Bucket>,)| {
        let entries = store.data().buckets.get(bucket.rep()).entries.iter();
        Ok(entries.map(|entry| entry.key.clone()).collect::<Vec<String>>())
    })?;
    store.func_wrap("[method]bucket.scan", |mut store: Store, (bucket,): (Resource<Bucket>,)| {
        let Stored { buckets, cursors } = store.data_mut();
        Ok(Resource::<Cursor>::new(cursors.insert(buckets.get(bucket.rep()).scan())))
    })?;
    store.func_wrap("[method]cursor.next", |mut store: Store, (cursor,): (Resource<Cursor>,)| {
        Ok(store.data_mut().cursors.get_mut(cursor.rep()).next())
    })?;
    Ok(())
}

/// What concerns a bucket as a whole.
fn add_whole_buckets(store: &mut Instance) -> Result<(), LinkError> {
    store.func_wrap("[method]bucket.name", |store: Store, (bucket,): (Resource<Bucket>,)| {
        Ok(store.data().buckets.get(bucket.rep()).name.clone())
    })?;
    store.func_wrap("[method]bucket.perms", |store: Store, (bucket,): (Resource<Bucket>,)| {
        Ok(store.data().buckets.get(bucket.rep()).perms)
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
    // Dynamic: the function's type is whatever the component says, and the values are checked
    // against it.
    store.func_new("live", |store: Store, _| {
        let counts = [store.data().buckets.len(), store.data().cursors.len()];
        Ok(Some(Val::Tuple(counts.map(Val::U32).to_vec())))
    })?;
    store.func_wrap("largest", |store: Store, (buckets,): (Vec<Resource<Bucket>>,)| {
        Ok(store.data().largest(buckets.iter().map(Resource::rep)))
    })?;
    Ok(())
}

/// Keeps a bucket, and makes an owned handle for it.
fn own(stored: &mut Stored, bucket: Bucket) -> Resource<Bucket> {
    Resource::new(stored.buckets.insert(bucket))
}
