//! Sorting: the standard library's, stable and not, of 4096 integers and of 1000 strings.

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let (mut random, mut sum) = (9u32, 0u32);
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random
    };
    for _ in 0..n {
        let mut numbers: Vec<u32> = (0..4096).map(|_| next()).collect();
        numbers.sort_unstable();
        sum = sum.wrapping_add(numbers[1000]);
        let mut pairs: Vec<(u32, u32)> = (0..2048).map(|i| (next() >> 20, i)).collect();
        pairs.sort_by_key(|pair| pair.0);
        sum = sum.wrapping_add(pairs[1000].1);
        let mut names: Vec<String> = (0..1000).map(|_| format!("name {:x}", next() >> 8)).collect();
        names.sort();
        sum = sum.wrapping_add(names[500].bytes().map(u32::from).sum::<u32>());
    }
    sum
}
