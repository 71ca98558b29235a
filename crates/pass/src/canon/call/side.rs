//! A side of an adapter: a guest or the host, its memory, and what it does to allocate.

use super::task_scope::TaskScope;
use crate::canon::CanonEnv;
use crate::canon::value::operand::{Address, Memory, narrow_pointer, widen_pointer};
use crate::clif::signature::{POINTER, flat_type};
use crate::clif::{Emit, Region};
use crate::handles::Table;
use cantilever_abi::block::{InstanceState, Intrinsic, MemoryDef, TrapKind};
use cantilever_abi::flatten::pointer;
use cantilever_abi::{
    Adapter, CanonOptions, Encoding, GuestSide, LiftSide, LowerSide, Memory as LinearMemory, PointerWidth, ResourceId,
    ResourceImpl,
};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// One side of an adapter, in one direction.
#[derive(Clone, Copy)]
pub(in crate::canon) struct Side<'a> {
    peer: Peer<'a>,
    /// The component instance, or the host as one.
    pub instance: u32,
    /// Its handles.
    pub table: Table,
    /// Block offset of its `may_leave`; none where that is always true when it is looked at.
    may_leave: Option<usize>,
    /// Block offset of its state, where its `realloc` might see or change its caller's task.
    task_state: Option<usize>,
}

#[derive(Clone, Copy)]
enum Peer<'a> {
    Guest(&'a CanonOptions),
    Host(Receiver),
    /// The result of an asynchronous task, in the host's memory on its way from one side to
    /// another.
    TaskResult,
}

/// What the host does with values that it receives.
#[derive(Clone, Copy)]
pub(in crate::canon) enum Receiver {
    /// Takes copies.
    Copies,
    /// Looks at a result of a guest where it lies, or copies it: the guest does not run meanwhile.
    Caller,
    /// The host function whose `HostCallee` is at this block offset looks at its parameters where
    /// they lie, or copies them.
    Function(u32),
}

/// Memory that a side gave for a value to be lowered.
#[derive(Clone, Copy)]
pub(in crate::canon) struct Allocation {
    /// As the side itself writes it, 64 bits.
    pub pointer: Value,
    /// The native address.
    pub address: Value,
}

impl<'a> Side<'a> {
    pub(in crate::canon) fn guest(env: &CanonEnv, side: &'a GuestSide) -> Self {
        Self::new(env, Peer::Guest(&side.options), side.instance)
    }

    pub(in crate::canon) fn host(env: &CanonEnv, receiver: Receiver) -> Self {
        Self::new(env, Peer::Host(receiver), env.layout.host_instance())
    }

    /// Where the result of an asynchronous task is kept.
    pub(in crate::canon) fn task_result(env: &CanonEnv) -> Self {
        Self::new(env, Peer::TaskResult, env.layout.host_instance())
    }

    /// A component instance whose options do not matter.
    pub(in crate::canon) fn instance(env: &CanonEnv, instance: u32) -> Self {
        Self::new(env, Peer::Guest(&CanonOptions::NONE), instance)
    }

    fn new(env: &CanonEnv, peer: Peer<'a>, instance: u32) -> Self {
        let guest = matches!(peer, Peer::Guest(_));
        let kept = guest && !env.may_always_leave.get(instance as usize).copied().unwrap_or(false);
        let at = || env.layout.instance_state(instance) as usize + offset_of!(InstanceState, may_leave);
        let task_state = if kept { env.task_state(instance) } else { None };
        Side { peer, instance, table: env.table(instance), may_leave: kept.then(at), task_state }
    }

    pub(in crate::canon) fn is_host(self) -> bool {
        !matches!(self.peer, Peer::Guest(_))
    }

    /// May it be handed addresses in the other side's memory?
    pub(in crate::canon) fn takes_views(self) -> bool {
        matches!(self.peer, Peer::Host(Receiver::Caller | Receiver::Function(_)))
    }

    /// The address of the `HostCallee` that receives what is lowered here, or null.
    pub(in crate::canon) fn receiver(self, e: &mut Emit) -> Value {
        match self.peer {
            Peer::Host(Receiver::Function(callee)) => e.offset(e.vmctx, i64::from(callee)),
            _ => e.b.ins().iconst(POINTER, 0),
        }
    }

    pub(in crate::canon) fn memory(self) -> Memory {
        match self.peer {
            Peer::Guest(options) => Memory { width: options.width(), linear: true },
            Peer::Host(_) | Peer::TaskResult => Memory { width: PointerWidth::W64, linear: false },
        }
    }

    pub(in crate::canon) fn width(self) -> PointerWidth {
        self.memory().width
    }

    pub(in crate::canon) fn encoding(self) -> Encoding {
        match self.peer {
            Peer::Guest(options) => options.encoding,
            Peer::Host(_) | Peer::TaskResult => Encoding::Utf8,
        }
    }

    /// Does it implement the resource type?
    pub(in crate::canon) fn implements(self, env: &CanonEnv, resource: ResourceId) -> bool {
        match env.resources[resource].implementer {
            ResourceImpl::Guest(instance) => !self.is_host() && instance == self.instance,
            ResourceImpl::Host { .. } => self.is_host(),
        }
    }

    /// Is a handle of the type just its representation there? The host keeps no table of its own
    /// resources, and the result of a task has none at all.
    pub(in crate::canon) fn keeps_bare(self, env: &CanonEnv, resource: ResourceId) -> bool {
        matches!(self.peer, Peer::TaskResult) || self.is_host() && self.implements(env, resource)
    }

    /// The kind of trap for a value of this side that its type does not have.
    pub(in crate::canon) fn fault(self, kind: TrapKind) -> TrapKind {
        if self.is_host() { TrapKind::InvalidHostValue } else { kind }
    }

    /// A checked native address in its memory.
    pub(in crate::canon) fn address(self, base: Value) -> Address {
        Address { base, offset: 0, memory: self.memory() }
    }

    /// `trap_if(not inst.may_leave)`.
    pub(in crate::canon) fn check_may_leave(self, e: &mut Emit) {
        if let Some(at) = self.may_leave {
            let may_leave = e.load_field(types::I32, Region::MayLeave, e.vmctx, at);
            e.trap_unless(may_leave, TrapKind::CannotLeave);
        }
    }

    /// Emits a call during which the instance may not leave.
    ///
    /// It may before: were it not so, the instance would be in such a call now, which cannot have
    /// led here.
    pub(in crate::canon) fn without_leave<T>(self, e: &mut Emit, call: impl FnOnce(&mut Emit) -> T) -> T {
        let Some(at) = self.may_leave else { return call(e) };
        let no = e.b.ins().iconst(types::I32, 0);
        e.store_field(Region::MayLeave, no, e.vmctx, at);
        let result = call(e);
        let yes = e.b.ins().iconst(types::I32, 1);
        e.store_field(Region::MayLeave, yes, e.vmctx, at);
        result
    }

    /// `trap_if(ptr != align_to(ptr, alignment))`. The host's own pointers are trusted.
    pub(in crate::canon) fn check_aligned(self, e: &mut Emit, pointer: Value, align: u32, kind: TrapKind) {
        if align > 1 && !self.is_host() {
            let low = e.b.ins().band_imm_u(pointer, i64::from(align - 1));
            e.trap_if(low, kind);
        }
    }

    /// `trap_if(ptr + byte_length > len(memory))`; then the native address. The host's own ranges
    /// are trusted.
    ///
    /// Invariant: `bytes` is below 2^32, so that with a 32-bit pointer the sum does not overflow.
    pub(in crate::canon) fn check_range(self, e: &mut Emit, pointer: Value, bytes: Value, kind: TrapKind) -> Value {
        let Peer::Guest(options) = self.peer else { return pointer };
        let memory = guest_memory(options);
        let (def, at) = e.base(memory.place);
        let len = e.load_field(types::I64, Region::MemoryDef, def, at as usize + offset_of!(MemoryDef, len));
        let end = e.b.ins().iadd(pointer, bytes);
        let mut outside = e.b.ins().icmp(IntCC::UnsignedGreaterThan, end, len);
        if memory.width == PointerWidth::W64 {
            let overflow = e.b.ins().icmp(IntCC::UnsignedLessThan, end, pointer);
            outside = e.b.ins().bor(outside, overflow);
        }
        e.trap_if(outside, kind);
        let base = e.load_constant(POINTER, Region::MemoryDef, def, at as usize + offset_of!(MemoryDef, base));
        e.b.ins().iadd(base, pointer)
    }

    /// The pointer to a native address, as the side itself writes it, extended to 64 bits; and
    /// whether it is one: whether the address lies in the memory. Guests only.
    pub(in crate::canon) fn pointer_to(self, e: &mut Emit, address: Value) -> (Value, Value) {
        let (def, at) = e.base(guest_memory(self.options()).place);
        let base = e.load_constant(POINTER, Region::MemoryDef, def, at as usize + offset_of!(MemoryDef, base));
        let len = e.load_field(types::I64, Region::MemoryDef, def, at as usize + offset_of!(MemoryDef, len));
        let pointer = e.b.ins().isub(address, base);
        let is_inside = e.b.ins().icmp(IntCC::UnsignedLessThan, pointer, len);
        (pointer, is_inside)
    }

    /// `allocate`, with the checks of the pointer it gives.
    pub(in crate::canon) fn allocate(self, e: &mut Emit, align: u32, bytes: Value) -> Allocation {
        self.allocate_in_bounds(e, align, bytes, TrapKind::ReallocOutOfBounds)
    }

    /// The same for the elements of a list, whose trap names them.
    pub(in crate::canon) fn allocate_list(self, e: &mut Emit, align: u32, bytes: Value) -> Allocation {
        self.allocate_in_bounds(e, align, bytes, TrapKind::ReallocListOutOfBounds)
    }

    fn allocate_in_bounds(self, e: &mut Emit, align: u32, bytes: Value, outside: TrapKind) -> Allocation {
        if self.is_host() {
            return host_allocate(e, align, bytes);
        }
        let zero = e.b.ins().iconst(POINTER, 0);
        self.call_realloc(e, [zero, zero], align, bytes, outside)
    }

    /// `reallocate` of an allocation with its old length, with the checks of the pointer it gives.
    /// Guests only: what is lowered to the host is allocated once.
    pub(in crate::canon) fn reallocate(self, e: &mut Emit, old: [Value; 2], align: u32, bytes: Value) -> Allocation {
        self.call_realloc(e, old, align, bytes, TrapKind::ReallocOutOfBounds)
    }

    /// `allocate` for bytes that are written before the value is lowered: those of a string if
    /// `of_string` is not zero, else of a list. Their native address. Guests only.
    pub(in crate::canon) fn allocate_fill(self, e: &mut Emit, bytes: Value, of_string: Value) -> Value {
        let zero = e.b.ins().iconst(POINTER, 0);
        let pointer = self.invoke_realloc(e, [zero, zero], 1, bytes);
        let kind = e.begin_choice(of_string, [POINTER]);
        let of_string = self.check_range(e, pointer, bytes, TrapKind::ReallocOutOfBounds);
        e.otherwise(&kind, &[of_string]);
        let of_list = self.check_range(e, pointer, bytes, TrapKind::ReallocListOutOfBounds);
        e.end_choice(kind, &[of_list])[0]
    }

    fn call_realloc(self, e: &mut Emit, old: [Value; 2], align: u32, bytes: Value, outside: TrapKind) -> Allocation {
        let pointer = self.invoke_realloc(e, old, align, bytes);
        let address = self.check_range(e, pointer, bytes, outside);
        Allocation { pointer, address }
    }

    /// Calls `realloc`, and checks that the pointer it gives is aligned. The specification lifts
    /// `realloc` and invokes it: it runs in a task of its own, with storage that is 0.
    fn invoke_realloc(self, e: &mut Emit, old: [Value; 2], align: u32, bytes: Value) -> Value {
        let options = self.options();
        let width = options.width();
        let word = flat_type(pointer(width));
        let align_value = e.b.ins().iconst(POINTER, i64::from(align));
        let args = [old[0], old[1], align_value, bytes].map(|v| narrow_pointer(e, v, width));
        let callee = options.realloc.expect("validated: options of a type with pointers have a realloc");
        let signature = e.convention.core([word; 4], [word]);
        let scope = TaskScope::enter_sync(e, self.task_state);
        let results = self.without_leave(e, |e| e.call_core(callee, signature, &args));
        scope.exit(e);
        let pointer = widen_pointer(e, results[0], width);
        self.check_aligned(e, pointer, align, TrapKind::ReallocUnaligned);
        pointer
    }

    /// The canonical options of a guest.
    fn options(self) -> &'a CanonOptions {
        match self.peer {
            Peer::Guest(options) => options,
            Peer::Host(_) | Peer::TaskResult => unreachable!("the host has no canonical options"),
        }
    }
}

/// The linear memory of options of a type with pointers.
fn guest_memory(options: &CanonOptions) -> LinearMemory {
    options.memory.expect("validated: options of a type with pointers have a memory")
}

/// The side that lowers the function.
pub(in crate::canon) fn caller_side<'a>(env: &CanonEnv, adapter: &'a Adapter) -> Side<'a> {
    match (&adapter.lower, &adapter.lift) {
        (LowerSide::Guest(guest), _) => Side::guest(env, guest),
        // A view of a result lives until the guest runs again, so it must not run `post-return`.
        (LowerSide::Host, LiftSide::Guest { side, .. }) if side.options.post_return.is_none() => {
            Side::host(env, Receiver::Caller)
        }
        (LowerSide::Host, _) => Side::host(env, Receiver::Copies),
    }
}

/// The side that lifts the function.
pub(in crate::canon) fn callee_side<'a>(env: &CanonEnv, lift: &'a LiftSide) -> Side<'a> {
    match lift {
        LiftSide::Guest { side, .. } => Side::guest(env, side),
        LiftSide::Host { callee } => Side::host(env, Receiver::Function(*callee)),
    }
}

/// The side from which the result is lifted.
pub(in crate::canon) fn result_side<'a>(env: &CanonEnv, lift: &'a LiftSide) -> Side<'a> {
    match lift {
        LiftSide::Guest { side, .. } if side.options.is_async => Side::task_result(env),
        _ => callee_side(env, lift),
    }
}

/// Memory of the host for a value that it receives.
pub(in crate::canon) fn host_allocate(e: &mut Emit, align: u32, bytes: Value) -> Allocation {
    let align = e.b.ins().iconst(types::I64, i64::from(align));
    let pointer = e.call_intrinsic(Intrinsic::HostAlloc, &[bytes, align]).expect("it has a result");
    e.trap_unless(pointer, TrapKind::HostAllocFailed);
    Allocation { pointer, address: pointer }
}
