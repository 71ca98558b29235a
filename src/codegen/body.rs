//! The CLIF of one function. Pure data.

use super::origin::Origins;
use cranelift_codegen::ir;

/// The CLIF of a function, with where its instructions come from.
#[derive(Clone)]
pub struct Body {
    /// The CLIF.
    pub func: ir::Function,
    /// What the positions of its instructions mean.
    pub origins: Origins,
}

impl Body {
    /// Nothing has been inlined yet.
    pub fn new(func: ir::Function) -> Self {
        Body { func, origins: Origins::default() }
    }
}
