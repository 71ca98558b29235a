//! Tests of the pass: functions are emitted, verified, compiled for every target, and run on a
//! hand-made block.

mod call;
mod code;
mod handles;
mod intrinsics;
mod landing;
mod machine;
mod oracle;
mod random;
mod state;
mod text;
mod traps;
mod values;
mod writer;

use super::call::part::Threshold;
use super::{CanonEnv, FillRooms, Parts, emit_adapter, emit_builtin, emit_part};
use crate::clif::Convention;
use crate::handles::emit_grow;
use cantilever_abi::adapter::Dtor;
use cantilever_abi::block::{BlockLayout, BlockLayoutBuilder, HostCallee, MemoryDef, Supervision};
use cantilever_abi::flatten::{Context, flatten_functype, pointer};
use cantilever_abi::*;
use cranelift_codegen::ir::{Function, Signature};
use cranelift_entity::PrimaryMap;
use cranelift_frontend::FunctionBuilderContext;
use machine::{MEMORIES, Machine, Native, host_isa, thunk};

/// The calling component instance.
const CALLER: u32 = 1;
/// The called component instance.
const CALLEE: u32 = 2;

/// The adapter under test.
const ADAPTER: FuncKey = FuncKey::Canon(0);
/// The core function that it calls.
const CORE: FuncKey = FuncKey::Core(0, 0);
const POST_RETURN: FuncKey = FuncKey::Core(0, 1);
const DTOR: FuncKey = FuncKey::Core(0, 2);

/// Everything that a function is emitted for. Instances: the root, the caller, the callee.
struct Fixture {
    types: Types,
    resources: PrimaryMap<ResourceId, Resource>,
    dtors: PrimaryMap<ResourceId, Dtor>,
    core_types: PrimaryMap<CoreTypeId, Signature>,
    layout: BlockLayout,
    memories: Vec<u32>,
    host_callee: u32,
    convention: Convention,
    parts: Parts,
    fill_rooms: FillRooms,
    /// Are adapters cut into as many parts as possible?
    in_parts: bool,
    /// As in [`CanonEnv`].
    counts_borrows: Vec<bool>,
    spectre: bool,
    supervision: Supervision,
    optimised: bool,
}

impl Fixture {
    fn new() -> Self {
        let mut builder = BlockLayoutBuilder::new(3, 1 << 12, 0).unwrap();
        let memories = (0..3).map(|_| builder.arena.one::<MemoryDef>().unwrap()).collect();
        let host_callee = builder.arena.one::<HostCallee>().unwrap();
        Fixture {
            types: Types::default(),
            resources: PrimaryMap::new(),
            dtors: PrimaryMap::new(),
            core_types: PrimaryMap::new(),
            layout: builder.finish().unwrap(),
            memories,
            host_callee,
            convention: Convention::of(&*host_isa(true)),
            parts: Parts::default(),
            fill_rooms: FillRooms::default(),
            in_parts: false,
            counts_borrows: Vec::new(),
            spectre: true,
            supervision: Supervision::default(),
            optimised: true,
        }
    }

    fn resource(&mut self, implementer: ResourceImpl, dtor: Dtor) -> ResourceId {
        self.dtors.push(dtor);
        self.resources.push(Resource { name: "r".into(), implementer, has_dtor: dtor != Dtor::None })
    }

    fn env(&self) -> CanonEnv<'_> {
        CanonEnv {
            types: &self.types,
            resources: &self.resources,
            dtors: &self.dtors,
            core_types: &self.core_types,
            layout: &self.layout,
            convention: self.convention,
            keeps_tasks: &[],
            parts: &self.parts,
            fill_rooms: &self.fill_rooms,
            may_always_leave: &[],
            counts_borrows: &self.counts_borrows,
            spectre: self.spectre,
            supervision: self.supervision,
        }
    }

    fn builtin(&self, key: FuncKey, instance: u32, builtin: Builtin) -> Function {
        emit_builtin(&self.env(), &mut FunctionBuilderContext::new(), key, instance, &builtin)
    }

    fn adapter(&self, ty: &FuncType, lower: LowerSide, lift: LiftSide) -> Function {
        let adapter = Adapter { name: "adapter".into(), ty: ty.clone(), lower, lift };
        emit_adapter(&self.env(), &mut FunctionBuilderContext::new(), ADAPTER, &adapter)
    }

    /// An adapter that is cut into as many parts as possible, and these.
    fn adapter_in_parts(&self, ty: &FuncType, lower: LowerSide, lift: LiftSide) -> Vec<Function> {
        let adapter = Adapter { name: "adapter".into(), ty: ty.clone(), lower, lift };
        let threshold = Threshold { function: 0, part: 2, plain_part: 2 };
        let parts = Parts::above(threshold, &self.types, [(ADAPTER, &adapter)].into_iter());
        let env = CanonEnv { parts: &parts, ..self.env() };
        let mut cx = FunctionBuilderContext::new();
        let whole = emit_adapter(&env, &mut cx, ADAPTER, &adapter);
        let parts = parts.list().map(|(key, part)| emit_part(&env, &mut cx, key, part, &adapter));
        core::iter::once(whole).chain(parts).collect()
    }

    /// The options of an instance, with its memory and a `realloc`.
    fn side(&self, instance: u32, encoding: Encoding, width: PointerWidth) -> GuestSide {
        let place = Place::Here(self.memories[instance as usize]);
        let options = CanonOptions {
            encoding,
            memory: Some(Memory { place, width }),
            realloc: Some(direct(FuncKey::Core(1 + instance, 0))),
            ..CanonOptions::default()
        };
        GuestSide { instance, options }
    }

    /// The core function that a lift calls, played by a Rust function.
    fn core(&self, ty: &FuncType, side: &GuestSide, native: Native) -> Function {
        let flat = flatten_functype(&self.types, ty, side.options.width(), Context::Lift);
        let [params, results] =
            [flat.params, flat.results].map(|f| f.into_iter().map(crate::clif::signature::flat_type));
        thunk(CORE, self.convention.core(params, results), native, self.convention)
    }

    /// The `realloc`s of the guests.
    fn reallocs(&self, widths: [PointerWidth; 2]) -> Vec<Function> {
        let natives: [Native; 2] = [realloc::<1>, realloc::<2>];
        (0..2)
            .map(|i| {
                let word = crate::clif::signature::flat_type(pointer(widths[i]));
                let signature = self.convention.core([word; 4], [word]);
                thunk(FuncKey::Core(2 + i as u32, 0), signature, natives[i], self.convention)
            })
            .collect()
    }

    fn machine(&self, mut functions: Vec<Function>) -> Machine {
        functions.push(emit_grow(self.convention, &mut FunctionBuilderContext::new()));
        Machine::new(self.layout.clone(), &self.memories, functions, self.optimised)
    }
}

fn direct(func: FuncKey) -> Callee {
    Callee::Direct { func, ctx: CtxArg::Same }
}

fn func_type(params: &[ValType], result: Option<ValType>) -> FuncType {
    let params = params.iter().enumerate().map(|(i, ty)| (format!("p{i}"), *ty)).collect();
    FuncType { params, result, is_async: false }
}

/// A 32-bit parameter of a core function that Rust plays.
fn parameter(slots: *mut u64, i: usize) -> u32 {
    // SAFETY: the thunk has a slot for each parameter of the function that it plays.
    unsafe { slots.add(i).cast::<u32>().read() }
}

/// A bump allocator, whose next address is kept in the first bytes of the memory.
unsafe extern "C" fn realloc<const INSTANCE: usize>(_: *mut u8, slots: *mut u64) {
    let base = MEMORIES.with_borrow(|m| m[INSTANCE]);
    // Addresses and sizes are small, also in 64-bit memories.
    let [old, old_size, align, size] = [0, 1, 2, 3].map(|i| parameter(slots, i) as usize);
    // SAFETY: the slots are those of the thunk; the ranges lie in the guest's memory.
    unsafe {
        let next = base.cast::<u64>();
        let start = (next.read().max(16) as usize).next_multiple_of(align.max(1));
        next.write((start + size) as u64);
        std::ptr::copy(base.add(old), base.add(start), old_size.min(size));
        slots.write(start as u64);
    }
}
