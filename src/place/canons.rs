//! Canonical functions and lifts with their places.

use super::map::Map;
use super::resolve::Kind;
use crate::plan::{Canon, CanonTarget, Lift, PlanOptions};
use cantilever_abi::adapter::Dtor;
use cantilever_abi::{
    Adapter, Builtin, CanonFunc, CanonOptions, GuestSide, LiftSide, LowerSide, Memory, Resource, ResourceId,
    ResourceImpl,
};
use cranelift_entity::PrimaryMap;

impl Map<'_> {
    /// The canonical functions that core code can call.
    pub fn canons(&self) -> Vec<CanonFunc> {
        self.plan.canons.iter().map(|canon| self.canon(canon)).collect()
    }

    fn canon(&self, canon: &Canon) -> CanonFunc {
        let (instance, builtin) = match canon {
            Canon::ResourceNew { instance, resource } => (*instance, Builtin::ResourceNew(*resource)),
            Canon::ResourceRep { instance, resource } => (*instance, Builtin::ResourceRep(*resource)),
            Canon::ResourceDrop { instance, resource } => (*instance, Builtin::ResourceDrop(*resource)),
            Canon::TaskReturn { instance, result, options } => {
                let CanonOptions { encoding, memory, .. } = self.options(options);
                (*instance, Builtin::TaskReturn { result: *result, encoding, memory })
            }
            Canon::ContextGet { instance, slot } => (*instance, Builtin::ContextGet(*slot)),
            Canon::ContextSet { instance, slot } => (*instance, Builtin::ContextSet(*slot)),
            Canon::BackpressureInc { instance } => (*instance, Builtin::BackpressureInc),
            Canon::BackpressureDec { instance } => (*instance, Builtin::BackpressureDec),
            Canon::ErrorContextNew { instance, width } => (*instance, Builtin::ErrorContextNew(*width)),
            Canon::ErrorContextDebugMessage { instance, options } => {
                const VALIDATED: &str = "validation has found memory and realloc";
                let CanonOptions { encoding, memory, realloc, .. } = self.options(options);
                let (memory, realloc) = (memory.expect(VALIDATED), realloc.expect(VALIDATED));
                (*instance, Builtin::ErrorContextDebugMessage { encoding, memory, realloc })
            }
            Canon::ErrorContextDrop { instance } => (*instance, Builtin::ErrorContextDrop),
            Canon::Unsupported { instance, ty, .. } => (*instance, Builtin::Unsupported(*ty)),
            Canon::Lower { name, ty, instance, options, target } => {
                let lower = LowerSide::Guest(GuestSide { instance: *instance, options: self.options(options) });
                let (lift, callee) = match target {
                    CanonTarget::Lift(lift) => (self.lift_side(lift), lift.name.clone()),
                    CanonTarget::Import(import) => {
                        let callee = LiftSide::Host { callee: self.imports.at(*import) };
                        (callee, self.plan.imports[*import].path.join("/"))
                    }
                };
                let name = format!("adapter[lower {name} → lift {callee}]");
                return CanonFunc::Adapter(Box::new(Adapter { name, ty: ty.clone(), lower, lift }));
            }
        };
        CanonFunc::Builtin { instance, builtin }
    }

    /// The adapters by which the host calls what the root exports.
    pub fn lifts(&self) -> Vec<Adapter> {
        let adapter = |lift: &Lift| Adapter {
            name: format!("adapter[host → lift {}]", lift.name),
            ty: lift.ty.clone(),
            lower: LowerSide::Host,
            lift: self.lift_side(lift),
        };
        self.plan.lifts.iter().map(adapter).collect()
    }

    fn lift_side(&self, lift: &Lift) -> LiftSide {
        let side = GuestSide { instance: lift.instance, options: self.options(&lift.options) };
        LiftSide::Guest { side, callee: self.callee(lift.callee) }
    }

    fn options(&self, options: &PlanOptions) -> CanonOptions {
        CanonOptions {
            encoding: options.encoding,
            memory: options
                .memory
                .map(|(memory, width)| Memory { place: self.definition(Kind::Memory, memory), width }),
            realloc: options.realloc.map(|func| self.callee(func)),
            post_return: options.post_return.map(|func| self.callee(func)),
            is_async: options.is_async,
            callback: options.callback.map(|func| self.callee(func)),
        }
    }

    /// The destructor of each resource type.
    pub fn dtors(&self, resources: &PrimaryMap<ResourceId, Resource>) -> PrimaryMap<ResourceId, Dtor> {
        let dtor = |(resource, func): (&Resource, &Option<_>)| match (resource.implementer, func) {
            (ResourceImpl::Host { dtor }, _) => Dtor::Host(dtor),
            (ResourceImpl::Guest(_), Some(func)) => Dtor::Guest(self.callee(*func)),
            (ResourceImpl::Guest(_), None) => Dtor::None,
        };
        resources.values().zip(self.plan.dtors.values()).map(dtor).collect()
    }
}
