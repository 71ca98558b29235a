//! Calls: of functions of the graph, through slots, of intrinsics and of the host.

use super::emit::Emit;
use super::region::Region;
use super::signature::POINTER;
use alloc::vec::Vec;
use cantilever_abi::block::{Context, FuncDef, HostCallee, Intrinsic, TrapKind};
use cantilever_abi::{Callee, CtxArg, FuncKey};
use core::mem::offset_of;
use cranelift_codegen::ir::{ExtFuncData, ExternalName, FuncRef, InstBuilder, Signature, UserExternalName, Value};

/// A callee made ready: what a call instruction needs, `vmctx` included.
pub enum Ready {
    /// A direct call.
    Direct(FuncRef, Value),
    /// An indirect one: address, then `vmctx`.
    Indirect(Value, Value),
}

impl Emit<'_> {
    /// Declares a function of the graph so that it can be called.
    pub fn declare(&mut self, key: FuncKey, signature: Signature) -> FuncRef {
        let (namespace, index) = key.encode();
        let func = &mut self.b.func;
        let name = func.declare_imported_user_function(UserExternalName { namespace, index });
        let signature = func.import_signature(signature);
        func.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: true,
            patchable: false,
        })
    }

    /// Resolves a callee to what a call instruction needs.
    pub fn ready(&mut self, callee: Callee, signature: &Signature) -> Ready {
        match callee {
            Callee::Direct { func, ctx } => {
                let func = self.declare(func, signature.clone());
                let vmctx = match ctx {
                    CtxArg::Same => self.vmctx,
                    CtxArg::Plus(offset) => self.offset(self.vmctx, i64::from(offset)),
                };
                Ready::Direct(func, vmctx)
            }
            Callee::Slot(at) => self.ready_func_def(self.vmctx, at as usize),
            Callee::PointerSlot(at) => {
                let def = self.load_constant(POINTER, Region::Constant, self.vmctx, at as usize);
                self.ready_func_def(def, 0)
            }
        }
    }

    /// The code and `vmctx` in the `FuncDef` at `base + offset`.
    pub fn ready_func_def(&mut self, base: Value, offset: usize) -> Ready {
        let code = self.load_constant(POINTER, Region::Constant, base, offset + offset_of!(FuncDef, code));
        let vmctx = self.load_constant(POINTER, Region::Constant, base, offset + offset_of!(FuncDef, vmctx));
        Ready::Indirect(code, vmctx)
    }

    /// Calls a core-convention function with arguments after `vmctx`, from outside of core code: an
    /// exception traps.
    pub fn call_core(&mut self, callee: Callee, signature: Signature, args: &[Value]) -> Vec<Value> {
        let ready = self.ready(callee, &signature);
        let (Ready::Direct(_, vmctx) | Ready::Indirect(_, vmctx)) = ready;
        let args: Vec<Value> = core::iter::once(vmctx).chain(args.iter().copied()).collect();
        let signature = match ready {
            Ready::Direct(func, _) => self.b.func.dfg.ext_funcs[func].signature,
            Ready::Indirect(..) => self.b.func.import_signature(signature),
        };
        if self.convention.throws {
            return self.call_uncatching(&ready, signature, &args);
        }
        let inst = match ready {
            Ready::Direct(func, _) => self.b.ins().call(func, &args),
            Ready::Indirect(code, _) => self.b.ins().call_indirect(signature, code, &args),
        };
        self.b.inst_results(inst).to_vec()
    }

    /// Calls an intrinsic; the result is there when the intrinsic has one.
    pub fn call_intrinsic(&mut self, intrinsic: Intrinsic, args: &[Value]) -> Option<Value> {
        let table = self.load_constant(POINTER, Region::Constant, self.vmctx, offset_of!(Context, intrinsics));
        let code = self.load_constant(POINTER, Region::Constant, table, intrinsic.offset() as usize);
        let signature = self.b.func.import_signature(self.convention.intrinsic(intrinsic));
        let all: Vec<Value> = core::iter::once(self.vmctx).chain(args.iter().copied()).collect();
        let inst = self.b.ins().call_indirect(signature, code, &all);
        self.b.inst_results(inst).first().copied()
    }

    /// The address of the function in the `HostCallee` at a block offset, which may be null.
    /// `vmctx` must be the block.
    pub fn host_callee_func(&mut self, callee: u32) -> Value {
        let at = callee as usize + offset_of!(HostCallee, func);
        self.load_constant(POINTER, Region::Constant, self.vmctx, at)
    }

    /// Calls the host through the `HostCallee` at a block offset, and traps if it fails. `vmctx`
    /// must be the block.
    pub fn call_host(&mut self, callee: u32, params: Value, results: Value) {
        let func = self.host_callee_func(callee);
        let at = callee as usize + offset_of!(HostCallee, data);
        let data = self.load_constant(POINTER, Region::Constant, self.vmctx, at);
        let signature = self.b.func.import_signature(self.convention.host_func());
        let inst = self.b.ins().call_indirect(signature, func, &[data, self.vmctx, params, results]);
        let status = self.b.inst_results(inst)[0];
        self.trap_if(status, TrapKind::HostError);
    }
}
