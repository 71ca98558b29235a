//! Bytes of Wasm's binary format.

/// An unsigned number.
pub fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Content after its size: a section, a body, a name.
pub fn sized(content: &[u8]) -> Vec<u8> {
    [leb(content.len()), content.to_vec()].concat()
}

/// Entries after their number.
pub fn counted(entries: &[Vec<u8>]) -> Vec<u8> {
    [leb(entries.len()), entries.concat()].concat()
}

/// The entries of a section with more of them at its end.
pub fn appended(section: Option<&[u8]>, more: &[Vec<u8>]) -> Vec<u8> {
    let (count, entries) = section.map_or((0, &[][..]), split_count);
    [leb(count + more.len()), entries.to_vec(), more.concat()].concat()
}

/// The number that a section begins with, and what follows.
fn split_count(section: &[u8]) -> (usize, &[u8]) {
    let len = 1 + section.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let count = section[..len].iter().rev().fold(0, |count, byte| count << 7 | usize::from(byte & 0x7f));
    (count, &section[len..])
}

/// `i32.const mask; i32.and`, or the same with 64 bits.
pub fn and(mask: u16, is_64: bool) -> Vec<u8> {
    let (constant, and) = if is_64 { (0x42, 0x83) } else { (0x41, 0x71) };
    // A signed number whose last byte must not look negative.
    vec![constant, mask as u8 | 0x80, (mask >> 7) as u8 | 0x80, (mask >> 14) as u8, and]
}
