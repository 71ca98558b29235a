//! The host's side: functions give back what they get.

use super::bindings::everything::EverythingImports;
use super::bindings::test::everything::things::{Kept, Thing, Things};
use super::bindings::test::everything::values::{Few, Kind, Large, Many, Small, Value, ValuePair, Values};
use cantilever::runtime::{Fill, Filled, HostError, Resource};

type Returned<T> = Result<T, HostError>;

/// Counts calls, and has the names of things.
#[derive(Debug, Default)]
pub struct Host {
    pub calls: u32,
    pub names: Vec<String>,
}

impl Host {
    /// Adds a thing; gives its representation.
    pub fn add(&mut self, name: &str) -> u32 {
        self.names.push(name.to_owned());
        self.names.len() as u32 - 1
    }

    fn same<T>(&mut self, value: T) -> Returned<T> {
        self.calls += 1;
        Ok(value)
    }
}

impl EverythingImports for Host {
    fn answer(&mut self, to: &str) -> Returned<u32> {
        Ok(to.len() as u32)
    }
}

impl Things for Host {
    fn thing_new(&mut self, name: &str) -> Returned<Resource<Thing>> {
        Ok(Resource::new(self.add(name)))
    }

    fn thing_name(&mut self, this: Resource<Thing>) -> Returned<String> {
        Ok(self.names[this.rep() as usize].clone())
    }

    fn thing_join(&mut self, things: Vec<Resource<Thing>>) -> Returned<Resource<Thing>> {
        let names: String = things.iter().map(|thing| &*self.names[thing.rep() as usize]).collect();
        self.thing_new(&names)
    }

    fn pass(&mut self, thing: Resource<Thing>) -> Returned<Resource<Thing>> {
        Ok(thing)
    }

    fn keep(&mut self, kept: Kept) -> Returned<Kept> {
        Ok(Kept { since: kept.since + 1, ..kept })
    }

    fn fill(&mut self, count: u32, by: u8, fill: Fill<'_>) -> Returned<Result<Filled, String>> {
        if count == 0 {
            return Ok(Err("nothing".to_owned()));
        }
        fill.bytes(count as usize, |room| {
            room.fill(by);
            Ok(room.len())
        })
    }

    fn drop_thing(&mut self, _this: Resource<Thing>) -> Returned<()> {
        Ok(())
    }
}

type Scalars = (bool, i8, u16, i32, u64, f32, f64, char);

impl Values for Host {
    fn scalars(&mut self, a: bool, b: i8, c: u16, d: i32, e: u64, f: f32, g: f64, h: char) -> Returned<Scalars> {
        self.same((a, b, c, d, e, f, g, h))
    }

    fn strings(&mut self, a: &str) -> Returned<String> {
        self.same(a.to_owned())
    }

    fn numbers(&mut self, a: &[u64]) -> Returned<Vec<u64>> {
        self.same(a.to_owned())
    }

    fn raw(&mut self, a: &[u8]) -> Returned<Vec<u8>> {
        self.same(a.to_owned())
    }

    fn smalls(&mut self, a: Small) -> Returned<Small> {
        self.same(a)
    }

    fn larges(&mut self, a: Large) -> Returned<Large> {
        self.same(a)
    }

    fn variants(&mut self, a: Vec<Value>) -> Returned<Vec<Value>> {
        self.same(a)
    }

    fn flagged(&mut self, a: Few, b: Many) -> Returned<(Few, Many)> {
        self.same((a, b))
    }

    fn options(&mut self, a: Option<Option<&str>>) -> Returned<Option<Option<String>>> {
        self.same(a.map(|inner| inner.map(str::to_owned)))
    }

    fn results(&mut self, a: Result<Vec<&str>, Kind>) -> Returned<Result<Vec<String>, Kind>> {
        self.same(a.map(|items| items.into_iter().map(str::to_owned).collect()))
    }

    fn nothing(&mut self, a: Result<(), ()>) -> Returned<Result<(), ()>> {
        self.same(a)
    }

    fn fixed(&mut self, a: [u16; 3]) -> Returned<[u16; 3]> {
        self.same(a)
    }

    fn maps(&mut self, a: Vec<(&str, &[u8])>) -> Returned<Vec<(String, Vec<u8>)>> {
        self.same(a.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    fn wide(
        &mut self,
        a: (&str, &str, &str),
        b: (u64, u64, u64, u64),
        c: Vec<(&str, &[u8])>,
        d: Large,
    ) -> Returned<(String, Vec<(String, Vec<u8>)>, u64)> {
        let names = [a.0, a.1, a.2, &d.name].concat();
        let list = c.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_owned())).collect();
        self.same((names, list, b.0 + b.1 + b.2 + b.3))
    }
}

/// An alias is the type that it stands for.
const _: fn(ValuePair) -> (String, Kind) = |pair| pair;
