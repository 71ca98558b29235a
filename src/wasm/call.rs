//! Calls: direct, through tables, and in tail position.

use super::places::KnownElement;
use super::translator::Translator;
use cantilever_abi::block::{Context, FuncDef, Intrinsic, TrapKind};
use cantilever_abi::{Callee, CoreTypeId, CtxArg, Place};
use cantilever_pass::clif::Region;
use cantilever_pass::clif::call::Ready;
use cantilever_pass::clif::emit::offset32;
use cantilever_pass::clif::signature::POINTER;
use cantilever_pass::clif::trap::trap_code;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, FuncRef, InstBuilder, MemFlagsData, Value, types};
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::Call { function_index } => {
            let (ready, ty) = t.function(*function_index);
            t.call(ready, ty);
        }
        O::ReturnCall { function_index } => {
            let (ready, ty) = t.function(*function_index);
            t.return_call(ready, ty);
        }
        O::CallIndirect { type_index, table_index } => {
            let (ready, ty) = t.element(*type_index, *table_index);
            t.call(ready, ty);
        }
        O::ReturnCallIndirect { type_index, table_index } => {
            let (ready, ty) = t.element(*type_index, *table_index);
            t.return_call(ready, ty);
        }
        O::CallRef { type_index } => {
            let ty = t.env.type_id(*type_index);
            let def = t.pop();
            let ready = t.func_def(def, TrapKind::NullReference);
            t.call(ready, ty);
        }
        O::ReturnCallRef { type_index } => {
            let ty = t.env.type_id(*type_index);
            let def = t.pop();
            let ready = t.func_def(def, TrapKind::NullReference);
            t.return_call(ready, ty);
        }
        _ => return false,
    }
    true
}

impl Translator<'_> {
    /// A function of the index space, ready to be called.
    pub fn function(&mut self, index: u32) -> (Ready, CoreTypeId) {
        let ty = self.env.module.funcs[index as usize];
        let callee = self.env.places.funcs[index as usize];
        if let (Some(func), Callee::Direct { ctx, .. }) = (self.funcs.get(&index).copied(), callee) {
            return (self.direct(func, ctx), ty);
        }
        let ready = self.ready(callee, ty);
        if let Ready::Direct(func, _) = ready {
            self.funcs.insert(index, func);
        }
        (ready, ty)
    }

    /// Calls, with arguments from the operand stack and results onto it.
    pub fn call(&mut self, ready: Ready, ty: CoreTypeId) {
        if let Some(handler) = self.handler() {
            return self.try_call(&ready, ty, handler);
        }
        let inst = match ready {
            Ready::Direct(func, vmctx) => {
                let args = self.args(vmctx, ty);
                self.e.b.ins().call(func, &args)
            }
            Ready::Indirect(code, vmctx) => {
                let args = self.args(vmctx, ty);
                let signature = self.signature(ty);
                self.e.b.ins().call_indirect(signature, code, &args)
            }
        };
        self.stack.extend_from_slice(self.e.b.inst_results(inst));
    }

    fn try_call(&mut self, ready: &Ready, ty: CoreTypeId, handler: Block) {
        let (Ready::Direct(_, vmctx) | Ready::Indirect(_, vmctx)) = *ready;
        let args = self.args(vmctx, ty);
        let signature = match *ready {
            Ready::Direct(func, _) => self.e.b.func.dfg.ext_funcs[func].signature,
            Ready::Indirect(..) => self.signature(ty),
        };
        let results = self.e.try_call(ready, signature, &args, handler);
        self.stack.extend(results);
    }

    fn return_call(&mut self, ready: Ready, ty: CoreTypeId) {
        match ready {
            Ready::Direct(func, vmctx) => {
                let args = self.args(vmctx, ty);
                self.e.b.ins().return_call(func, &args);
            }
            Ready::Indirect(code, vmctx) => {
                let args = self.args(vmctx, ty);
                let signature = self.signature(ty);
                self.e.b.ins().return_call_indirect(signature, code, &args);
            }
        }
        self.end_of_reachable();
    }

    fn args(&mut self, vmctx: Value, ty: CoreTypeId) -> Vec<Value> {
        let ty = &self.env.core_types[ty];
        self.passed += ty.params().len() + ty.results().len();
        let first = self.stack.len() - ty.params().len();
        core::iter::once(vmctx).chain(self.stack.drain(first..)).collect()
    }

    fn ready(&mut self, callee: Callee, ty: CoreTypeId) -> Ready {
        match callee {
            Callee::Direct { func, ctx } => {
                let func = self.e.declare(func, self.env.signature(ty));
                self.direct(func, ctx)
            }
            Callee::Slot(at) => self.e.ready_func_def(self.e.vmctx, at as usize),
            Callee::PointerSlot(at) => {
                let def = self.load_once(Place::Here(at), Region::Constant, 0);
                self.e.ready_func_def(def, 0)
            }
        }
    }

    fn direct(&mut self, func: FuncRef, ctx: CtxArg) -> Ready {
        let vmctx = match ctx {
            CtxArg::Same => self.e.vmctx,
            CtxArg::Plus(offset) => self.e.offset(self.e.vmctx, i64::from(offset)),
        };
        Ready::Direct(func, vmctx)
    }

    /// The element of a table that the topmost operand names, checked to be a function of a type.
    fn element(&mut self, type_index: u32, table: u32) -> (Ready, CoreTypeId) {
        let ty = self.env.type_id(type_index);
        let index = self.pop();
        if let Some(element) = self.known_element(table, index)
            && element.ty == ty
        {
            return (self.ready(element.callee, ty), ty);
        }
        let def = self.table_get(table, index, TrapKind::UndefinedElement);
        if !self.all_elements_have_type(table, ty) {
            self.check_type(def, ty);
        }
        (self.func_def(def, TrapKind::IndirectCallToNull), ty)
    }

    fn known_table(&self, table: u32) -> Option<&[Option<KnownElement>]> {
        self.env.places.known_tables.get(table as usize)?.as_deref()
    }

    /// The element of a table at a constant index, when it can be no other.
    /// `analyse::unread_tables` relies on it for an index that is pushed by the operator before the
    /// call.
    fn known_element(&self, table: u32, index: Value) -> Option<KnownElement> {
        let elements = self.known_table(table)?;
        let index = usize::try_from(self.known_integer(index)?).ok()?;
        *elements.get(index)?
    }

    /// Is every element, as far as it is not null, a function of this type?
    fn all_elements_have_type(&self, table: u32, ty: CoreTypeId) -> bool {
        self.known_table(table).is_some_and(|elements| elements.iter().flatten().all(|element| element.ty == ty))
    }

    /// Traps when a function reference is null or of another type than expected.
    fn check_type(&mut self, def: Value, ty: CoreTypeId) {
        if self.env.core_type_decls[ty].is_final {
            let (found, expected) = self.type_identities(def, ty, Some(TrapKind::IndirectCallToNull));
            let other = self.e.b.ins().icmp(IntCC::NotEqual, found, expected);
            self.e.trap_if(other, TrapKind::BadSignature);
        } else {
            let fits = self.is_of_type(def, ty, Some(TrapKind::IndirectCallToNull));
            self.e.trap_unless(fits, TrapKind::BadSignature);
        }
    }

    /// Is the function that a reference refers to of a type, or of a subtype? `null` is the trap
    /// for null, which is otherwise known not to be met.
    pub fn is_of_type(&mut self, def: Value, ty: CoreTypeId, null: Option<TrapKind>) -> Value {
        let (found, expected) = self.type_identities(def, ty, null);
        let same = self.e.b.ins().icmp(IntCC::Equal, found, expected);
        let same = self.e.b.ins().uextend(types::I32, same);
        if self.env.core_type_decls[ty].is_final {
            return same;
        }
        let (other, done) = (self.e.cold_block(), self.e.block([types::I32]));
        self.e.b.ins().brif(same, done, &[same.into()], other, &[]);
        self.e.b.seal_block(other);
        self.e.b.switch_to_block(other);
        let subtype = self.e.call_intrinsic(Intrinsic::IsSubtype, &[found, expected]);
        self.e.jump(done, &[subtype.expect("the intrinsic has a result")]);
        self.e.b.seal_block(done);
        self.e.b.switch_to_block(done);
        self.e.b.block_params(done)[0]
    }

    /// The identity of the type of the function that a reference refers to, and that of a type of
    /// the plan.
    fn type_identities(&mut self, def: Value, ty: CoreTypeId, null: Option<TrapKind>) -> (Value, Value) {
        let ids = self.load_once(Place::Here(0), Region::Constant, offset_of!(Context, type_ids));
        let expected = self.e.load_constant(types::I32, Region::Constant, ids, ty.as_u32() as usize * size_of::<u32>());
        let flags = self.func_def_flags(null);
        let found = self.e.b.ins().load(types::I32, flags, def, offset32(offset_of!(FuncDef, type_id)));
        (found, expected)
    }

    /// What a reference to a function refers to, ready to be called; traps when it is null.
    fn func_def(&mut self, def: Value, null: TrapKind) -> Ready {
        let flags = self.func_def_flags(Some(null));
        let code = self.e.b.ins().load(POINTER, flags, def, offset32(offset_of!(FuncDef, code)));
        let flags = self.func_def_flags(None);
        let vmctx = self.e.b.ins().load(POINTER, flags, def, offset32(offset_of!(FuncDef, vmctx)));
        Ready::Indirect(code, vmctx)
    }

    /// Flags for a field of a `FuncDef` that a reference refers to. A load that may meet null traps
    /// by itself, because nothing is mapped near address zero. Such loads must not move, for they
    /// are only safe where they stand.
    fn func_def_flags(&mut self, null: Option<TrapKind>) -> MemFlagsData {
        let region = Region::Constant.in_func(self.e.b.func);
        let flags = MemFlagsData::trusted().with_readonly().with_alias_region(Some(region));
        match null {
            Some(kind) => flags.with_trap_code(Some(trap_code(kind))),
            None => flags,
        }
    }
}
