//! Numbers in the tables of an object: LEB128, with small distances in either direction as small
//! numbers.

/// Appends a number.
#[cfg(feature = "write")]
pub fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front; `None` when there is none.
pub fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The distance between two numbers, whose sign is the lowest bit.
#[cfg(feature = "write")]
pub fn distance(from: u32, to: u32) -> u64 {
    let distance = i64::from(to) - i64::from(from);
    (distance << 1 ^ distance >> 63) as u64
}

/// The number at such a distance.
pub fn at_distance(from: u32, distance: u64) -> u32 {
    let distance = (distance >> 1) as i64 ^ -((distance & 1) as i64);
    i64::from(from).wrapping_add(distance) as u32
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            write(&mut bytes, number);
            assert_eq!(read(&mut &bytes[..]), Some(number));
            assert_eq!(read(&mut &bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(read(&mut &[0x80; 11][..]), None);
    }

    #[test]
    fn distances_lead_back() {
        for (from, to) in [(0, 0), (5, 4), (4, 5), (0, u32::MAX), (u32::MAX, 0)] {
            assert_eq!(at_distance(from, distance(from, to)), to);
        }
        assert_eq!((distance(5, 5), distance(5, 6), distance(6, 5)), (0, 2, 1));
    }
}
