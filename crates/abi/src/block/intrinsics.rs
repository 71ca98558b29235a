//! The table of runtime routines: the whole surface of the runtime that compiled code calls.
//!
//! Compiled code loads a routine's address from the table that its [`Context`](super::Context)
//! points to, and calls it in the platform's C convention. The first argument is always the
//! caller's `vmctx`. A routine that can fail returns a number of [`status`](super::status) and
//! compiled code raises the trap, so no frame of a routine is ever skipped. Where a routine is said
//! to answer yes or no, that is [`DONE`] or [`FAILED`].
//!
//! The table can be implemented in C: every argument is an integer or a pointer.

#[cfg(doc)]
use super::status::{
    ALL_LATIN1, CANNOT_GROW, DONE, FAILED, ILL_FORMED, ILL_FORMED_LENGTH, INCOMPLETE, INCOMPLETE_LENGTH, WELL_FORMED,
};
use core::ffi::c_void;

/// Version of the table's layout, of the routines' meaning, and of what compiled code and host
/// functions agree on. An object records the version it was compiled for.
pub const INTRINSICS_VERSION: u32 = 8;

/// Makes the `repr(C)` table and the enumeration of its entries from one list.
macro_rules! intrinsics {
    ($( $(#[$doc:meta])* $variant:ident = $name:ident ( $($arg:ident : $ty:ident),* ) $(-> $ret:ident)? ; )*) => {
        /// The table. All fields are addresses of functions in the platform's C convention.
        #[repr(C)]
        #[derive(Debug, Clone, Copy)]
        #[allow(missing_docs)]
        pub struct Intrinsics {
            $( $(#[$doc])* pub $name: unsafe extern "C" fn(*mut c_void $(, intrinsics!(@rust $ty))*) $(-> intrinsics!(@rust $ret))?, )*
        }

        /// One routine of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Intrinsic { $( $(#[$doc])* $variant, )* }

        impl Intrinsic {
            /// Every routine, in the order of the table.
            pub const ALL: &'static [Intrinsic] = &[$(Intrinsic::$variant),*];

            /// Offset of the routine's address in [`Intrinsics`].
            pub const fn offset(self) -> u32 {
                match self { $( Intrinsic::$variant => core::mem::offset_of!(Intrinsics, $name) as u32, )* }
            }

            /// The routine's name.
            pub const fn name(self) -> &'static str {
                match self { $( Intrinsic::$variant => stringify!($name), )* }
            }

            /// Its parameters after `vmctx`, and its result.
            pub const fn signature(self) -> (&'static [Width], Option<Width>) {
                match self {
                    $( Intrinsic::$variant => (&[$(intrinsics!(@width $ty)),*], intrinsics!(@ret $($ret)?)), )*
                }
            }
        }
    };
    (@rust u32) => { u32 };
    (@rust u64) => { u64 };
    (@rust ptr) => { *mut u8 };
    (@width u32) => { Width::I32 };
    (@width u64) => { Width::I64 };
    (@width ptr) => { Width::Pointer };
    (@ret $ret:ident) => { Some(intrinsics!(@width $ret)) };
    (@ret) => { None };
}

/// The machine type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A native pointer.
    Pointer,
}

intrinsics! {
    /// `memory.grow`: `memory` is the `MemoryDef`; returns the old size in pages, or
    /// [`CANNOT_GROW`].
    MemoryGrow = memory_grow(memory: ptr, delta_pages: u64) -> u64;
    /// `table.grow`: `table` is the `TableDef`; returns the old size, or [`CANNOT_GROW`].
    TableGrow = table_grow(table: ptr, delta: u64, init: u64) -> u64;
    /// `memory.init` and active data segments: [`DONE`], or [`FAILED`] when out of bounds (then
    /// nothing was written). `segment` is the index of the segment's [`SegmentSlot`] in the
    /// module's instance.
    MemoryInit = memory_init(memory: ptr, segment: ptr, dst: u64, src: u64, len: u64) -> u32;
    /// `data.drop` and `elem.drop`: the segment becomes empty.
    SegmentDrop = segment_drop(segment: ptr);
    /// `memory.copy`: [`DONE`], or [`FAILED`] when out of bounds.
    MemoryCopy = memory_copy(dst_memory: ptr, src_memory: ptr, dst: u64, src: u64, len: u64) -> u32;
    /// `memory.fill`: [`DONE`], or [`FAILED`] when out of bounds.
    MemoryFill = memory_fill(memory: ptr, dst: u64, value: u32, len: u64) -> u32;
    /// `table.init` from a segment of 8-byte elements (already evaluated): [`DONE`], or [`FAILED`]
    /// when out of bounds.
    TableInit = table_init(table: ptr, segment: ptr, dst: u64, src: u64, len: u64) -> u32;
    /// `table.copy`: [`DONE`], or [`FAILED`] when out of bounds.
    TableCopy = table_copy(dst_table: ptr, src_table: ptr, dst: u64, src: u64, len: u64) -> u32;
    /// `table.fill`: [`DONE`], or [`FAILED`] when out of bounds.
    TableFill = table_fill(table: ptr, dst: u64, value: u64, len: u64) -> u32;
    /// Raises the limit of a handle table; `table` is the [`HandleTable`](super::HandleTable).
    /// [`DONE`], or [`FAILED`] at the quota.
    HandleTableGrow = handle_table_grow(table: ptr) -> u32;
    /// Memory for a value that the host receives, valid until the call's results have been read:
    /// the host's `realloc`. Returns null when the host refuses, for want of memory or for the sake
    /// of a limit.
    HostAlloc = host_alloc(size: u64, align: u64) -> ptr;
    /// What was allocated by [`Intrinsic::HostAlloc`] so far stays until the host's call of the
    /// guest ends, even if the guest calls the host again. If it was allocated in a stretch, it
    /// stays until that ends.
    HostKeep = host_keep();
    /// Begins a stretch: what [`Intrinsic::HostAlloc`] gives from now on is valid until the
    /// matching [`Intrinsic::HostLeave`]. `saved` is the address of a [`HostMark`], which this
    /// writes. If the guest traps meanwhile, the stretch ends with the host's call.
    HostEnter = host_enter(saved: ptr);
    /// Ends the innermost stretch, of which `saved` is the mark.
    HostLeave = host_leave(saved: ptr);
    /// `memmove` of `len` bytes between native addresses that the caller has checked.
    Copy = copy(dst: ptr, src: ptr, len: u64);
    /// Copies `len` bytes of records of `size` bytes each, 64 at most: of each record the bytes
    /// whose bits are set in `fields`, the first byte's lowest. The others, which are padding, keep
    /// what they are at the destination.
    CopyFields = copy_fields(dst: ptr, src: ptr, len: u64, size: u64, fields: u64);
    /// Copies little-endian code points up to the first that is no Unicode scalar value: how many,
    /// `count` when all are.
    CopyChars = copy_chars(dst: ptr, src: ptr, count: u64) -> u64;
    /// UTF-8 that the host receives, and may look at where it lies: validates it, and copies it if
    /// the runtime likes that better. `receiver` is the address of the `HostCallee` that receives
    /// it, or null if it is a guest's result. The address where it is, or [`ILL_FORMED_LENGTH`], or
    /// [`INCOMPLETE_LENGTH`].
    Utf8ToHost = utf8_to_host(src: ptr, len: u64, receiver: ptr) -> u64;
    /// Copies UTF-8 while validating: [`WELL_FORMED`], [`ILL_FORMED`] or [`INCOMPLETE`].
    Utf8ToUtf8 = utf8_to_utf8(dst: ptr, src: ptr, len: u64) -> u32;
    /// Writes where in the input the innermost calls of core code are, among the callers of the
    /// function whose frame pointer is `frame` up to the host. It writes
    /// [`CALL_DEPTH`](super::CALL_DEPTH) offsets of 32 bits, innermost first, 0 past the last.
    CoreCalls = core_calls(frame: ptr, calls: ptr);
    /// Copies UTF-16 while validating: [`WELL_FORMED`] or [`ILL_FORMED`].
    Utf16ToUtf16 = utf16_to_utf16(dst: ptr, src: ptr, units: u64) -> u32;
    /// Transcodes UTF-8 to UTF-16 (destination holds `len` code units): code units written, or
    /// [`ILL_FORMED_LENGTH`], or [`INCOMPLETE_LENGTH`].
    Utf8ToUtf16 = utf8_to_utf16(dst: ptr, src: ptr, len: u64) -> u64;
    /// Transcodes Latin-1 to UTF-16 (destination holds `len` code units).
    Latin1ToUtf16 = latin1_to_utf16(dst: ptr, src: ptr, len: u64);
    /// Copies the longest ASCII prefix of UTF-16 to UTF-8: the number of code units copied. Not yet
    /// validated beyond.
    Utf16ToUtf8Ascii = utf16_to_utf8_ascii(dst: ptr, src: ptr, units: u64) -> u64;
    /// Transcodes UTF-16 to UTF-8 (destination holds `3 * units` bytes): bytes written, or
    /// [`ILL_FORMED_LENGTH`].
    Utf16ToUtf8 = utf16_to_utf8(dst: ptr, src: ptr, units: u64) -> u64;
    /// Copies the longest ASCII prefix of Latin-1: the number of bytes copied.
    Latin1ToUtf8Ascii = latin1_to_utf8_ascii(dst: ptr, src: ptr, len: u64) -> u64;
    /// Transcodes Latin-1 to UTF-8 (destination holds `2 * len` bytes): bytes written.
    Latin1ToUtf8 = latin1_to_utf8(dst: ptr, src: ptr, len: u64) -> u64;
    /// Copies the longest well-formed prefix of UTF-8 that is representable in Latin-1. Returns
    /// bytes written in the high 32 bits and source bytes consumed in the low 32. Not yet validated
    /// beyond.
    Utf8ToLatin1 = utf8_to_latin1(dst: ptr, src: ptr, len: u64) -> u64;
    /// Copies the longest prefix of UTF-16 that is representable in Latin-1: units copied. Not yet
    /// validated beyond.
    Utf16ToLatin1 = utf16_to_latin1(dst: ptr, src: ptr, units: u64) -> u64;
    /// Widens `len` Latin-1 bytes at `ptr` to UTF-16 in place, from the end.
    InflateLatin1 = inflate_latin1(ptr: ptr, len: u64);
    /// Copies UTF-16 while validating: [`ALL_LATIN1`], [`WELL_FORMED`] or [`ILL_FORMED`].
    Utf16ToProbablyUtf16 = utf16_to_probably_utf16(dst: ptr, src: ptr, units: u64) -> u32;
    /// Narrows `units` UTF-16 units at `ptr`, all below 256, to Latin-1 in place.
    DeflateUtf16 = deflate_utf16(ptr: ptr, units: u64);
    /// Makes an [`Exception`](super::Exception) with this tag and a payload of `values` slots,
    /// which the caller fills. Null when there is no memory for it.
    ExceptionNew = exception_new(tag: ptr, values: u64) -> ptr;
    /// An exception was caught and its payload has been read: it ends, unless there may be
    /// references to it.
    ExceptionCaught = exception_caught(exception: ptr);
    /// Is this the address of an exception of the store? Yes or no.
    ExceptionIsLive = exception_is_live(exception: ptr) -> u32;
    /// Looks for the innermost call that has a handler, among the callers of the function whose
    /// frame pointer is `frame` up to the host. It writes the [`Landing`](super::Landing) and gives
    /// [`DONE`], or gives [`FAILED`].
    FindHandler = find_handler(frame: ptr, landing: ptr) -> u32;
    /// Goes on at a [`Landing`](super::Landing) with an exception; does not return. Every frame
    /// that this skips is compiled code's.
    Land = land(landing: ptr, exception: ptr);
    /// Is a function type, by its engine-wide identity, a declared subtype of another? Yes or no.
    IsSubtype = is_subtype(ty: u32, supertype: u32) -> u32;
}

/// What [`Intrinsic::HostEnter`] notes for [`Intrinsic::HostLeave`]; compiled code has the place
/// for it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HostMark([u64; 3]);

/// A data or element segment as the block holds it: native address and length in bytes or elements.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct SegmentSlot {
    /// The first byte, or the first 8-byte element.
    pub base: *const u8,
    /// How many bytes or elements; 0 once dropped.
    pub len: u64,
}
