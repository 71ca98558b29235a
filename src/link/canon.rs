//! Canonical functions: lifts, lowers and built-ins, with their options resolved.

use super::Linker;
use super::index_spaces::{Func, SpacesId};
use crate::decode::component::{Canon as Definition, CanonDefinition, Indices, ValRef};
use crate::error::{Error, Result};
use crate::plan::{Canon, CanonTarget, CoreFuncRef, CoreRef, ImportKind, Lift, PlanOptions, Symbols};
use cantilever_abi::layout::Layout;
use cantilever_abi::{Builtin, CanonOptions, FuncType, MapRefs, PointerWidth, ResourceId, ValType};
use cranelift_entity::EntityRef;

/// How many types the parameters and the result of a function may be made of where they are flat.
/// Each counts as often as it occurs, for code is written out for each occurrence.
const MAX_FLAT_NODES: u64 = 1 << 12;

/// How many they may be made of, each with its components counted once: in memory there is one
/// piece of code for each.
const MAX_TYPES: u64 = 1 << 16;

const TOO_MANY_FLAT: &str =
    "types in the flat parameters and result of one function, each counted as often as it occurs";

/// How many bytes the parameters of a function may take together. The validator limits the size of
/// one value only; this is far below where sizes and offsets saturate.
const MAX_PARAMS_SIZE: u64 = 1 << 28;

/// What a type costs that code is written out for, in definitions.
const NODE_COST: usize = 8;

/// What makes two lowered functions the same one.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct LowerKey {
    instance: u32,
    options: PlanOptions,
    func: Func,
}

impl Linker<'_> {
    /// Adds a canonical function to its index space.
    pub(super) fn canon(&mut self, spaces: SpacesId, definition: &CanonDefinition, offset: usize) -> Result<()> {
        if let Some(option) = definition.unsupported_option {
            let canon = definition.canon.name();
            return Err(Error::unsupported(format!("the option `{option}` of `canon {canon}`"), offset));
        }
        match definition.canon {
            Definition::Lift { core_func, ty, ref options } => self.lift(spaces, core_func, ty, options, offset),
            Definition::Lower { func, ref options } => self.lower(spaces, func, options, offset),
            Definition::Builtin(ref builtin) => self.builtin(spaces, builtin, offset),
        }
    }

    fn builtin(&mut self, spaces: SpacesId, builtin: &Builtin<Indices>, offset: usize) -> Result<()> {
        let builtin = builtin.map(&InSpaces { linker: self, spaces });
        if let Builtin::TaskReturn { result, .. } = builtin {
            self.admit_result(result, offset)?;
        }
        let canon = Canon::Builtin { instance: self.instance_of(spaces), builtin };
        let canons = &mut self.plan.canons;
        let index = *self.builtins.entry(canon).or_insert_with_key(|canon| {
            canons.push(canon.clone());
            canons.len() - 1
        });
        self.index_spaces[spaces].core_funcs.push((CoreFuncRef::Canon(index), None));
        Ok(())
    }

    fn lift(
        &mut self,
        spaces: SpacesId,
        core_func: u32,
        ty: u32,
        options: &CanonOptions<Indices>,
        offset: usize,
    ) -> Result<()> {
        let options = self.options(spaces, options);
        let ty = self.func_type(spaces, ty);
        let instance = self.instance_of(spaces);
        let here = &self.index_spaces[spaces];
        let (callee, core_name) = here.core_funcs[core_func as usize];
        let own_name = || here.component?.func_names.get(&(here.funcs.len() as u32)).map(String::as_str);
        let name = core_name.or_else(own_name).map_or_else(|| format!("lift{}", self.lifts.len()), str::to_string);
        self.spend_names(name.len(), offset)?;
        self.admit(&ty, offset)?;
        self.lifts.push(Lift { name, ty, instance, options, callee });
        self.index_spaces[spaces].funcs.push(Func::Lift(self.lifts.len() - 1));
        Ok(())
    }

    fn lower(&mut self, spaces: SpacesId, func: u32, options: &CanonOptions<Indices>, offset: usize) -> Result<()> {
        let func = self.index_spaces[spaces].funcs[func as usize];
        let key = LowerKey { instance: self.instance_of(spaces), options: self.options(spaces, options), func };
        let index = match self.lowers.get(&key) {
            Some(index) => *index,
            None => {
                let (name, ty, target) = self.target(func);
                self.spend_names(name.len(), offset)?;
                self.admit(&ty, offset)?;
                let LowerKey { instance, ref options, .. } = key;
                self.plan.canons.push(Canon::Lower { name, ty, instance, options: *options, target });
                let index = self.plan.canons.len() - 1;
                self.lowers.insert(key, index);
                index
            }
        };
        self.index_spaces[spaces].core_funcs.push((CoreFuncRef::Canon(index), None));
        Ok(())
    }

    /// Refuses a function type whose adapters would be too large: types are a graph whose expansion
    /// can be exponential in the size of the input. Counts the work.
    fn admit(&mut self, ty: &FuncType, offset: usize) -> Result<()> {
        let types = &self.plan.types;
        let values = || ty.params.iter().map(|(_, ty)| *ty).chain(ty.result);
        let layouts = ty.params.iter().map(|(_, ty)| types.layout(*ty, PointerWidth::W64));
        let too_large = |what, limit| Err(Error::TooLarge { what, limit, offset: Some(offset) });
        if values().map(|ty| u64::from(types.flat_nodes(ty))).sum::<u64>() > MAX_FLAT_NODES {
            return too_large(TOO_MANY_FLAT, MAX_FLAT_NODES);
        }
        let size = types.distinct(values(), MAX_TYPES);
        if size > MAX_TYPES {
            return too_large("types in the parameters and result of one function", MAX_TYPES);
        }
        if u64::from(Layout::record(layouts).size) > MAX_PARAMS_SIZE {
            return too_large("bytes in the parameters of one function", MAX_PARAMS_SIZE);
        }
        self.spend_names(ty.params.iter().map(|(name, _)| name.len()).sum(), offset)?;
        self.spend(size as usize * NODE_COST, offset)
    }

    /// The same for the result of a task, whose `task.return` is no adapter: all code is written
    /// out.
    fn admit_result(&mut self, result: Option<ValType>, offset: usize) -> Result<()> {
        let nodes = result.map_or(0, |ty| u64::from(self.plan.types.nodes(ty)));
        if nodes > MAX_FLAT_NODES {
            return Err(Error::TooLarge { what: TOO_MANY_FLAT, limit: MAX_FLAT_NODES, offset: Some(offset) });
        }
        self.spend(nodes as usize * NODE_COST, offset)
    }

    /// What a lowered function calls, with its name and type.
    fn target(&self, func: Func) -> (String, FuncType, CanonTarget) {
        match func {
            Func::Lift(index) => {
                let lift = &self.lifts[index];
                (lift.name.clone(), lift.ty.clone(), CanonTarget::Lift(Box::new(lift.clone())))
            }
            Func::Import(index) => {
                let import = &self.plan.imports[index];
                let ImportKind::Func(ty) = &import.kind else {
                    unreachable!("a component function that is imported is imported as one")
                };
                // Its symbol is like that of a lift, whose core export has the name
                // `INTERFACE#FUNCTION`.
                (import.path.join("#"), ty.clone(), CanonTarget::Import(index))
            }
        }
    }

    fn options(&self, spaces: SpacesId, options: &CanonOptions<Indices>) -> PlanOptions {
        options.map(&InSpaces { linker: self, spaces })
    }

    fn memory_width(&self, memory: CoreRef) -> PointerWidth {
        let CoreRef::Defined { core_instance, index } = memory else {
            unreachable!("a component's memories are defined by its core instances")
        };
        let module = &self.modules[self.plan.core_instances[core_instance].module.index()];
        if module.memories[index as usize].memory64 { PointerWidth::W64 } else { PointerWidth::W32 }
    }
}

/// What indices mean in the index spaces of a component.
struct InSpaces<'l, 'a> {
    linker: &'l Linker<'a>,
    spaces: SpacesId,
}

impl MapRefs for InSpaces<'_, '_> {
    type From = Indices;
    type To = Symbols;

    fn func(&self, index: u32) -> CoreFuncRef {
        self.linker.index_spaces[self.spaces].core_funcs[index as usize].0
    }

    fn memory(&self, index: u32) -> (CoreRef, PointerWidth) {
        let memory = self.linker.index_spaces[self.spaces].core_memories[index as usize];
        (memory, self.linker.memory_width(memory))
    }

    fn resource(&self, index: u32) -> ResourceId {
        self.linker.resource(self.spaces, index)
    }

    fn value(&self, ty: ValRef) -> ValType {
        self.linker.val_type(self.spaces, ty)
    }

    fn width(&self, memory: Option<u32>) -> PointerWidth {
        memory.map_or(PointerWidth::W32, |memory| self.memory(memory).1)
    }
}
