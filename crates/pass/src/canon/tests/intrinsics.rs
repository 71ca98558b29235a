//! Slow and simple intrinsics for tests. All are sound when the ranges they get are, which compiled
//! code has checked.
#![allow(unsafe_op_in_unsafe_fn)]

use cantilever_abi::block::status::{
    ALL_LATIN1, ILL_FORMED, ILL_FORMED_LENGTH, INCOMPLETE, INCOMPLETE_LENGTH, WELL_FORMED, done, well_formed,
};
use cantilever_abi::block::{HandleTable, Intrinsics};
use core::ffi::c_void;
use std::slice::{from_raw_parts, from_raw_parts_mut};

type Ctx = *mut c_void;

macro_rules! absent {
    ($($ty:ty),* => $ret:ty) => {{
        unsafe extern "C" fn absent(_: Ctx $(, _: $ty)*) -> $ret { panic!("canonical code does not call this") }
        absent
    }};
}

pub static TABLE: Intrinsics = Intrinsics {
    memory_grow: absent!(*mut u8, u64 => u64),
    table_grow: absent!(*mut u8, u64, u64 => u64),
    memory_init: absent!(*mut u8, *mut u8, u64, u64, u64 => u32),
    segment_drop: absent!(*mut u8 => ()),
    memory_copy: absent!(*mut u8, *mut u8, u64, u64, u64 => u32),
    memory_fill: absent!(*mut u8, u64, u32, u64 => u32),
    table_init: absent!(*mut u8, *mut u8, u64, u64, u64 => u32),
    table_copy: absent!(*mut u8, *mut u8, u64, u64, u64 => u32),
    table_fill: absent!(*mut u8, u64, u64, u64 => u32),
    is_subtype: absent!(u32, u32 => u32),
    handle_table_grow,
    host_alloc,
    host_keep: absent!( => ()),
    host_enter: absent!(*mut u8 => ()),
    host_leave: absent!(*mut u8 => ()),
    copy,
    copy_fields,
    copy_chars,
    utf8_to_host,
    utf8_to_utf8,
    utf16_to_utf16,
    utf8_to_utf16,
    latin1_to_utf16,
    utf16_to_utf8_ascii,
    utf16_to_utf8,
    latin1_to_utf8_ascii,
    latin1_to_utf8,
    utf8_to_latin1,
    utf16_to_latin1,
    inflate_latin1,
    utf16_to_probably_utf16,
    deflate_utf16,
    exception_new: absent!(*mut u8, u64 => *mut u8),
    exception_caught: absent!(*mut u8 => ()),
    exception_is_live: absent!(*mut u8 => u32),
    find_handler: absent!(*mut u8, *mut u8 => u32),
    land: absent!(*mut u8, *mut u8 => ()),
    core_calls: absent!(*mut u8, *mut u8 => ()),
};

unsafe extern "C" fn handle_table_grow(_: Ctx, table: *mut u8) -> u32 {
    let table = &mut *table.cast::<HandleTable>();
    let old = table.limit;
    table.limit = (old * 2).min(table.quota);
    done(table.limit > old)
}

unsafe extern "C" fn host_alloc(_: Ctx, size: u64, align: u64) -> *mut u8 {
    super::machine::host_buffer(size as usize, align as usize)
}

unsafe extern "C" fn copy(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) {
    std::ptr::copy(src, dst, len as usize)
}

/// # Safety
///
/// So many bytes must be there, and stay as they are for `'a`.
unsafe fn bytes<'a>(src: *mut u8, len: u64) -> &'a [u8] {
    from_raw_parts(src, len as usize)
}

/// # Safety
///
/// So many code units must be there.
unsafe fn units(src: *mut u8, len: u64) -> Vec<u16> {
    bytes(src, 2 * len).chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// # Safety
///
/// There must be room for the content.
unsafe fn write(dst: *mut u8, content: &[u8]) {
    std::ptr::copy(content.as_ptr(), dst, content.len())
}

/// # Safety
///
/// There must be room for the content.
unsafe fn write_units(dst: *mut u8, content: impl IntoIterator<Item = u16>) -> u64 {
    let content: Vec<u8> = content.into_iter().flat_map(u16::to_le_bytes).collect();
    write(dst, &content);
    content.len() as u64 / 2
}

fn failure(e: std::str::Utf8Error) -> u32 {
    if e.error_len().is_none() { INCOMPLETE } else { ILL_FORMED }
}

/// Copies every other string.
unsafe extern "C" fn utf8_to_host(_: Ctx, src: *mut u8, len: u64, _: *mut u8) -> u64 {
    match utf8_validate(src, len) {
        WELL_FORMED if len % 2 == 1 => {
            let to = host_alloc(_c(), len, 1);
            copy(_c(), to, src, len);
            to as u64
        }
        WELL_FORMED => src as u64,
        ILL_FORMED => ILL_FORMED_LENGTH,
        _ => INCOMPLETE_LENGTH,
    }
}

/// # Safety
///
/// So many bytes must be there.
unsafe fn utf8_validate(src: *mut u8, len: u64) -> u32 {
    std::str::from_utf8(bytes(src, len)).map_or_else(failure, |_| WELL_FORMED)
}

unsafe extern "C" fn utf8_to_utf8(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    copy(_c(), dst, src, len);
    utf8_validate(src, len)
}

fn _c() -> Ctx {
    std::ptr::null_mut()
}

unsafe extern "C" fn utf16_to_utf16(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    let content = units(src, len);
    copy(_c(), dst, src, 2 * len);
    well_formed(String::from_utf16(&content).is_ok())
}

unsafe extern "C" fn utf8_to_utf16(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    match std::str::from_utf8(bytes(src, len)) {
        Ok(s) => write_units(dst, s.encode_utf16()),
        Err(e) if failure(e) == INCOMPLETE => INCOMPLETE_LENGTH,
        Err(_) => ILL_FORMED_LENGTH,
    }
}

unsafe extern "C" fn latin1_to_utf16(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) {
    write_units(dst, bytes(src, len).iter().map(|b| u16::from(*b)));
}

unsafe extern "C" fn utf16_to_utf8_ascii(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let ascii: Vec<u8> = units(src, len).into_iter().take_while(|u| *u < 0x80).map(|u| u as u8).collect();
    write(dst, &ascii);
    ascii.len() as u64
}

unsafe extern "C" fn utf16_to_utf8(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    match String::from_utf16(&units(src, len)) {
        Ok(s) => {
            write(dst, s.as_bytes());
            s.len() as u64
        }
        Err(_) => ILL_FORMED_LENGTH,
    }
}

unsafe extern "C" fn latin1_to_utf8_ascii(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let ascii: Vec<u8> = bytes(src, len).iter().copied().take_while(u8::is_ascii).collect();
    write(dst, &ascii);
    ascii.len() as u64
}

unsafe extern "C" fn latin1_to_utf8(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let s: String = bytes(src, len).iter().map(|b| char::from(*b)).collect();
    write(dst, s.as_bytes());
    s.len() as u64
}

unsafe extern "C" fn utf8_to_latin1(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let content = bytes(src, len);
    let valid = std::str::from_utf8(content).map_or_else(|e| &content[..e.valid_up_to()], str::as_bytes);
    let valid = std::str::from_utf8(valid).expect("it is valid up to there");
    let prefix: Vec<char> = valid.chars().take_while(|c| u32::from(*c) < 0x100).collect();
    let content: Vec<u8> = prefix.iter().map(|c| *c as u8).collect();
    write(dst, &content);
    (content.len() as u64) << 32 | prefix.iter().map(|c| c.len_utf8() as u64).sum::<u64>()
}

unsafe extern "C" fn utf16_to_latin1(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let prefix: Vec<u8> = units(src, len).into_iter().take_while(|u| *u < 0x100).map(|u| u as u8).collect();
    write(dst, &prefix);
    prefix.len() as u64
}

unsafe extern "C" fn inflate_latin1(_: Ctx, at: *mut u8, len: u64) {
    let content = bytes(at, len).to_vec();
    write_units(at, content.into_iter().map(u16::from));
}

unsafe extern "C" fn utf16_to_probably_utf16(_: Ctx, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    let content = units(src, len);
    if utf16_to_utf16(_c(), dst, src, len) == ILL_FORMED {
        return ILL_FORMED;
    }
    if content.iter().all(|u| *u < 0x100) { ALL_LATIN1 } else { WELL_FORMED }
}

unsafe extern "C" fn copy_fields(_: Ctx, to: *mut u8, from: *mut u8, len: u64, size: u64, fields: u64) {
    let content = from_raw_parts(from, len as usize).to_vec();
    for (index, byte) in content.into_iter().enumerate() {
        if fields >> (index as u64 % size) & 1 == 1 {
            *to.add(index) = byte;
        }
    }
}

unsafe extern "C" fn copy_chars(_: Ctx, to: *mut u8, from: *mut u8, count: u64) -> u64 {
    let content: Vec<u32> = (0..count as usize).map(|i| from.cast::<u32>().add(i).read()).collect();
    for (index, unit) in content.into_iter().enumerate() {
        if char::from_u32(u32::from_le(unit)).is_none() {
            return index as u64;
        }
        to.cast::<u32>().add(index).write(unit);
    }
    count
}

unsafe extern "C" fn deflate_utf16(_: Ctx, at: *mut u8, len: u64) {
    let content = units(at, len);
    let slice = from_raw_parts_mut(at, len as usize);
    slice.iter_mut().zip(content).for_each(|(to, unit)| *to = unit as u8);
}
