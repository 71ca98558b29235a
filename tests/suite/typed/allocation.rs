//! Calls with values of fixed size allocate nothing, in either direction.

use super::echo::Type;
use super::load;
use super::values::{KIND, Kind, PERMS, Perms, VALUE};
use cantilever::runtime::{Caller, Engine, Lift, Linker, Lower, Store};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the allocations of each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller vouches for the layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller vouches for the allocation.
        unsafe { System.dealloc(ptr, layout) }
    }
}

/// How many allocations something makes.
pub fn allocations_in(something: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    something();
    ALLOCATIONS.with(Cell::get) - before
}

/// How many allocations calls of the guest, which calls the host, make.
fn allocations<T: Lower + Lift + Clone + 'static>(text: &str, flat: &[&str], value: &T) -> usize {
    let named = [VALUE, KIND, PERMS];
    let component = load(&Engine::default(), &Type { named: &named, text, flat }.component());
    let mut linker = Linker::<()>::new(component.engine());
    linker.instance("host").func_wrap("echo", |_: Caller<'_, ()>, (value,): (T,)| Ok(value)).unwrap();
    let mut store = Store::new(component.engine(), ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let echo = instance.get_typed_func::<(T,), T>(&mut store, "flat").unwrap();
    echo.call(&mut store, (value.clone(),)).unwrap();
    allocations_in(|| {
        for _ in 0..10 {
            echo.call(&mut store, (value.clone(),)).unwrap();
        }
    })
}

#[test]
fn scalars_and_records_of_them_are_passed_without_allocation() {
    assert_eq!(allocations("u32", &["i32"], &7u32), 0);
    assert_eq!(allocations("f64", &["f64"], &0.5), 0);
    assert_eq!(allocations("(option u64)", &["i32", "i64"], &Some(7u64)), 0);
    assert_eq!(allocations("(tuple u8 char)", &["i32", "i32"], &(7u8, 'x')), 0);
    assert_eq!(allocations("(list u16 3)", &["i32"; 3], &[1u16, 2, 3]), 0);
    assert_eq!(allocations("$kind", &["i32"], &Kind::Blob), 0);
    assert_eq!(allocations("$perms", &["i32"], &Perms { read: true, write: false, admin_only: true }), 0);
    // The count counts.
    assert_ne!(allocations("string", &["i32", "i32"], &"text".to_owned()), 0);
}
