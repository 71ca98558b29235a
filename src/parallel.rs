//! Work on many items: on all cores, or, where there is so little of it that waking other threads
//! would cost more, on the thread that has it. It must not know what the work is.

use rayon::prelude::*;

/// As much work as takes longer than waking a thread, in bytes of functions to be compiled.
const WORTH_A_THREAD: usize = 4 << 10;

/// Is there so little work that one thread does it soonest? Work is measured in bytes of functions
/// to be compiled.
pub fn is_little(work: usize) -> bool {
    work < WORTH_A_THREAD
}

/// Does something with each item; the results, in the same order. Each thread makes itself what it
/// needs.
pub fn map_init<T: Send, S, R: Send>(
    items: Vec<T>,
    work: usize,
    init: impl Fn() -> S + Sync + Send,
    each: impl Fn(&mut S, T) -> R + Sync + Send,
) -> Vec<R> {
    if is_little(work) {
        let mut own = init();
        return items.into_iter().map(|item| each(&mut own, item)).collect();
    }
    items.into_par_iter().map_init(init, each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_either_way() {
        for work in [0, WORTH_A_THREAD] {
            let doubled = map_init((0..1000).collect(), work, || 2, |two, item| *two * item);
            assert_eq!(doubled, (0..2000).step_by(2).collect::<Vec<i32>>());
        }
    }
}
