//! Filling: what an adapter offers a host function that can write bytes of its result where the
//! caller wants them, and the function that makes room for them there.
//!
//! It must not know how the bytes are lowered: [`fill`](crate::canon::value::fill) does.

use super::side::Side;
use crate::canon::CanonEnv;
use crate::canon::value::list::MAX_LIST_BYTE_LENGTH;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use alloc::vec::Vec;
use cantilever_abi::block::fill::fill_entry_number;
use cantilever_abi::block::{FILL_ENTRY, FillRequest, NO_FILL_ENTRY, TrapKind};
use cantilever_abi::{Adapter, Encoding, FuncKey, GuestSide, LiftSide, LowerSide, Types};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Function, InstBuilder, Value, types};
use cranelift_frontend::FunctionBuilderContext;
use hashbrown::HashMap;

/// The guests that call host functions whose results can be filled: each with its canonical
/// options once.
#[derive(Debug, Clone, Default)]
pub struct FillRooms {
    list: Vec<GuestSide>,
    indices: HashMap<GuestSide, u32>,
}

impl FillRooms {
    /// Finds them among the callers of adapters.
    pub fn of<'a>(types: &Types, adapters: impl Iterator<Item = &'a Adapter>) -> Self {
        let mut rooms = FillRooms::default();
        for guest in adapters.filter(|adapter| has_fillable_result(types, adapter)).filter_map(filled_guest) {
            let next = rooms.list.len() as u32;
            if *rooms.indices.entry(guest.clone()).or_insert(next) == next {
                rooms.list.push(guest.clone());
            }
        }
        rooms
    }

    /// How many they are. The indices of [`FuncKey::FillRoom`] and [`FuncKey::FillEntry`] are
    /// below.
    pub fn len(&self) -> u32 {
        self.list.len() as u32
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The guest with this index.
    pub fn get(&self, index: u32) -> Option<&GuestSide> {
        self.list.get(index as usize)
    }
}

/// Has the room of the result a word that says who makes room for it?
fn has_fillable_result(types: &Types, adapter: &Adapter) -> bool {
    matches!(adapter.lift, LiftSide::Host { .. }) && adapter.ty.result.is_some_and(|ty| types.is_fillable(ty))
}

/// The guest into whose memory the results of a host function go.
fn filled_guest(adapter: &Adapter) -> Option<&GuestSide> {
    match &adapter.lower {
        LowerSide::Guest(guest) => Some(guest),
        LowerSide::Host => None,
    }
}

/// Whom the host function that an adapter calls may ask for room, if anybody: the index of a
/// [`FuncKey::FillEntry`].
pub(in crate::canon) fn fill_entry(env: &CanonEnv, adapter: &Adapter) -> Option<u32> {
    let guest = filled_guest(adapter).filter(|_| has_fillable_result(env.types, adapter))?;
    env.fill_rooms.indices.get(guest).copied()
}

/// Tells the host function that an adapter is about to call whom it may ask for room.
pub(in crate::canon) fn offer_fill(e: &mut Emit, env: &CanonEnv, adapter: &Adapter, results: Value) {
    if !has_fillable_result(env.types, adapter) {
        return;
    }
    let entry = fill_entry(env, adapter).map_or(NO_FILL_ENTRY, fill_entry_number);
    let entry = e.b.ins().iconst(types::I64, entry as i64);
    let flags = e.peer();
    e.b.ins().store(flags, entry, results, FILL_ENTRY as i32);
}

/// Emits [`FuncKey::FillRoom`] for a guest.
pub fn emit_fill_room(env: &CanonEnv, cx: &mut FunctionBuilderContext, key: FuncKey, guest: &GuestSide) -> Function {
    let mut func = Function::new();
    let signature = env.convention.core([POINTER; 2], []);
    let (mut e, args) = Emit::core(&mut func, cx, key, signature, env.convention);
    let [request, room] = args[..] else { unreachable!("the signature has two parameters") };
    let bytes = e.load_field(types::I64, Region::HostBuffer, request, offset_of!(FillRequest, bytes));
    let of_string = e.load_field(types::I64, Region::HostBuffer, request, offset_of!(FillRequest, of_string));
    let too_long = e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, bytes, i64::from(MAX_LIST_BYTE_LENGTH));
    e.trap_if_with(too_long, TrapKind::InvalidHostValue, &[bytes]);
    let side = Side::guest(env, guest);
    let address = if guest.options.encoding == Encoding::Utf8 {
        side.allocate_fill(&mut e, bytes, of_string)
    } else {
        let kind = e.begin_choice(of_string, [POINTER]);
        let none = e.b.ins().iconst(POINTER, 0);
        e.otherwise(&kind, &[none]);
        let of_list = side.allocate_list(&mut e, 1, bytes).address;
        e.end_choice(kind, &[of_list])[0]
    };
    e.store_field(Region::HostBuffer, address, room, 0);
    e.b.ins().return_(&[]);
    e.finish();
    func
}
