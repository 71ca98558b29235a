//! Refuses what there are no bindings for, with the place in the WIT.

use crate::Error;
use crate::facts::{AllFacts, Facts};
use wit_parser::{Function, Resolve, Span, Type, TypeId, WorldId, WorldItem};

/// The runtime's tuples, and so its functions, have so many parts at most.
const MAX_PARTS: usize = 12;
/// How deep types may be nested, through names too.
const MAX_DEPTH: u32 = 200;
/// Of how many types a type may be made, with aliases written out.
const MAX_SIZE: u64 = 10_000;

/// Checks everything that the world imports and exports.
pub(crate) fn world(resolve: &Resolve, world: WorldId, facts: &AllFacts<'_>) -> Result<(), Error> {
    let check = Check { resolve, facts };
    let world = &resolve.worlds[world];
    for (_, item) in world.imports.iter().chain(&world.exports) {
        match item {
            WorldItem::Function(function) => check.function(function)?,
            WorldItem::Type { id, .. } => check.definition(*id)?,
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                interface.types.values().try_for_each(|id| check.definition(*id))?;
                interface.functions.values().try_for_each(|function| check.function(function))?;
            }
        }
    }
    Ok(())
}

struct Check<'a> {
    resolve: &'a Resolve,
    facts: &'a AllFacts<'a>,
}

impl Check<'_> {
    fn function(&self, function: &Function) -> Result<(), Error> {
        let item = || format!("the function `{}`", function.name);
        let refuse = |reason: String| Err(self.unsupported(function.span, item(), reason));
        if function.kind.is_async() {
            return refuse("is `async`: there are bindings for synchronous functions only".to_owned());
        }
        if function.params.len() > MAX_PARTS {
            return refuse(format!("has more than {MAX_PARTS} parameters"));
        }
        for ty in function.params.iter().map(|param| &param.ty).chain(&function.result) {
            self.parts(ty).or_else(refuse)?;
        }
        Ok(())
    }

    fn definition(&self, id: TypeId) -> Result<(), Error> {
        let def = &self.resolve.types[id];
        let refuse = |reason: String| {
            let item = format!("the {} `{}`", def.kind.as_str(), def.name.as_deref().unwrap_or_default());
            Err(self.unsupported(def.span, item, reason))
        };
        self.parts(&Type::Id(id)).or_else(refuse)
    }

    /// What is wrong with a type.
    fn parts(&self, ty: &Type) -> Result<(), String> {
        let Facts { unsupported, depth, size, widest, .. } = self.facts.of(ty);
        match unsupported {
            Some(what) => Err(format!("has {what}, for which there are no bindings")),
            None if depth > MAX_DEPTH => Err(format!("has types that are nested more than {MAX_DEPTH} deep")),
            None if size > MAX_SIZE => Err(format!("is made of more than {MAX_SIZE} types")),
            None if widest > MAX_PARTS => Err(format!("has a tuple of more than {MAX_PARTS} values")),
            None => Ok(()),
        }
    }

    fn unsupported(&self, span: Span, item: String, reason: String) -> Error {
        Error::Unsupported { location: self.resolve.render_location(span), item, reason }
    }
}
