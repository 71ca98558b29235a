//! What a call owes: the handles that its caller lent (`lenders`), and the handles that its callee
//! must give back (`num_borrows`), which [`scope`](super::scope) knows.
//!
//! The index of a lent handle is kept where nobody can change it during the call. That is an SSA
//! value; for a handle in a variant, a variable that is 0 when the case did not occur. For handles
//! in lists it is the array of borrow scopes, above the call's own scope. Calls nest there as they
//! do on the native stack.

use super::occurrence::{Borrow, Occurrence, each_borrow};
use super::scope::{Listed, Scope, address, adjust, load_top, store_top};
use super::side::Side;
use crate::canon::CanonEnv;
use crate::clif::{Emit, Region};
use crate::handles::{Table, unlend};
use alloc::vec::Vec;
use cantilever_abi::block::TrapKind;
use cantilever_abi::{FuncType, ResourceId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;

/// The debts of one call, while its adapter is emitted.
pub(in crate::canon) struct Borrows {
    /// Lent for certain.
    certain: Vec<Value>,
    /// Lent if the variable is not 0; as many as the parameters can need.
    perhaps: Vec<Variable>,
    /// How many of `perhaps` are in use.
    used: usize,
    /// Are there lenders on the array of scopes?
    stacked: bool,
    /// What the callee must give back.
    scope: Option<Scope>,
    /// `scope_top` as it was before the call, when the call changes it.
    top: Option<Value>,
    /// The component instance of the callee, or the host as one.
    callee: u32,
    /// Block offset of the array of scopes.
    scopes: usize,
    capacity: u32,
}

/// What the parameters of a function can make a call owe.
#[derive(Default)]
struct Need {
    perhaps: usize,
    stacked: bool,
    scope: bool,
    /// How many handles the callee must give back for certain.
    certain: i64,
}

impl Borrows {
    /// Those of values among which there is no borrow.
    pub(in crate::canon) fn none(env: &CanonEnv, callee: u32) -> Self {
        Borrows {
            certain: Vec::new(),
            perhaps: Vec::new(),
            used: 0,
            stacked: false,
            scope: None,
            top: None,
            callee,
            scopes: env.layout.scopes as usize,
            capacity: env.layout.scope_capacity,
        }
    }

    /// Opens the accounts of a call.
    pub(in crate::canon) fn open(e: &mut Emit, env: &CanonEnv, ty: &FuncType, caller: Side, callee: Side) -> Self {
        let mut need = Need::default();
        for (_, param) in &ty.params {
            each_borrow(env.types, *param, |borrow| need.count(env, borrow, (caller, callee)));
        }
        let mut borrows = Borrows { stacked: need.stacked, ..Borrows::none(env, callee.instance) };
        for _ in 0..need.perhaps {
            let none = e.b.ins().iconst(types::I32, 0);
            let variable = e.b.declare_var(types::I32);
            e.b.def_var(variable, none);
            borrows.perhaps.push(variable);
        }
        let counted = need.scope && env.counts_borrows(callee.instance);
        if counted || need.stacked {
            borrows.top = Some(load_top(e));
        }
        if counted {
            let certain = e.b.ins().iconst(types::I32, need.certain);
            borrows.scope = Some(Scope::Counted(borrows.push(e, certain)));
        } else if need.scope {
            borrows.scope = Some(Scope::Listed(Listed::open(e, callee.table)));
        }
        borrows
    }

    /// Must the callee give handles back?
    pub(in crate::canon) fn has_scope(&self) -> bool {
        self.scope.is_some()
    }

    /// `add_lender`.
    pub(in crate::canon) fn add_lender(&mut self, e: &mut Emit, occurrence: Occurrence, index: Value) {
        match occurrence {
            Occurrence::Once => self.certain.push(index),
            Occurrence::Perhaps => {
                e.b.def_var(self.perhaps[self.used], index);
                self.used += 1;
            }
            Occurrence::Repeated => {
                self.push(e, index);
            }
        }
    }

    /// `num_borrows += 1`, which for certain ones was done when the scope was opened; the scope,
    /// for the handle that is being added.
    pub(in crate::canon) fn incur(&self, e: &mut Emit, occurrence: Occurrence) -> Value {
        let scope = self.scope.as_ref().expect("a callee that receives borrow handles has a scope");
        if let (Scope::Counted(index), Occurrence::Perhaps | Occurrence::Repeated) = (scope, occurrence) {
            adjust(e, self.scopes, *index, 1);
        }
        scope.id()
    }

    /// The borrow handle was added to the callee's table.
    pub(in crate::canon) fn incurred(&mut self, index: Value, resource: ResourceId) {
        self.scope.as_mut().expect("it has been asked for").add(index, resource);
    }

    /// What the callee's handles name as their scope, if it must give any back.
    pub(in crate::canon) fn scope(&self) -> Option<Value> {
        self.scope.as_ref().map(Scope::id)
    }

    /// `trap_if(num_borrows > 0)`.
    pub(in crate::canon) fn check_returned(&self, e: &mut Emit, env: &CanonEnv) {
        if let Some(scope) = &self.scope {
            scope.check_returned(e, env, self.callee);
        }
    }

    /// `deliver_resolve`: un-lends what was lent, in `table`, and closes the scope.
    pub(in crate::canon) fn close(self, e: &mut Emit, table: Table) {
        for index in self.certain {
            unlend(e, table, index);
        }
        for variable in self.perhaps {
            let index = e.b.use_var(variable);
            e.when(index, |e| unlend(e, table, index));
        }
        let Some(top) = self.top else { return };
        if self.stacked {
            let first = if let Some(Scope::Counted(_)) = self.scope { e.b.ins().iadd_imm_u(top, 1) } else { top };
            let end = load_top(e);
            let [first, end] = [first, end].map(|index| address(e, index));
            let each = e.begin_loop(&[first], end);
            let index = e.load_field(types::I32, Region::Scopes, each.at[0], self.scopes);
            unlend(e, table, index);
            e.end_loop(each, &[size_of::<u32>() as u32]);
        }
        store_top(e, top);
    }

    /// Takes the next element of the array of scopes; returns its index.
    fn push(&self, e: &mut Emit, value: Value) -> Value {
        let top = load_top(e);
        let full = e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, top, i64::from(self.capacity));
        e.trap_if(full, TrapKind::ScopesExhausted);
        let next = e.b.ins().iadd_imm_u(top, 1);
        store_top(e, next);
        // Stored last, so that a load of the element that follows is forwarded.
        let at = address(e, top);
        e.store_field(Region::Scopes, value, at, self.scopes);
        top
    }
}

impl Need {
    fn count(&mut self, env: &CanonEnv, borrow: Borrow, (caller, callee): (Side, Side)) {
        if !callee.implements(env, borrow.resource) {
            self.scope = true;
            self.certain += i64::from(borrow.occurrence == Occurrence::Once);
        }
        if !caller.keeps_bare(env, borrow.resource) {
            self.perhaps += usize::from(borrow.occurrence == Occurrence::Perhaps);
            self.stacked |= borrow.occurrence == Occurrence::Repeated;
        }
    }
}
