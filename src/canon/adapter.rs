//! Adapters: `canon_lower` of the calling side joined to `canon_lift` of the called side.

use super::CanonEnv;
use super::borrow::Borrows;
use super::crossing::{Crossing, Occurrence};
use super::lift::lift;
use super::lower::lower;
use super::operand::{Operand, Target, widen_pointer};
use super::side::{Side, host_allocate};
use super::signature::core_signature;
use super::transfer::transfer;
use crate::block::TrapKind;
use crate::clif::Emit;
use crate::clif::signature::{POINTER, flat_type};
use crate::model::flatten::{Context, CoreSignature, flatten_functype};
use crate::model::layout::Layout;
use crate::model::{Adapter, Callee, FuncKey, FuncType, GuestSide, LiftSide, LowerSide, PointerWidth, ValType};
use cranelift_codegen::ir::{Function, InstBuilder, StackSlotData, StackSlotKind, Value};
use cranelift_frontend::FunctionBuilderContext;

/// Emits an adapter.
pub fn emit_adapter(env: &CanonEnv, cx: &mut FunctionBuilderContext, key: FuncKey, adapter: &Adapter) -> Function {
    let mut func = Function::new();
    let (mut e, args) = Emit::core(&mut func, cx, key, core_signature(env, adapter), env.convention);
    let call = Call { env, ty: &adapter.ty, params: adapter.ty.params.iter().map(|(_, ty)| *ty).collect() };
    let results = match &adapter.lower {
        LowerSide::Guest(caller) => call.canon_lower(&mut e, caller, &adapter.lift, &args),
        LowerSide::Host => call.host_lower(&mut e, &adapter.lift, &args),
    };
    e.b.ins().return_(&results);
    e.finish();
    func
}

/// The function type of a call, with what it is emitted for.
struct Call<'c, 'e> {
    env: &'c CanonEnv<'e>,
    ty: &'c FuncType,
    params: Vec<ValType>,
}

/// The calling side of a call.
struct Caller<'c> {
    side: Side<'c>,
    /// The parameters, to be lifted: flat, or behind a checked pointer.
    params: Vec<Operand>,
    /// Where the result is to go.
    result: ResultPlace,
}

/// Where the caller wants the result.
enum ResultPlace {
    Flat(PointerWidth),
    /// Behind a pointer, which is checked when the result is there.
    Pointer(Value),
}

/// What the core function returned.
struct Returned {
    /// The result, to be lifted. There is at most one.
    results: Vec<Operand>,
    /// The core results, for `post-return`.
    flat: Vec<Value>,
}

impl<'c> Call<'c, '_> {
    /// The lower of a guest. Returns the flat results.
    fn canon_lower(&self, e: &mut Emit, guest: &GuestSide, lift: &LiftSide, args: &[Value]) -> Vec<Value> {
        let side = Side::guest(self.env, guest);
        side.check_may_leave(e);
        let flat = flatten_functype(self.env.types, self.ty, side.width(), Context::Lower);
        let params = if flat.params_in_memory {
            self.load_tuple(e, side, &self.params, args[0])
        } else {
            Operand::Flat(args.to_vec(), side.width()).fields(e, self.env.types, &self.params)
        };
        let result = match args.last() {
            Some(pointer) if flat.result_in_memory => ResultPlace::Pointer(widen_pointer(e, *pointer, side.width())),
            _ => ResultPlace::Flat(side.width()),
        };
        self.join(e, lift, Caller { side, params, result })
    }

    /// The lower of the host: parameters and result lie in its memory.
    fn host_lower(&self, e: &mut Emit, lift: &LiftSide, args: &[Value]) -> Vec<Value> {
        let keeps_memory = matches!(lift, LiftSide::Guest { side, .. } if side.options.post_return.is_none());
        // A view of a result lives until the guest runs again, so it must not run `post-return`.
        let side = Side::host(self.env, keeps_memory);
        let params = Operand::Memory(side.address(args[0])).fields(e, self.env.types, &self.params);
        self.join(e, lift, Caller { side, params, result: ResultPlace::Pointer(args[1]) })
    }

    /// Calls the lifted function with the caller's values, and lowers its result to the caller.
    fn join(&self, e: &mut Emit, lift: &LiftSide, caller: Caller) -> Vec<Value> {
        match lift {
            LiftSide::Guest { side: guest, callee } => {
                let callee_side = Side::guest(self.env, guest);
                let mut borrows = Borrows::open(e, self.env, self.ty, caller.side, callee_side);
                let mut c = self.crossing(e, &mut borrows, caller.side, callee_side);
                let returned = self.call_guest(&mut c, *callee, &caller.params);
                let flat = self.resolve(e, &mut borrows, callee_side, &caller, &returned);
                if let Some(post_return) = guest.options.post_return {
                    let core = self.lifted_signature(callee_side).results.into_iter().map(flat_type);
                    let signature = e.convention.core(core, []);
                    callee_side.without_leave(e, |e| e.call_core(post_return, signature, &returned.flat));
                }
                borrows.close(e, caller.side.table);
                flat
            }
            LiftSide::Host { callee } => {
                let host = Side::host(self.env, true);
                let mut borrows = Borrows::open(e, self.env, self.ty, caller.side, host);
                let mut c = self.crossing(e, &mut borrows, caller.side, host);
                let returned = self.call_host(&mut c, *callee, &caller.params);
                let flat = self.resolve(e, &mut borrows, host, &caller, &returned);
                borrows.close(e, caller.side.table);
                flat
            }
        }
    }

    /// Lowers the arguments into the callee and calls its core function.
    fn call_guest(&self, c: &mut Crossing, callee: Callee, params: &[Operand]) -> Returned {
        let core = self.lifted_signature(c.to);
        let mut pointer = None;
        let mut args = pass(c, &self.params, params, |c| {
            if !core.params_in_memory {
                return vec![Target::Flat(c.to.width()); self.params.len()];
            }
            let layout = self.tuple_layout(&self.params, c.to.width());
            let size = c.e.b.ins().iconst(POINTER, i64::from(layout.size));
            let to = c.to.allocate(c.e, layout.align, size);
            pointer = Some(super::operand::narrow_pointer(c.e, to.pointer, c.to.width()));
            Target::Memory(c.to.address(to.address)).fields(c.e, self.env.types, &self.params)
        });
        args.extend(pointer);
        let types = |flat: &[_]| flat.iter().copied().map(flat_type).collect::<Vec<_>>();
        let signature = c.e.convention.core(types(&core.params), types(&core.results));
        let flat = c.e.call_core(callee, signature, &args);
        let result: Vec<ValType> = self.ty.result.into_iter().collect();
        let results = if core.result_in_memory {
            self.load_tuple(c.e, c.to, &result, flat[0])
        } else {
            result.iter().map(|_| Operand::Flat(flat.clone(), c.to.width())).collect()
        };
        Returned { results, flat }
    }

    /// Lowers the arguments into a buffer and calls a host function.
    fn call_host(&self, c: &mut Crossing, callee: u32, params: &[Operand]) -> Returned {
        let result: Vec<ValType> = self.ty.result.into_iter().collect();
        let mut buffers = None;
        pass(c, &self.params, params, |c| {
            let [params, results] =
                [&self.params, &result].map(|tys| buffer(c.e, self.tuple_layout(tys, PointerWidth::W64)));
            buffers = Some((params, results));
            Target::Memory(c.to.address(params)).fields(c.e, self.env.types, &self.params)
        });
        let (params, results) = buffers.expect("the targets have been asked for");
        c.e.call_host(callee, params, results);
        let results = Operand::Memory(c.to.address(results)).fields(c.e, self.env.types, &result);
        Returned { results, flat: Vec::new() }
    }

    /// `on_resolve`: lifts the result, requires that all borrows were given back, lowers the result.
    fn resolve(
        &self,
        e: &mut Emit,
        borrows: &mut Borrows,
        callee: Side<'c>,
        caller: &Caller<'c>,
        returned: &Returned,
    ) -> Vec<Value> {
        let result: Vec<ValType> = self.ty.result.into_iter().collect();
        let mut c = self.crossing(e, borrows, callee, caller.side);
        pass(&mut c, &result, &returned.results, |c| {
            c.borrows.check_returned(c.e);
            match caller.result {
                ResultPlace::Flat(width) => vec![Target::Flat(width); result.len()],
                ResultPlace::Pointer(pointer) => {
                    let address = self.check_tuple(c.e, c.to, &result, pointer);
                    Target::Memory(c.to.address(address)).fields(c.e, self.env.types, &result)
                }
            }
        })
    }

    fn crossing<'x, 'f>(
        &'x self,
        e: &'x mut Emit<'f>,
        borrows: &'x mut Borrows,
        from: Side<'x>,
        to: Side<'x>,
    ) -> Crossing<'x, 'x, 'f> {
        Crossing { env: self.env, e, from, to, borrows, occurrence: Occurrence::Once }
    }

    /// The values of a tuple behind a pointer that a guest gave.
    fn load_tuple(&self, e: &mut Emit, side: Side, tys: &[ValType], pointer: Value) -> Vec<Operand> {
        let pointer = widen_pointer(e, pointer, side.width());
        let address = self.check_tuple(e, side, tys, pointer);
        Operand::Memory(side.address(address)).fields(e, self.env.types, tys)
    }

    /// The checks of a pointer to a tuple; its native address.
    fn check_tuple(&self, e: &mut Emit, side: Side, tys: &[ValType], pointer: Value) -> Value {
        let layout = self.tuple_layout(tys, side.width());
        side.check_aligned(e, pointer, layout.align, TrapKind::UnalignedPointer);
        let size = e.b.ins().iconst(POINTER, i64::from(layout.size));
        side.check_range(e, pointer, size, TrapKind::PointerOutOfBounds)
    }

    fn tuple_layout(&self, tys: &[ValType], width: PointerWidth) -> Layout {
        Layout::record(tys.iter().map(|ty| self.env.types.layout(*ty, width)))
    }

    fn lifted_signature(&self, callee: Side) -> CoreSignature {
        flatten_functype(self.env.types, self.ty, callee.width(), Context::Lift)
    }
}

/// Passes values to the other side: lifts all, asks for their targets, lowers all. Returns what is flat.
///
/// A single value is lifted and lowered in one, unless the check of borrows comes between.
fn pass(
    c: &mut Crossing,
    tys: &[ValType],
    sources: &[Operand],
    targets: impl FnOnce(&mut Crossing) -> Vec<Target>,
) -> Vec<Value> {
    if let ([ty], [source], false) = (tys, sources, c.borrows.has_scope()) {
        let targets = targets(c);
        return transfer(c, *ty, source, &targets[0]);
    }
    let lifted: Vec<Vec<Value>> = tys.iter().zip(sources).map(|(ty, source)| lift(c, *ty, source)).collect();
    let targets = targets(c);
    let mut flat = Vec::new();
    for ((ty, values), target) in tys.iter().zip(&lifted).zip(&targets) {
        flat.extend(lower(c, *ty, values, target));
    }
    flat
}

/// Memory for a tuple of the host's: on the stack, or from the host if it is large.
fn buffer(e: &mut Emit, layout: Layout) -> Value {
    /// What may be taken from the stack.
    const MAX_STACK_BUFFER: u32 = 1 << 14;
    if layout.size > MAX_STACK_BUFFER {
        let size = e.b.ins().iconst(POINTER, i64::from(layout.size));
        return host_allocate(e, layout.align, size).address;
    }
    let align = layout.align.trailing_zeros() as u8;
    let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, layout.size.max(1), align);
    let slot = e.b.create_sized_stack_slot(slot);
    e.b.ins().stack_addr(POINTER, slot, 0)
}
