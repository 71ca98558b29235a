//! Bytes that a host function may have filled in: where they are in the guest's memory already,
//! nothing is allocated or copied.
//!
//! Only the address is looked at. Bytes that lie elsewhere are the host's own. It must not know who
//! made the room: [`fill`](crate::canon::call::fill) does.

use crate::canon::call::crossing::Crossing;
use cranelift_codegen::ir::Value;

/// Pointer and length, on the guest's side, of bytes with a native address: where they are if that
/// is in the guest's memory, else as `store` stores them.
pub(in crate::canon) fn unless_filled(
    c: &mut Crossing,
    [address, length]: [Value; 2],
    store: impl FnOnce(&mut Crossing) -> [Value; 2],
) -> [Value; 2] {
    let (pointer, is_filled) = c.to.pointer_to(c.e, address);
    c.choose(is_filled, |_| [pointer, length], store)
}
