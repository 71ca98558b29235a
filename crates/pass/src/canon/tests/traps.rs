//! Values that trap when they are lifted, and what the two sides' allocators must not do.

use super::*;
use cantilever_abi::block::TrapKind;

unsafe extern "C" fn ignore(_: *mut u8, _: *mut u64) {}

/// Plays a `realloc` that gives an address outside memory, or misaligned.
unsafe extern "C" fn bad_realloc<const POINTER: u64>(_: *mut u8, slots: *mut u64) {
    // SAFETY: a thunk has at least one slot.
    unsafe { slots.write(POINTER) };
}

/// What a call of `func(ty)` with these flat arguments traps with, between guests of these
/// encodings.
fn trap(ty: ValType, types: Types, encodings: [Encoding; 2], args: &[u64], bytes: &[u8]) -> (TrapKind, u64) {
    trap_with(ty, types, encodings, args, bytes, None)
}

fn trap_with(
    ty: ValType,
    types: Types,
    encodings: [Encoding; 2],
    args: &[u64],
    bytes: &[u8],
    realloc: Option<Native>,
) -> (TrapKind, u64) {
    let f = Fixture { types, ..Fixture::new() };
    let ty = func_type(&[ty], None);
    let lower = f.side(CALLER, encodings[0], PointerWidth::W32);
    let lift = f.side(CALLEE, encodings[1], PointerWidth::W32);
    let mut functions = f.reallocs([PointerWidth::W32; 2]);
    if let Some(native) = realloc {
        let last = functions.pop().unwrap();
        functions.push(thunk(FuncKey::Core(3, 0), last.signature.clone(), native, f.convention));
    }
    functions.push(f.core(&ty, &lift, ignore));
    functions.push(f.adapter(&ty, LowerSide::Guest(lower), LiftSide::Guest { side: lift, callee: direct(CORE) }));
    let m = f.machine(functions);
    let base = MEMORIES.with_borrow(|m| m[CALLER as usize]);
    // SAFETY: the bytes fit the memory.
    unsafe { std::ptr::copy(bytes.as_ptr(), base.add(1024), bytes.len()) };
    let (kind, values) = m.trap(ADAPTER, args);
    m.unmap();
    (kind, values[0])
}

#[test]
fn strings() {
    use Encoding::*;
    let end = machine::MEMORY as u64;
    let check = |from, args: [u64; 2], bytes: &[u8], kind| {
        for to in [Utf8, Utf16, Latin1Utf16] {
            let (found, _) = trap(ValType::String, Types::default(), [from, to], &args, bytes);
            assert_eq!(found, kind, "{from:?} to {to:?}, {args:?}");
        }
    };
    check(Utf8, [end, 1], b"", TrapKind::StringOutOfBounds);
    check(Utf8, [0xffff_ffff, 1], b"", TrapKind::StringOutOfBounds);
    check(Utf8, [0, 1 << 28], b"", TrapKind::StringTooLong);
    check(Utf16, [0, 1 << 27], b"", TrapKind::StringTooLong);
    check(Utf16, [0, 0xffff_ffff], b"", TrapKind::StringTooLong);
    check(Utf16, [1025, 1], b"", TrapKind::UnalignedPointer);
    check(Utf16, [end - 2, 2], b"", TrapKind::StringOutOfBounds);
    check(Latin1Utf16, [1025, 1], b"", TrapKind::UnalignedPointer);
    check(Latin1Utf16, [0, 1 << 31 | 1 << 27], b"", TrapKind::StringTooLong);
    check(Latin1Utf16, [end - 2, 1 << 31 | 2], b"", TrapKind::StringOutOfBounds);
    check(Utf8, [1024, 2], b"a\xff", TrapKind::InvalidUtf8);
    check(Utf8, [1024, 2], b"a\xc3", TrapKind::IncompleteUtf8);
    check(Utf16, [1024, 2], b"a\0\0\xd8", TrapKind::InvalidUtf16);
    check(Latin1Utf16, [1024, 1 << 31 | 2], b"a\0\0\xd8", TrapKind::InvalidUtf16);
}

#[test]
fn lists_and_scalars() {
    let mut types = Types::default();
    let list = ValType::Type(types.intern(TypeDef::List(ValType::U32)));
    let chars = ValType::Type(types.intern(TypeDef::List(ValType::Char)));
    let big = ValType::Type(types.intern(TypeDef::Tuple(vec![ValType::U64; 17])));
    let end = machine::MEMORY as u64;
    let utf8 = [Encoding::Utf8; 2];
    let check = |ty, args: &[u64], bytes: &[u8], kind, value: Option<u64>| {
        let (found, first) = trap(ty, types.clone(), utf8, args, bytes);
        assert_eq!((found, value.unwrap_or(first)), (kind, first));
    };
    check(list, &[0, 1 << 26], b"", TrapKind::ListTooLong, Some(1 << 28));
    check(list, &[2, 0], b"", TrapKind::UnalignedPointer, None);
    check(list, &[end - 4, 2], b"", TrapKind::ListOutOfBounds, None);
    check(list, &[0xffff_fffc, 1], b"", TrapKind::ListOutOfBounds, None);
    check(chars, &[1024, 2], b"a\0\0\0\0\xd8\0\0", TrapKind::InvalidChar, Some(0xd800));
    check(ValType::Char, &[0x11_0000], b"", TrapKind::InvalidChar, Some(0x11_0000));
    check(ValType::Char, &[0xdfff], b"", TrapKind::InvalidChar, Some(0xdfff));
    check(big, &[1028], b"", TrapKind::UnalignedPointer, None);
    check(big, &[end - 8], b"", TrapKind::PointerOutOfBounds, None);
}

#[test]
fn reallocs() {
    let utf16 = [Encoding::Utf16; 2];
    let kind =
        |realloc: Native| trap_with(ValType::String, Types::default(), utf16, &[1024, 1], b"a\0", Some(realloc)).0;
    assert_eq!(kind(bad_realloc::<1025>), TrapKind::ReallocUnaligned);
    assert_eq!(kind(bad_realloc::<{ machine::MEMORY as u64 }>), TrapKind::ReallocOutOfBounds);
    assert_eq!(kind(bad_realloc::<0xffff_fffe>), TrapKind::ReallocOutOfBounds);
}
