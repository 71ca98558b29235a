//! The bounds of the workloads with handles. Table 0 is the implementer's, 1 the caller's, 2 a
//! third component's.

use super::table::looped;
use crate::contestant::Run;
use anyhow::Result;

/// `resource.new` and `resource.drop`.
pub fn new_drop() -> Result<Run> {
    looped(|b, _| {
        let handle = b.add(0, b.i);
        b.remove(0, handle);
        handle
    })
}

/// `resource.rep`.
pub fn rep() -> Result<Run> {
    looped(|b, handle| b.rep(1, handle))
}

/// Made by the implementer, passed to the caller, given back, looked at and dropped.
pub fn own() -> Result<Run> {
    looped(|b, _| {
        let made = b.add(0, b.i);
        let rep = b.remove(0, made);
        let passed = b.add(1, rep);
        let rep = b.remove(1, passed);
        let back = b.add(0, rep);
        let rep = b.rep(0, back);
        b.remove(0, back);
        rep
    })
}

/// A borrow that its implementer sees as the representation.
pub fn method() -> Result<Run> {
    looped(|b, handle| b.lend(1, handle, |b, rep| b.plus(rep, 1)))
}

/// A borrow that a third component receives as a handle, and drops.
pub fn lent() -> Result<Run> {
    looped(|b, handle| {
        b.lend(1, handle, |b, rep| {
            let scope = b.constant(0);
            let one = b.constant(1);
            b.set_owed(scope, one);
            let borrow = b.add_borrow(2, rep, scope);
            b.drop_borrow(2, borrow);
            let owed = b.owed(scope);
            b.need_zero(owed);
            borrow
        })
    })
}
