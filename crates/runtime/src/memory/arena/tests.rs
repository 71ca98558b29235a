//! What is allocated, counted, taken over and freed when.

use super::*;

#[test]
fn what_is_large_can_be_taken_over_once() {
    let mut arena = Arena::default();
    let saved = arena.enter();
    let layout = Layout::from_size_align(LARGE, 1).unwrap();
    let [kept, taken] = [(); 2].map(|()| arena.alloc(LARGE, 1).unwrap());
    let small = arena.alloc(LARGE - 1, 1).unwrap();
    assert_eq!(arena.take_over(taken, Layout::from_size_align(LARGE, 2).unwrap()), None, "another layout");
    assert_eq!(arena.take_over(small, Layout::from_size_align(LARGE - 1, 1).unwrap()), None, "not large");
    assert_eq!([(); 2].map(|()| arena.take_over(taken, layout)), [Some(0), None]);
    // SAFETY: it was allocated with this layout, and is ours now.
    unsafe { std::alloc::dealloc(taken, layout) };
    let again = arena.alloc(LARGE, 1).unwrap();
    assert_eq!((arena.large.len(), arena.large_order.len()), (2, 3), "also if the address is the same");
    arena.leave(saved);
    assert_eq!([kept, again].map(|base| arena.take_over(base, layout)), [None, None], "freed");
    assert!(arena.large.is_empty() && arena.large_order.is_empty());
}

#[test]
fn calls_free_what_they_allocated() {
    let mut arena = Arena::default();
    let saved = arena.enter();
    let first = arena.alloc(10, 8).unwrap();
    arena.begin_activation();
    let result = arena.alloc(100_000, 16).unwrap();
    assert_eq!(result as usize % 16, 0);
    arena.leave(saved);
    assert_eq!(arena.enter().top, Mark::default());
    assert_eq!(arena.alloc(10, 8).unwrap(), first);
}

#[test]
fn repeated_host_calls_do_not_accumulate() {
    let mut arena = Arena::default();
    let kept = arena.alloc(8, 8).unwrap();
    // SAFETY: just allocated with that size and alignment.
    unsafe { kept.cast::<u64>().write(42) };
    arena.begin_activation();
    for _ in 0..1000 {
        arena.alloc(4096, 1).unwrap();
        arena.begin_host_call();
        arena.alloc(4096, 1).unwrap();
        arena.end_host_call();
    }
    let size = arena.size();
    assert!(size <= 4 * FIRST_CHUNK, "the arena grew to {size} bytes");
    // SAFETY: still allocated: it lies below the activation.
    assert_eq!(unsafe { kept.cast::<u64>().read() }, 42);
}

#[test]
fn what_is_kept_survives_later_host_calls() {
    let mut arena = Arena::default();
    arena.begin_activation();
    let kept = arena.alloc(8, 8).unwrap();
    arena.end_host_call();
    let kept_too = arena.alloc(8, 8).unwrap();
    assert_eq!(kept, kept_too, "the first was not kept");
    arena.begin_activation();
    arena.begin_host_call();
    arena.end_host_call();
    assert_ne!(arena.alloc(8, 8).unwrap(), kept);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "past the end of an allocation")]
fn a_write_past_an_allocation_is_noticed() {
    let mut arena = Arena::default();
    let saved = arena.enter();
    let first = arena.alloc(10, 1).unwrap();
    arena.alloc(10, 1).unwrap();
    // SAFETY: not past the chunk.
    unsafe { first.add(10).write(1) };
    arena.leave(saved);
}

fn limits(lifted_bytes: u64) -> Limits {
    Limits { lifted_bytes, ..Limits::default() }
}

#[test]
fn what_guests_give_counts_until_it_is_freed() {
    for (size, limits) in [(100, limits(100_000)), (LARGE, limits(10 * LARGE as u64)), (1 << 20, limits(5 << 20))] {
        let mut arena = Arena::default();
        for _ in 0..3 {
            arena.alloc(1 << 20, 1).unwrap();
            let saved = arena.enter();
            let refused = (0..).find_map(|_| arena.alloc_lifted(size, 8, &limits).err()).unwrap();
            let Refused::Limit(exceeded) = refused else { panic!("{refused:?}") };
            assert!(exceeded.needed <= limits.lifted_bytes + (size + FENCE + CHUNK_ALIGN) as u64, "{exceeded}");
            assert!(arena.lifted.bytes() > limits.lifted_bytes - 2 * size.max(LARGE) as u64);
            assert!(arena.alloc(size, 8).is_some(), "what the host gives is bounded");
            arena.leave(saved);
            assert_eq!(arena.lifted.bytes(), 0);
        }
    }
}

#[test]
fn what_is_taken_over_still_counts() {
    let (mut arena, limits) = (Arena::default(), limits(LARGE as u64));
    let saved = arena.enter();
    let layout = Layout::from_size_align(LARGE, 1).unwrap();
    let taken = arena.alloc_lifted(LARGE, 1, &limits).unwrap();
    assert_eq!(arena.take_over(taken, layout), Some(LARGE as u64));
    // SAFETY: it was allocated with this layout, and is ours now.
    unsafe { std::alloc::dealloc(taken, layout) };
    arena.leave(saved);
    assert_eq!(arena.lifted.bytes(), LARGE as u64);
    assert!(arena.alloc_lifted(LARGE, 1, &limits).is_err());
    arena.lifted.give_back(LARGE as u64);
    arena.alloc_lifted(LARGE, 1, &limits).unwrap();
}

#[test]
fn what_was_kept_within_an_activation_ends_with_its_stretch() {
    let (mut arena, limits) = (Arena::default(), Limits::default());
    arena.begin_activation();
    let below = arena.alloc(8, 8).unwrap();
    arena.begin_activation();
    let stretches: Vec<*mut u8> = (0..1000)
        .map(|_| {
            let saved = arena.enter_within();
            let result = arena.alloc_lifted(8, 8, &limits).unwrap();
            arena.begin_activation();
            arena.begin_host_call();
            arena.alloc_lifted(100_000, 8, &limits).unwrap();
            arena.end_host_call();
            arena.leave(saved);
            result
        })
        .collect();
    assert!(stretches.iter().all(|result| *result == stretches[0] && *result != below));
    assert!(arena.size() <= 2 * FIRST_CHUNK, "the arena grew to {} bytes", arena.size());
}

#[test]
fn an_arena_that_was_large_shrinks() {
    let (mut arena, limits) = (Arena::default(), Limits::default());
    let saved = arena.enter();
    for size in [LARGE, 100] {
        (0..100 << 20).step_by(size).for_each(|_| assert!(arena.alloc_lifted(size, 1, &limits).is_ok()));
        arena.leave(Saved { ..saved });
        assert!(arena.size() <= FIRST_CHUNK + KEPT_CHUNK && arena.lifted.bytes() == 0);
        assert!(arena.large_order.capacity() <= KEPT_LARGE && arena.large.capacity() <= 2 * KEPT_LARGE);
    }
}

#[test]
fn absurd_sizes_are_refused() {
    let mut arena = Arena::default();
    assert!(arena.alloc(usize::MAX, 1).is_none());
    assert!(arena.alloc(usize::MAX / 4, 1).is_none());
    assert!(arena.alloc(1, 3).is_none());
    assert!(arena.alloc(1, 8).is_some());
}
