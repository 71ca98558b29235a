//! Generated bindings for a world that has everything: they compile, and values go through them to
//! a guest and back.

mod bindings;
mod guest;
mod host;

use bindings::everything::{Everything, add_to_linker};
use bindings::exports::test::everything::values::{Few, Kind, Large, Many, Small, Value};
use bindings::test::everything::things::{Kept, Thing};
use cantilever::Compile;
use cantilever::runtime::{Component, Engine, Linker, Resource, Store};
use cantilever_bindgen::{Options, generate};
use host::Host;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/generated")
}

fn instance() -> (Store<Host>, Everything) {
    let engine = Engine::default();
    let component = Component::new(&engine, &guest::component(&folder().join("wit"))).unwrap();
    let mut linker = Linker::<Host>::new(&engine);
    add_to_linker(&mut linker, |host| host).unwrap();
    let mut store = Store::new(&engine, Host::default());
    let everything = Everything::instantiate(&mut store, &component, &linker).unwrap();
    (store, everything)
}

#[test]
fn the_bindings_are_not_out_of_date() {
    let mut options = Options::new(folder().join("wit"));
    options.runtime = "cantilever::runtime".to_owned();
    let bindings = generate(&options).unwrap();
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        bindings.write(&folder().join("bindings")).unwrap();
    }
    let stale = bindings.stale(&folder().join("bindings")).unwrap();
    assert!(stale.is_empty(), "another text is generated (CANTILEVER_BLESS=1 accepts it): {stale:?}");
}

#[test]
fn values_come_back_as_they_were() {
    let (mut store, Everything { values, .. }) = instance();
    let store = &mut store;
    let scalars = (true, -7, 60_000, -5, u64::MAX, 1.5, -2.25, 'ß');
    let (a, b, c, d, e, f, g, h) = scalars;
    assert_eq!(values.scalars(&mut *store, a, b, c, d, e, f, g, h).unwrap(), scalars);
    assert_eq!(values.strings(&mut *store, "grüße").unwrap(), "grüße");
    assert_eq!(values.numbers(&mut *store, &[1, u64::MAX]).unwrap(), [1, u64::MAX]);
    assert_eq!(values.raw(&mut *store, &[0, 255]).unwrap(), [0, 255]);
    let small = Small { a: 1, b: -1 };
    assert_eq!(values.smalls(&mut *store, small).unwrap(), small);
    assert_eq!(values.larges(&mut *store, &large()).unwrap(), large());
    let (few, many) = (Few { http_only: true, ..Few::default() }, Many { f0: true, f31: true, ..Many::default() });
    assert_eq!(values.flagged(&mut *store, few, many).unwrap(), (few, many));
    let [u16s, pairs] = [[1, 2, 3], [4, 5, 6]];
    assert_eq!(values.fixed(&mut *store, u16s).unwrap(), u16s);
    assert_ne!(values.fixed(&mut *store, pairs).unwrap(), u16s);
    assert_eq!(store.data().calls, 9);
}

fn large() -> Large {
    let many = vec![Small { a: 0, b: 1 }, Small { a: 2, b: 3 }];
    Large { name: "n".to_owned(), many, at: Some((0.5, 'c')), r#type: Kind::AB }
}

#[test]
fn nested_values_come_back_as_they_were() {
    let (mut store, Everything { values, .. }) = instance();
    let store = &mut store;
    let variants = [
        Value::Text("t".to_owned()),
        Value::Number(0.5),
        Value::List(vec![("k".to_owned(), Kind::Other)]),
        Value::None,
        Value::HttpCode(404),
    ];
    assert_eq!(values.variants(&mut *store, &variants).unwrap(), variants);
    for option in [None, Some(None), Some(Some("s"))] {
        assert_eq!(values.options(&mut *store, option).unwrap(), option.map(|inner| inner.map(str::to_owned)));
    }
    let strings = ["a".to_owned(), "b".to_owned()];
    assert_eq!(values.results(&mut *store, Ok(&strings)).unwrap(), Ok(strings.to_vec()));
    assert_eq!(values.results(&mut *store, Err(Kind::Plain)).unwrap(), Err(Kind::Plain));
    assert_eq!(values.nothing(&mut *store, Err(())).unwrap(), Err(()));
    let map = [("k".to_owned(), vec![1, 2])];
    assert_eq!(values.maps(&mut *store, &map).unwrap(), map);
    let wide = values.wide(&mut *store, ("a", "b", "c"), (1, 2, 3, 4), &map, &large()).unwrap();
    assert_eq!(wide, ("abcn".to_owned(), map.to_vec(), 10));
}

#[test]
fn resources_move_through_a_guest() {
    let (mut store, everything) = instance();
    let thing: Resource<Thing> = Resource::new(store.data_mut().add("lamp"));
    let thing = everything.pass(&mut store, thing).unwrap();
    let kept = everything.keep(&mut store, Kept { thing, since: 1 }).unwrap();
    assert_eq!((store.data().names[kept.thing.rep() as usize].as_str(), kept.since), ("lamp", 2));
}

#[test]
fn functions_outside_of_interfaces_are_bound() {
    let (mut store, everything) = instance();
    assert_eq!(everything.answer(&mut store, "four").unwrap(), 4);
    assert_eq!(everything.fill(&mut store, 3, 9).unwrap(), Ok(vec![9, 9, 9]));
    assert_eq!(everything.fill(&mut store, 0, 9).unwrap(), Err("nothing".to_owned()));
}
