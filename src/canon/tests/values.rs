//! Random values across random adapters agree with the oracle.

use super::machine::MEMORY;
use super::oracle::{Rng, Val};
use super::*;
use crate::block::Header;
use std::cell::{Cell, RefCell};

/// One random call: its type, the sides, and the values that should arrive.
struct Case {
    types: Types,
    ty: FuncType,
    caller: oracle::Memory,
    callee: oracle::Memory,
    params: Val,
    result: Option<Val>,
    called: Cell<bool>,
}

thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
}

impl Case {
    fn param_types(&self) -> Vec<ValType> {
        self.ty.params.iter().map(|(_, ty)| *ty).collect()
    }

    fn result_types(&self) -> Vec<ValType> {
        self.ty.result.into_iter().collect()
    }

    /// The result as a tuple.
    fn result_tuple(&self) -> Val {
        Val::Record(self.result.iter().cloned().collect())
    }

    fn lift(&self, memory: &oracle::Memory, tys: &[ValType], core: &[u64]) -> Val {
        let flat = memory.flat_types(&self.types, tys);
        let mut core = core.iter().zip(flat).map(|(value, ty)| match ty {
            FlatType::I32 | FlatType::F32 => *value & 0xffff_ffff,
            FlatType::I64 | FlatType::F64 => *value,
        });
        Val::Record(tys.iter().map(|ty| memory.lift_flat(&self.types, *ty, &mut core)).collect())
    }

    fn lower(&self, memory: &oracle::Memory, tys: &[ValType], val: &Val) -> Vec<u64> {
        let Val::Record(vals) = val else { panic!("a tuple") };
        tys.iter().zip(vals).flat_map(|(ty, val)| memory.lower_flat(&self.types, *ty, val)).collect()
    }

    fn store_tuple(&self, memory: &oracle::Memory, tys: &[ValType], val: &Val) -> u64 {
        let at = self.allocate_tuple(memory, tys);
        memory.store_record(&self.types, tys, val, at);
        at
    }

    fn allocate_tuple(&self, memory: &oracle::Memory, tys: &[ValType]) -> u64 {
        let layout = Layout::record(tys.iter().map(|ty| self.types.layout(*ty, memory.width)));
        memory.allocate(u64::from(layout.size), layout.align)
    }

    fn pointer(memory: &oracle::Memory, core: u64) -> u64 {
        if memory.width == PointerWidth::W32 { core & 0xffff_ffff } else { core }
    }

    /// Calls the adapter as a guest, or the host, would; returns the result tuple.
    fn call(&self, m: &Machine) -> Val {
        let (memory, results) = (&self.caller, self.result_types());
        let flat = flatten_functype(&self.types, &self.ty, memory.width, Context::Lower);
        let host = memory.base.is_null();
        let mut args = if flat.params_in_memory || host {
            vec![self.store_tuple(memory, &self.param_types(), &self.params)]
        } else {
            self.lower(memory, &self.param_types(), &self.params)
        };
        if flat.result_in_memory || host {
            let out = self.allocate_tuple(memory, &results);
            args.push(out);
            m.call(ADAPTER, &args);
            memory.load_record(&self.types, &results, out)
        } else {
            let result = m.call(ADAPTER, &args);
            self.lift(memory, &results, &[result])
        }
    }
}

/// Plays the callee as a guest.
unsafe extern "C" fn guest(_: *mut u8, slots: *mut u64) {
    CASE.with_borrow(|case| {
        let case = case.as_ref().unwrap();
        let (memory, params) = (&case.callee, case.param_types());
        let flat = flatten_functype(&case.types, &case.ty, memory.width, Context::Lift);
        // SAFETY: the thunk has a slot for each parameter and result.
        let args = unsafe { std::slice::from_raw_parts_mut(slots, flat.params.len().max(1)) };
        let got = if flat.params_in_memory {
            memory.load_record(&case.types, &params, Case::pointer(memory, args[0]))
        } else {
            case.lift(memory, &params, args)
        };
        assert_eq!(got, case.params);
        case.called.set(true);
        let results = case.result_types();
        if flat.result_in_memory {
            args[0] = case.store_tuple(memory, &results, &case.result_tuple());
        } else if !results.is_empty() {
            args[0] = case.lower(memory, &results, &case.result_tuple())[0];
        }
    });
}

/// Plays the callee as the host.
unsafe extern "C" fn host(_: *mut core::ffi::c_void, _: *mut Header, params: *mut u8, results: *mut u8) -> u32 {
    CASE.with_borrow(|case| {
        let case = case.as_ref().unwrap();
        let got = case.callee.load_record(&case.types, &case.param_types(), params as u64);
        assert_eq!(got, case.params);
        case.called.set(true);
        case.callee.store_record(&case.types, &case.result_types(), &case.result_tuple(), results as u64);
    });
    0
}

/// Runs one call with random types, values and options.
fn run(seed: u64) {
    let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut f = Fixture::new();
    let params: Vec<ValType> = (0..rng.below(5)).map(|_| rng.ty(&mut f.types, 3)).collect();
    let result = (rng.below(4) > 0).then(|| rng.ty(&mut f.types, 3));
    let ty = func_type(&params, result);
    let mut side = |instance| {
        let encoding = rng.pick(&[Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16]);
        let width = rng.pick(&[PointerWidth::W32, PointerWidth::W32, PointerWidth::W64]);
        f.side(instance, encoding, width)
    };
    let (lower, mut lift) = (side(CALLER), side(CALLEE));
    if rng.below(2) == 0 {
        lift.options.post_return = Some(direct(POST_RETURN));
    }
    let hosts = rng.below(4);
    let widths = [&lower, &lift].map(|s| s.options.width());
    let mut functions = f.reallocs(widths);
    functions.push(f.core(&ty, &lift, guest));
    let core = flatten_functype(&f.types, &ty, widths[1], Context::Lift).results;
    let core = f.convention.core(core.into_iter().map(crate::clif::signature::flat_type), []);
    functions.push(thunk(POST_RETURN, core, post_return, f.convention));
    let lower_side = if hosts == 0 { LowerSide::Host } else { LowerSide::Guest(lower.clone()) };
    let lift_side = match hosts {
        1 => LiftSide::Host { callee: f.host_callee },
        _ => LiftSide::Guest { side: lift.clone(), callee: direct(CORE) },
    };
    functions.push(f.adapter(&ty, lower_side, lift_side));
    let m = f.machine(functions);
    let callee = m.at::<HostCallee>(f.host_callee);
    callee.func = Some(host);
    let memory = |host: bool, side: &GuestSide, sloppy| oracle::Memory {
        base: if host { std::ptr::null_mut() } else { MEMORIES.with_borrow(|m| m[side.instance as usize]) },
        width: if host { PointerWidth::W64 } else { side.options.width() },
        encoding: if host { Encoding::Utf8 } else { side.options.encoding },
        sloppy,
    };
    let case = Case {
        params: Val::Record(params.iter().map(|ty| rng.val(&f.types, *ty)).collect()),
        result: result.map(|ty| rng.val(&f.types, ty)),
        caller: memory(hosts == 0, &lower, true),
        callee: memory(hosts == 1, &lift, true),
        types: f.types,
        ty,
        called: Cell::new(false),
    };
    CASE.set(Some(case));
    // The case stays borrowed while the callee, played by a Rust function, borrows it again.
    CASE.with_borrow(|case| {
        let case = case.as_ref().unwrap();
        let got = case.call(&m);
        assert!(case.called.get());
        assert_eq!(got, case.result_tuple(), "result of seed {seed}");
        let used = |i: usize| {
            // SAFETY: the first bytes of a memory are its allocator's.
            unsafe { MEMORIES.with_borrow(|m| m[i].cast::<u64>().read()) }
        };
        assert!((1..3).all(|i| used(i) < MEMORY as u64), "the test's values are small");
    });
    m.unmap();
}

unsafe extern "C" fn post_return(_: *mut u8, _: *mut u64) {}

#[test]
fn random_values_cross_unchanged() {
    for seed in 1..400 {
        run(seed);
    }
}
