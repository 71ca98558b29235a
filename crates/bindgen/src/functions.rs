//! What functions are called, and what they take and give.

use crate::file::File;
use crate::names::{Scope, snake_case};
use proc_macro2::Ident;
use wit_parser::{AccessorKind, Function, FunctionKind, Type};

/// A parameter: its name in Rust, and its type.
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// How a function of the host gets its parameters, and gives its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It owns both.
    Owned,
    /// It looks at parameters where they lie.
    Viewed,
    /// It writes bytes to where its caller wants them.
    Filled,
}

impl File<'_> {
    /// How a function of the host gets its parameters. What can be looked at is, rather than that
    /// the result is filled: one function does not do both.
    pub(crate) fn access(&self, function: &Function) -> Access {
        let facts = |ty: &Type| self.world.facts.of(ty);
        if function.params.iter().any(|param| facts(&param.ty).is_viewable) {
            return Access::Viewed;
        }
        let fills = function.result.as_ref().is_some_and(|ty| facts(ty).is_fillable);
        if fills { Access::Filled } else { Access::Owned }
    }

    /// The name of a function, before it is made unlike others. Functions of a resource have its
    /// name in front of theirs.
    pub(crate) fn function_name(&self, function: &Function) -> String {
        let item = match (function.kind.accessor(), &function.kind) {
            (Some(AccessorKind::Setter), _) => format!("set_{}", snake_case(function.item_name())),
            (_, FunctionKind::Constructor(_)) => "new".to_owned(),
            _ => snake_case(function.item_name()),
        };
        match function.kind.resource().and_then(|id| self.world.resolve.types[id].name.as_deref()) {
            Some(resource) => format!("{}_{item}", snake_case(resource)),
            None => item,
        }
    }
}

/// The parameters of a function. The resource that a method is called on is `this`.
pub(crate) fn params(function: &Function, scope: &mut Scope) -> Vec<Param> {
    let params = function.params.iter().enumerate().map(|(index, param)| {
        let is_self = index == 0 && param.name == "self";
        let name = if is_self { "this".to_owned() } else { snake_case(&param.name) };
        Param { name: scope.claim(&name), ty: param.ty }
    });
    params.collect()
}

/// How documentation calls a function.
pub(crate) fn described(function: &Function) -> String {
    let kind = match &function.kind {
        FunctionKind::Constructor(_) => return "Makes one.".to_owned(),
        kind if kind.accessor() == Some(AccessorKind::Getter) => "property",
        kind if kind.accessor() == Some(AccessorKind::Setter) => "property",
        FunctionKind::Method(_) => "method",
        _ => "function",
    };
    format!("The {kind} `{}`.", function.item_name())
}
