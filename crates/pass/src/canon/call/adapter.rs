//! Adapters: `canon_lower` of the calling side joined to `canon_lift` of the called side.

use super::borrow::Borrows;
use super::crossing::Crossing;
use super::fill::{fill_entry, offer_fill};
use super::occurrence::Occurrence;
use super::part::{Direction, PartsOf};
use super::side::{Side, callee_side, caller_side, result_side};
use super::signature::core_signature;
use super::task::{AsyncCall, Suspension, returned_subtask, run_callbacks};
use super::task_scope::TaskScope;
use super::tuple::{buffer, check_tuple, load_tuple, tuple_layout};
use crate::canon::CanonEnv;
use crate::canon::value::lift::lift;
use crate::canon::value::lower::lower;
use crate::canon::value::operand::{Operand, Target, widen_pointer};
use crate::canon::value::transfer::transfer;
use crate::clif::Emit;
use crate::clif::signature::{POINTER, flat_type};
use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::flatten::{CoreSignature, flatten_functype};
use cantilever_abi::{Adapter, Callee, FuncKey, FuncType, GuestSide, LiftSide, LowerSide, PointerWidth, ValType};
use cranelift_codegen::ir::{Function, InstBuilder, Value};
use cranelift_frontend::FunctionBuilderContext;

/// Emits an adapter.
pub fn emit_adapter(env: &CanonEnv, cx: &mut FunctionBuilderContext, key: FuncKey, adapter: &Adapter) -> Function {
    let mut func = Function::new();
    let (mut e, args) = Emit::core(&mut func, cx, key, core_signature(env, adapter), env.convention);
    let call =
        Call { env, key, adapter, ty: &adapter.ty, params: adapter.ty.params.iter().map(|(_, ty)| *ty).collect() };
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
    key: FuncKey,
    adapter: &'c Adapter,
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
    suspension: Suspension,
}

/// Where the caller wants the result.
enum ResultPlace {
    Flat(PointerWidth),
    /// Behind a pointer, which is checked when the result is there.
    Pointer(Value),
}

impl Call<'_, '_> {
    /// The lower of a guest. Returns the flat results.
    fn canon_lower(&self, e: &mut Emit, guest: &GuestSide, lift: &LiftSide, args: &[Value]) -> Vec<Value> {
        let side = Side::guest(self.env, guest);
        side.check_may_leave(e);
        let flat = flatten_functype(self.env.types, self.ty, side.width(), guest.options.lower_context());
        let params = if flat.params_in_memory {
            load_tuple(e, self.env, side, &self.params, args[0])
        } else {
            Operand::Flat(args.to_vec(), side.width()).fields(e, self.env.types, &self.params)
        };
        let result = match args.last() {
            Some(pointer) if flat.result_in_memory => ResultPlace::Pointer(widen_pointer(e, *pointer, side.width())),
            _ => ResultPlace::Flat(side.width()),
        };
        let suspension = if guest.options.is_async { Suspension::CallerGoesOn } else { Suspension::CallerWaits };
        let flat = self.join(e, lift, Caller { side, params, result, suspension });
        if guest.options.is_async { vec![returned_subtask(e)] } else { flat }
    }

    /// The lower of the host: parameters and result lie in its memory.
    fn host_lower(&self, e: &mut Emit, lift: &LiftSide, args: &[Value]) -> Vec<Value> {
        let side = caller_side(self.env, self.adapter);
        let params = Operand::Memory(side.address(args[0])).fields(e, self.env.types, &self.params);
        self.join(
            e,
            lift,
            Caller { side, params, result: ResultPlace::Pointer(args[1]), suspension: Suspension::CallerWaits },
        )
    }

    /// Calls the lifted function with the caller's values, and lowers its result to the caller.
    fn join(&self, e: &mut Emit, lift: &LiftSide, caller: Caller) -> Vec<Value> {
        match lift {
            LiftSide::Guest { side: guest, callee } => self.join_guest(e, guest, *callee, &caller),
            LiftSide::Host { callee } => {
                let host = callee_side(self.env, lift);
                let mut borrows = Borrows::open(e, self.env, self.ty, caller.side, host);
                let mut c = self.crossing(e, &mut borrows, (caller.side, host), Direction::Params);
                let returned = self.call_host(&mut c, *callee, &caller.params);
                let flat = self.resolve(e, &mut borrows, host, &caller, &returned);
                borrows.close(e, caller.side.table);
                flat
            }
        }
    }

    /// The lift of a guest: `canon_lift`.
    fn join_guest(&self, e: &mut Emit, guest: &GuestSide, callee: Callee, caller: &Caller) -> Vec<Value> {
        let side = Side::guest(self.env, guest);
        let result = self.result();
        let mut borrows = Borrows::open(e, self.env, self.ty, caller.side, side);
        let lifted = (&result[..], &guest.options);
        let task = guest.options.is_async.then(|| AsyncCall::begin(e, self.env, lifted, (&borrows, caller.side)));
        let scope = TaskScope::enter(e, self.env, (self.ty, guest), task.as_ref().map(|task| task.record));
        let core = flatten_functype(self.env.types, self.ty, side.width(), guest.options.lift_context());
        let mut c = self.crossing(e, &mut borrows, (caller.side, side), Direction::Params);
        let flat = self.call_guest(&mut c, callee, &core, &caller.params);
        if let Some(callback) = guest.options.callback {
            run_callbacks(e, self.env, (callback, flat[0]), caller.suspension);
        }
        let from = result_side(self.env, &self.adapter.lift);
        let results = match &task {
            Some(task) => task.end(e, self.env, &result, from),
            None if core.result_in_memory => load_tuple(e, self.env, side, &result, flat[0]),
            None => result.iter().map(|_| Operand::Flat(flat.clone(), side.width())).collect(),
        };
        let lowered = self.resolve(e, &mut borrows, from, caller, &results);
        task.iter().for_each(|task| task.release(e));
        if let Some(post_return) = guest.options.post_return {
            let signature = e.convention.core(core.results.into_iter().map(flat_type), []);
            side.without_leave(e, |e| e.call_core(post_return, signature, &flat));
        }
        scope.exit(e);
        borrows.close(e, caller.side.table);
        lowered
    }

    /// Lowers the arguments into the callee and calls its core function. Returns its core results.
    fn call_guest(&self, c: &mut Crossing, callee: Callee, core: &CoreSignature, params: &[Operand]) -> Vec<Value> {
        let mut pointer = None;
        let mut args = cross(c, &self.params, params, |c| {
            if !core.params_in_memory {
                return vec![Target::Flat(c.to.width()); self.params.len()];
            }
            let layout = tuple_layout(self.env, &self.params, c.to.width());
            let size = c.e.b.ins().iconst(POINTER, i64::from(layout.size));
            let to = c.to.allocate(c.e, layout.align, size);
            pointer = Some(crate::canon::value::operand::narrow_pointer(c.e, to.pointer, c.to.width()));
            Target::Memory(c.to.address(to.address)).fields(c.e, self.env.types, &self.params)
        });
        args.extend(pointer);
        let types = |flat: &[_]| flat.iter().copied().map(flat_type).collect::<Vec<_>>();
        let signature = c.e.convention.core(types(&core.params), types(&core.results));
        c.e.call_core(callee, signature, &args)
    }

    /// Lowers the arguments into a buffer and calls a host function. Returns the result, to be
    /// lifted.
    fn call_host(&self, c: &mut Crossing, callee: u32, params: &[Operand]) -> Vec<Operand> {
        let result = self.result();
        let mut buffers = None;
        cross(c, &self.params, params, |c| {
            let [params, results] =
                [&self.params, &result].map(|tys| buffer(c.e, tuple_layout(self.env, tys, PointerWidth::W64)));
            buffers = Some((params, results));
            Target::Memory(c.to.address(params)).fields(c.e, self.env.types, &self.params)
        });
        let (params, results) = buffers.expect("the targets have been asked for");
        offer_fill(c.e, self.env, self.adapter, results);
        c.e.call_host(callee, params, results);
        Operand::Memory(c.to.address(results)).fields(c.e, self.env.types, &result)
    }

    /// `on_resolve`: lifts the result, requires that all borrows were given back, lowers the
    /// result.
    fn resolve(
        &self,
        e: &mut Emit,
        borrows: &mut Borrows,
        callee: Side,
        caller: &Caller,
        results: &[Operand],
    ) -> Vec<Value> {
        let result = self.result();
        let mut c = self.crossing(e, borrows, (callee, caller.side), Direction::Result);
        cross(&mut c, &result, results, |c| {
            c.borrows.check_returned(c.e, c.env);
            match caller.result {
                ResultPlace::Flat(width) => vec![Target::Flat(width); result.len()],
                ResultPlace::Pointer(pointer) => {
                    let address = check_tuple(c.e, self.env, c.to, &result, pointer);
                    Target::Memory(c.to.address(address)).fields(c.e, self.env.types, &result)
                }
            }
        })
    }

    fn crossing<'x, 'f>(
        &'x self,
        e: &'x mut Emit<'f>,
        borrows: &'x mut Borrows,
        (from, to): (Side<'x>, Side<'x>),
        direction: Direction,
    ) -> Crossing<'x, 'x, 'f> {
        let parts = PartsOf::new(self.env, self.key, direction);
        let fills = direction == Direction::Result && fill_entry(self.env, self.adapter).is_some();
        Crossing { env: self.env, e, from, to, borrows, occurrence: Occurrence::Once, fills, parts }
    }

    /// The type of the result; there is at most one.
    fn result(&self) -> Vec<ValType> {
        self.ty.result.into_iter().collect()
    }
}

/// Brings values to the other side: lifts all, asks for their targets, lowers all. Returns what is
/// flat.
///
/// A single value is lifted and lowered in one, unless the check of borrows comes between; and so
/// is what is in memory and may be left to a part.
fn cross(
    c: &mut Crossing,
    tys: &[ValType],
    sources: &[Operand],
    targets: impl FnOnce(&mut Crossing) -> Vec<Target>,
) -> Vec<Value> {
    if let ([ty], [source], false) = (tys, sources, c.borrows.has_scope()) {
        let targets = targets(c);
        return transfer(c, *ty, source, &targets[0]);
    }
    let is_left = |c: &Crossing, ty: ValType| c.parts.as_ref().is_some_and(|parts| parts.find(ty).is_some());
    let lifted: Vec<Option<Vec<Value>>> = tys
        .iter()
        .zip(sources)
        .map(|(ty, source)| if source.is_in_memory() && is_left(c, *ty) { None } else { Some(lift(c, *ty, source)) })
        .collect();
    let targets = targets(c);
    let mut flat = Vec::new();
    for (((ty, source), values), target) in tys.iter().zip(sources).zip(lifted).zip(&targets) {
        flat.extend(match values {
            Some(values) => lower(c, *ty, &values, target),
            None => transfer(c, *ty, source, target),
        });
    }
    flat
}
