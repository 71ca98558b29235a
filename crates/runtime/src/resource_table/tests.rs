//! The tables against models: every sequence of operations up to a length.

use super::erased::{ResourceTable, ResourceTableError};
use super::slab::{NoSuchEntry, TableFull};
use super::table::Table;
use crate::value::resource::Resource;
use std::sync::{Arc, Mutex};

/// Runs `check` with every sequence of operations of a length. An operation is a number: 0 pushes,
/// and the others do one of `kinds` things to an entry that was pushed in an earlier step.
fn for_each_sequence(length: usize, kinds: usize, mut check: impl FnMut(&[usize])) {
    let choices = |step: usize| 1 + kinds * step;
    for code in 0..(0..length).map(choices).product() {
        let mut rest = code;
        let digit = |step| {
            let digit = rest % choices(step);
            rest /= choices(step);
            digit
        };
        check(&(0..length).map(digit).collect::<Vec<_>>());
    }
}

#[test]
fn every_short_sequence_does_what_the_model_does() {
    const LIMIT: u32 = 3;
    for_each_sequence(8, 1, |steps| {
        let mut table: Table<usize> = Table::with_limit(LIMIT);
        // What was pushed, in order: the representation, and whether it is still there.
        let mut model: Vec<(u32, bool)> = Vec::new();
        for (step, choice) in steps.iter().enumerate() {
            let live = model.iter().filter(|(_, live)| *live).count() as u32;
            match choice.checked_sub(1) {
                None if live == LIMIT => assert_eq!(table.insert(step), Err(TableFull { limit: LIMIT })),
                None => model.push((table.insert(model.len()).unwrap(), true)),
                Some(which) if which < model.len() => {
                    let (rep, live) = &mut model[which];
                    let expected = if *live { Ok(which) } else { Err(NoSuchEntry { rep: *rep }) };
                    assert_eq!(table.remove_rep(*rep), expected, "{steps:?}");
                    *live = false;
                }
                Some(_) => {}
            }
            for (index, (rep, live)) in model.iter().enumerate() {
                let expected = if *live { Ok(&index) } else { Err(NoSuchEntry { rep: *rep }) };
                assert_eq!(table.by_rep(*rep), expected, "{steps:?}");
            }
            let live = model.iter().filter(|(_, live)| *live);
            assert_eq!(table.len() as usize, live.clone().count());
            let mut listed: Vec<u32> = table.iter().map(|(rep, _)| rep).collect();
            let mut live: Vec<u32> = live.map(|(rep, _)| *rep).collect();
            listed.sort_unstable();
            live.sort_unstable();
            assert_eq!(listed, live, "{steps:?}");
        }
    });
}

#[test]
fn a_representation_comes_again_when_generations_wrap_and_no_sooner() {
    let mut table: Table<u32> = Table::new();
    let first = table.insert(0).unwrap();
    table.remove_rep(first).unwrap();
    for generation in 1..Table::<u32>::GENERATIONS {
        let rep = table.insert(generation).unwrap();
        assert_ne!(rep, first);
        assert_eq!(table.by_rep(first), Err(NoSuchEntry { rep: first }));
        assert_eq!(table.remove_rep(rep), Ok(generation));
    }
    assert_eq!(table.insert(0), Ok(first));
}

#[test]
fn a_table_holds_as_many_entries_as_an_index_can_name() {
    let mut table: Table<()> = Table::with_limit(u32::MAX);
    for _ in 0..Table::<()>::MAX_ENTRIES {
        table.insert(()).unwrap();
    }
    assert_eq!(table.insert(()), Err(TableFull { limit: Table::<()>::MAX_ENTRIES }));
    table.remove_rep(5).unwrap();
    assert_ne!(table.insert(()).unwrap(), 5);
}

#[test]
fn limits_can_be_changed_below_what_there_is() {
    let mut table: Table<u8> = Table::new();
    let (first, second) = (table.push(1).unwrap(), table.push(2).unwrap());
    table.set_limit(1);
    assert!(table.push(3).is_err());
    assert_eq!(table.get(&first), Ok(&1));
    assert_eq!(table.remove(second), Ok(2));
    assert!(table.push(3).is_err());
    table.set_limit(2);
    let third = table.push(3).unwrap();
    *table.get_mut(&third).unwrap() += 1;
    assert_eq!(table.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [1, 4]);
}

/// Notes in a list that it was dropped.
#[derive(Debug)]
struct Noted(usize, Arc<Mutex<Vec<usize>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// What the model knows of an entry of a `ResourceTable`.
struct Modelled {
    rep: u32,
    parent: Option<usize>,
    removed: bool,
}

/// Is an entry's value there: is it not removed, or a child's value there?
fn is_kept(model: &[Modelled], index: usize) -> bool {
    let is_child = |child: &usize| model[*child].parent == Some(index);
    !model[index].removed || (index + 1..model.len()).filter(is_child).any(|child| is_kept(model, child))
}

#[test]
fn every_short_sequence_with_children_does_what_the_model_does() {
    for_each_sequence(7, 2, |steps| {
        let dropped = Arc::new(Mutex::new(Vec::new()));
        let mut table = ResourceTable::new();
        let mut model: Vec<Modelled> = Vec::new();
        for choice in steps {
            let value = Noted(model.len(), dropped.clone());
            let which = choice.div_ceil(2).checked_sub(1);
            match which.map(|which| (which, model.get_mut(which))) {
                None => {
                    let rep = table.push(value).unwrap().rep();
                    model.push(Modelled { rep, parent: None, removed: false });
                }
                Some((_, None)) => std::mem::forget(value),
                Some((which, Some(entry))) if choice % 2 == 0 => {
                    match table.push_child(value, &Resource::<Noted>::borrowed(entry.rep)) {
                        Ok(child) => model.push(Modelled { rep: child.rep(), parent: Some(which), removed: false }),
                        Err(error) => assert_eq!(error, NoSuchEntry { rep: entry.rep }.into(), "{steps:?}"),
                    }
                    // A value that was refused is dropped, and is no entry's.
                    dropped.lock().unwrap().retain(|index| *index < model.len());
                }
                Some((_, Some(entry))) => {
                    std::mem::forget(value);
                    assert_eq!(table.remove_rep(entry.rep).is_ok(), !entry.removed, "{steps:?}");
                    entry.removed = true;
                }
            }
            check(&table, &model, &dropped.lock().unwrap(), steps);
        }
        drop(table);
        let order = dropped.lock().unwrap();
        let at = |index: usize| order.iter().position(|dropped| *dropped == index).unwrap();
        let follows = |(index, entry): (usize, &Modelled)| entry.parent.is_none_or(|parent| at(parent) > at(index));
        assert!(model.iter().enumerate().all(follows), "{steps:?}: {order:?}");
    });
}

/// Does the table have what the model says, and were all other values dropped once?
fn check(table: &ResourceTable, model: &[Modelled], dropped: &[usize], steps: &[usize]) {
    for (index, entry) in model.iter().enumerate() {
        let handle = Resource::<Noted>::borrowed(entry.rep);
        let found = table.get(&handle).map(|noted| noted.0);
        let expected = if entry.removed { Err(NoSuchEntry { rep: entry.rep }.into()) } else { Ok(index) };
        assert_eq!(found, expected, "{steps:?}");
        let drops = dropped.iter().filter(|dropped| **dropped == index).count();
        assert_eq!(drops, usize::from(!is_kept(model, index)), "{steps:?}");
        if let (false, Some(parent)) = (entry.removed, entry.parent) {
            assert_eq!(table.parent::<Noted, _>(&handle).unwrap().0, parent, "{steps:?}");
        }
    }
    let kept = (0..model.len()).filter(|index| is_kept(model, *index)).count();
    assert_eq!(table.len() as usize, kept, "{steps:?}");
}

#[test]
fn erased_entries_have_their_own_types() {
    let mut table = ResourceTable::with_limit(2);
    let text = table.push("a".to_owned()).unwrap();
    let number = table.push_child(7u8, &text).unwrap();
    assert_eq!(table.push(()).unwrap_err(), TableFull { limit: 2 });
    assert_eq!(table.push_child((), &text).unwrap_err(), TableFull { limit: 2 }.into());
    let wrong = table.get(&Resource::<u8>::borrowed(text.rep())).unwrap_err();
    assert!(matches!(wrong, ResourceTableError::WrongType { expected: "u8", .. }), "{wrong}");
    assert!(table.remove(Resource::<u8>::new(text.rep())).is_err());
    assert_eq!(table.parent::<String, _>(&text), Err(ResourceTableError::NoParent { rep: text.rep() }));
    assert!(table.parent::<u8, _>(&number).is_err());
    *table.get_mut(&number).unwrap() += 1;
    let stale = Resource::<String>::borrowed(text.rep());
    assert_eq!(table.remove(text), Ok(None));
    assert_eq!(table.get(&stale), Err(NoSuchEntry { rep: stale.rep() }.into()));
    table.parent_mut::<String, _>(&number).unwrap().push('b');
    assert_eq!(table.parent::<String, _>(&number).unwrap(), "ab");
    assert_eq!((table.len(), table.remove(number), table.len()), (2, Ok(Some(8)), 0));
}
