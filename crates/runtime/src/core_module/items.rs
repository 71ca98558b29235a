//! Core functions, memories, tables, globals and tags that instances share.

use super::host::{CoreClosure, HostCoreFunc};
use super::val::CoreVal;
use crate::call::entry::enter_core;
use crate::error::value::ValueError;
use crate::error::{Error, HostError, LinkError, Result};
use crate::image::engine::Engine;
use crate::memory::contents::Contents;
use crate::memory::linear_memory::{self, LinearMemory};
use crate::memory::table::{self, Table};
use crate::store::record::Instance;
use crate::store::state::{AsContextMut, Caller, StoreState};
use cantilever_abi::block::memory::RESERVATION;
use cantilever_abi::block::{FuncDef, GlobalSlot, MemoryDef, TableDef, VALUE_SLOT, ValueSlot};
use cantilever_object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};
use std::sync::Arc;

/// Something that a core module imports or exports.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum CoreExtern {
    Func(CoreFunc),
    Table(CoreTable),
    Memory(CoreMemory),
    Global(CoreGlobal),
    Tag(CoreTag),
}

/// A core function.
#[derive(Debug, Clone)]
pub struct CoreFunc {
    pub(super) ty: CoreFuncType,
    pub(super) kind: CoreFuncKind,
}

#[derive(Debug, Clone)]
pub(super) enum CoreFuncKind {
    /// Of an instance: the address of its `FuncDef`.
    Instance { instance: Instance, def: usize },
    /// Of the host; becomes callable code when a module imports it.
    Host(Arc<HostCoreFunc>),
}

impl CoreFunc {
    /// A host function over core values.
    pub fn new<T: 'static>(
        ty: CoreFuncType,
        closure: impl Fn(Caller<'_, T>, &[CoreVal]) -> Result<Vec<CoreVal>, HostError> + Send + Sync + 'static,
    ) -> Self {
        let closure: Box<CoreClosure<T>> = Box::new(closure);
        let host = HostCoreFunc::new(ty.clone(), closure);
        CoreFunc { ty, kind: CoreFuncKind::Host(Arc::new(host)) }
    }

    /// Its type. References in it name types of functions by the identities of its engine.
    pub fn ty(&self) -> &CoreFuncType {
        &self.ty
    }

    /// The identity of its own type, of which [`CoreFunc::ty`] may be a supertype.
    pub(super) fn type_id(&self, engine: &Engine) -> u32 {
        match &self.kind {
            // SAFETY: whoever asks has checked that the function belongs to a store that lives, and
            // so does its `FuncDef`.
            CoreFuncKind::Instance { def, .. } => unsafe { (*(*def as *const FuncDef)).type_id },
            CoreFuncKind::Host(_) => engine.types().type_id(&self.ty),
        }
    }

    /// Calls the function.
    pub fn call(&self, mut store: impl AsContextMut, params: &[CoreVal]) -> Result<Vec<CoreVal>> {
        let mut store = store.as_context_mut();
        if params.len() != self.ty.params.len() {
            return Err(ValueError::Count { expected: self.ty.params.len(), found: params.len() }.into());
        }
        let CoreFuncKind::Instance { instance, def } = &self.kind else {
            return Err(Error::Resources("a host function has no code before a module imports it".to_owned()));
        };
        let store_id = store.state().id;
        let state = store.state();
        for (val, ty) in params.iter().zip(&self.ty.params) {
            val.check(*ty, state)?;
        }
        let record = instance.record(&store)?;
        let entry = record.image.core_entry(&self.ty);
        let entry = entry.ok_or_else(|| LinkError::Malformed("an entry trampoline is missing".to_owned()))?;
        let mut slots: Vec<ValueSlot> = params.iter().map(CoreVal::write).collect();
        slots.resize(params.len().max(self.ty.results.len()), [0; VALUE_SLOT]);
        // SAFETY: the `FuncDef` lies in a block of this store, as was checked by `record`; its
        // function has this type, as has the trampoline, and the slots fit it.
        unsafe {
            let def = &*(*def as *const FuncDef);
            enter_core(store.state_ptr(), record, entry, (def.code, def.vmctx), &mut slots)?;
        }
        Ok(self.ty.results.iter().zip(&slots).map(|(ty, slot)| CoreVal::read(*ty, slot, store_id)).collect())
    }
}

/// Makes the names of items that lie at an address of a store.
macro_rules! item {
    ($(#[$doc:meta])* $name:ident at $place:ty { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            pub(super) store_id: u64,
            pub(super) address: usize,
            $($(#[$field_doc])* pub(super) $field: $ty,)*
        }

        impl $name {
            /// Where it lies, for whoever has access to its store.
            #[allow(dead_code, reason = "tags have nothing to read")]
            fn place(&self, store: &StoreState) -> Result<*mut $place, LinkError> {
                if store.id == self.store_id { Ok(self.address as *mut $place) } else { Err(LinkError::WrongStore) }
            }
        }
    };
}

item! {
    /// A linear memory.
    CoreMemory at MemoryDef {}
}
item! {
    /// A table.
    CoreTable at TableDef {}
}
item! {
    /// A global.
    CoreGlobal at GlobalSlot {
        ty: CoreValType,
        mutable: bool,
    }
}
item! {
    /// An exception tag.
    CoreTag at u64 {
        /// The identity of its type.
        type_id: u32,
    }
}

/// A `T` that lives as long as the store, and its address.
fn leak_into<T: 'static>(store: &mut StoreState, value: T) -> *mut T {
    let mut item = Box::new(value);
    let address = &raw mut *item;
    store.host_items.push(item);
    address
}

impl CoreMemory {
    /// A memory that lies in no instance.
    pub fn new(mut store: impl AsContextMut, limits: MemoryLimits) -> Result<Self> {
        let mut store = store.as_context_mut();
        let state = store.state();
        state.limits.check_memory(linear_memory::initial_bytes(&limits))?;
        let def = leak_into(state, MemoryDef { base: std::ptr::null_mut(), len: 0, owner: std::ptr::null() });
        // SAFETY: the definition lives as long as the store.
        let memory = unsafe { LinearMemory::new(def, limits, RESERVATION, &Contents::Zero, None) };
        let memory = memory.map_err(|e| Error::out_of_resources(&linear_memory::describe(&limits), &e))?;
        // SAFETY: the memory lives as long as the store, too, at one address.
        unsafe { (*leak_into(state, memory)).define() };
        Ok(CoreMemory { store_id: state.id, address: def as usize })
    }

    /// The bytes.
    pub fn data<'a>(&self, store: &'a mut impl AsContextMut) -> Result<&'a mut [u8]> {
        let mut store = store.as_context_mut();
        let place = self.place(store.state())?;
        // SAFETY: the memory lives as long as the store, whose exclusive borrow keeps guests from
        // running.
        Ok(unsafe { std::slice::from_raw_parts_mut((*place).base, (*place).len as usize) })
    }

    /// Grows by a number of pages; gives the old size in pages, or `None` when a limit forbids it.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Option<u64> {
        let mut store = store.as_context_mut();
        let state = store.state();
        let limit = state.limits.memory_bytes;
        self.get(state).ok()?.grow(delta, limit)
    }

    /// What the runtime has of it.
    pub(super) fn get<'a>(&self, store: &'a StoreState) -> Result<&'a LinearMemory, LinkError> {
        let def = self.place(store)?;
        // SAFETY: definitions and memories live as long as the store, at one address.
        Ok(unsafe { LinearMemory::of(def) })
    }
}

impl CoreTable {
    /// A table that lies in no instance, all null, as its element type must allow.
    pub fn new(mut store: impl AsContextMut, limits: TableLimits) -> Result<Self> {
        let mut store = store.as_context_mut();
        let state = store.state();
        if !CoreVal::default_of(limits.element).fits(limits.element, state) {
            let found = format!("{:?}", limits.element);
            return Err(ValueError::Mismatch { expected: "elements that can be null".into(), found }.into());
        }
        state.limits.check_table(limits.min)?;
        let def = leak_into(state, TableDef { base: std::ptr::null_mut(), len: 0, owner: std::ptr::null() });
        // SAFETY: the definition lives as long as the store.
        let table = unsafe { Table::new(def, limits) };
        let table = table.map_err(|e| Error::out_of_resources(&table::describe(&limits), &e))?;
        // SAFETY: the table lives as long as the store, too, at one address.
        unsafe { (*leak_into(state, table)).define() };
        Ok(CoreTable { store_id: state.id, address: def as usize })
    }

    /// How many elements there are.
    pub fn len(&self, mut store: impl AsContextMut) -> Result<u64> {
        let place = self.place(store.as_context_mut().state())?;
        // SAFETY: the definition lives as long as the store.
        Ok(unsafe { (*place).len })
    }
}

impl CoreTable {
    /// What the runtime has of it.
    pub(super) fn get<'a>(&self, store: &'a StoreState) -> Result<&'a Table, LinkError> {
        let def = self.place(store)?;
        // SAFETY: definitions and tables live as long as the store, at one address.
        Ok(unsafe { Table::of(def) })
    }
}

impl CoreGlobal {
    /// A global that lies in no instance.
    pub fn new(mut store: impl AsContextMut, ty: CoreValType, mutable: bool, value: CoreVal) -> Result<Self> {
        let mut store = store.as_context_mut();
        let state = store.state();
        let slot = leak_into(state, GlobalSlot([0; 16]));
        let global = CoreGlobal { store_id: state.id, address: slot as usize, ty, mutable };
        global.write(state, value)?;
        Ok(global)
    }

    /// Its value.
    pub fn get(&self, mut store: impl AsContextMut) -> Result<CoreVal> {
        let mut store = store.as_context_mut();
        let place = self.place(store.state())?;
        // SAFETY: the slot lives as long as the store, and no guest runs.
        Ok(CoreVal::read(self.ty, unsafe { &(*place).0 }, self.store_id))
    }

    /// Sets its value, if it can be set.
    pub fn set(&self, mut store: impl AsContextMut, value: CoreVal) -> Result<()> {
        let mut store = store.as_context_mut();
        if !self.mutable {
            return Err(ValueError::Mismatch { expected: "a mutable global".into(), found: "another".into() }.into());
        }
        self.write(store.state(), value)
    }

    fn write(&self, store: &StoreState, value: CoreVal) -> Result<()> {
        let place = self.place(store)?;
        value.check(self.ty, store)?;
        // SAFETY: the slot lives as long as the store, and no guest runs.
        unsafe { place.write(GlobalSlot(value.write())) };
        Ok(())
    }
}

impl CoreTag {
    /// A tag that lies in no instance.
    pub fn new(mut store: impl AsContextMut, ty: &CoreFuncType) -> Self {
        let mut store = store.as_context_mut();
        let type_id = store.state().engine.types().type_id(ty);
        let address = leak_into(store.state(), 0u64) as usize;
        CoreTag { store_id: store.state().id, address, type_id }
    }
}
