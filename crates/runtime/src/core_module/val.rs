//! Core values, and how they lie in a slot.

use crate::error::value::ValueError;
use crate::error::{LinkError, Result};
use crate::store::state::StoreState;
use cantilever_abi::block::{FuncDef, VALUE_SLOT, ValueSlot};
use cantilever_object::artifact::CoreValType;

/// A core value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum CoreVal {
    I32(i32),
    I64(i64),
    /// By its bits, so that NaNs keep their payload.
    F32(u32),
    /// By its bits.
    F64(u64),
    V128(u128),
    FuncRef(Option<FuncRef>),
    /// A number of the host's.
    ExternRef(Option<u32>),
    /// A reference to an exception: opaque, or null. Throwing one that its store does not hold
    /// traps.
    ExnRef(Option<u64>),
}

/// A reference to a function, opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FuncRef {
    pub(super) def: usize,
    pub(super) store_id: u64,
}

impl CoreVal {
    /// Its type. References have their nullable types.
    pub fn ty(&self) -> CoreValType {
        match self {
            CoreVal::I32(_) => CoreValType::I32,
            CoreVal::I64(_) => CoreValType::I64,
            CoreVal::F32(_) => CoreValType::F32,
            CoreVal::F64(_) => CoreValType::F64,
            CoreVal::V128(_) => CoreValType::V128,
            CoreVal::FuncRef(_) => CoreValType::FuncRef { nullable: true },
            CoreVal::ExternRef(_) => CoreValType::ExternRef { nullable: true },
            CoreVal::ExnRef(_) => CoreValType::ExnRef { nullable: true },
        }
    }

    /// The zero or null of a type.
    pub fn default_of(ty: CoreValType) -> Self {
        Self::read(ty, &[0; VALUE_SLOT], 0)
    }

    /// Fails unless it can be stored as this type, in this store.
    pub(super) fn check(&self, ty: CoreValType, store: &StoreState) -> Result<()> {
        if let CoreVal::FuncRef(Some(reference)) = self
            && reference.store_id != store.id
        {
            return Err(LinkError::WrongStore.into());
        }
        if self.fits(ty, store) {
            return Ok(());
        }
        Err(ValueError::Mismatch { expected: format!("{ty:?}"), found: format!("{:?}", self.ty()) }.into())
    }

    /// Can it be stored as this type? Function references only in their own store.
    pub(super) fn fits(&self, ty: CoreValType, store: &StoreState) -> bool {
        match (self, ty) {
            (CoreVal::FuncRef(r), CoreValType::FuncRef { nullable }) => r.map_or(nullable, |r| r.store_id == store.id),
            (CoreVal::FuncRef(r), CoreValType::NoFuncRef { nullable }) => r.is_none() && nullable,
            (CoreVal::FuncRef(None), CoreValType::TypedFuncRef { nullable, .. }) => nullable,
            (CoreVal::FuncRef(Some(r)), CoreValType::TypedFuncRef { ty, .. }) => {
                // SAFETY: the `FuncDef` lies in a block of the store, which lives because its
                // caller has it.
                r.store_id == store.id
                    && store.engine.types().is_subtype(unsafe { (*(r.def as *const FuncDef)).type_id }, ty.as_u32())
            }
            (CoreVal::ExternRef(r), CoreValType::ExternRef { nullable }) => nullable || r.is_some(),
            (CoreVal::ExternRef(r), CoreValType::NoExternRef { nullable }) => r.is_none() && nullable,
            (CoreVal::ExnRef(r), CoreValType::ExnRef { nullable }) => nullable || r.is_some(),
            (CoreVal::ExnRef(r), CoreValType::NoExnRef { nullable }) => r.is_none() && nullable,
            (val, ty) => val.ty() == ty,
        }
    }

    /// Its slot, in native byte order from the first byte.
    pub(super) fn write(&self) -> ValueSlot {
        let mut slot = [0; VALUE_SLOT];
        let mut put = |bytes: &[u8]| slot[..bytes.len()].copy_from_slice(bytes);
        match *self {
            CoreVal::I32(v) => put(&v.to_ne_bytes()),
            CoreVal::I64(v) => put(&v.to_ne_bytes()),
            CoreVal::F32(bits) => put(&bits.to_ne_bytes()),
            CoreVal::F64(bits) => put(&bits.to_ne_bytes()),
            // Vectors are little-endian in slots, as they are in linear memory.
            CoreVal::V128(v) => put(&v.to_le_bytes()),
            CoreVal::FuncRef(r) => put(&r.map_or(0, |r| r.def as u64).to_ne_bytes()),
            CoreVal::ExternRef(r) => put(&r.map_or(0, |id| u64::from(id) + 1).to_ne_bytes()),
            CoreVal::ExnRef(r) => put(&r.unwrap_or(0).to_ne_bytes()),
        }
        slot
    }

    /// The value of a type in a slot that compiled code of a store has written.
    pub(super) fn read(ty: CoreValType, slot: &ValueSlot, store_id: u64) -> Self {
        let low = u64::from_ne_bytes(core::array::from_fn(|i| slot[i]));
        let word = u32::from_ne_bytes(core::array::from_fn(|i| slot[i]));
        match ty {
            CoreValType::I32 => CoreVal::I32(word as i32),
            CoreValType::I64 => CoreVal::I64(low as i64),
            CoreValType::F32 => CoreVal::F32(word),
            CoreValType::F64 => CoreVal::F64(low),
            CoreValType::V128 => CoreVal::V128(u128::from_le_bytes(*slot)),
            CoreValType::FuncRef { .. } | CoreValType::TypedFuncRef { .. } | CoreValType::NoFuncRef { .. } => {
                CoreVal::FuncRef((low != 0).then_some(FuncRef { def: low as usize, store_id }))
            }
            CoreValType::ExternRef { .. } | CoreValType::NoExternRef { .. } => {
                CoreVal::ExternRef(low.checked_sub(1).map(|id| id as u32))
            }
            CoreValType::ExnRef { .. } | CoreValType::NoExnRef { .. } => CoreVal::ExnRef((low != 0).then_some(low)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_keep_values() {
        let values = [
            CoreVal::I32(-1),
            CoreVal::I64(i64::MIN),
            CoreVal::F32(0x7fa0_0001),
            CoreVal::F64(u64::MAX),
            CoreVal::V128(1 << 127 | 1),
            CoreVal::FuncRef(None),
            CoreVal::ExternRef(None),
            CoreVal::ExternRef(Some(0)),
            CoreVal::ExternRef(Some(u32::MAX)),
        ];
        for value in values {
            assert_eq!(CoreVal::read(value.ty(), &value.write(), 1), value);
        }
    }
}
