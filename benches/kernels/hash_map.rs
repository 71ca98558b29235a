//! A hash map: the standard library's, with its SipHash; 2000 insertions, look-ups and removals.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let mut map: HashMap<u32, u32, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    let mut sum = 0u32;
    for round in 0..n {
        for i in 0..2000u32 {
            *map.entry(i.wrapping_mul(2_654_435_761) >> 8).or_insert(round) += i;
        }
        for i in 0..2000u32 {
            sum = sum.wrapping_add(map.get(&(i.wrapping_mul(40_503) >> 2)).copied().unwrap_or(1));
        }
        for i in (0..2000u32).step_by(2) {
            sum = sum.wrapping_add(map.remove(&(i.wrapping_mul(2_654_435_761) >> 8)).unwrap_or(1));
        }
    }
    sum
}
