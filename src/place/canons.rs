//! Canonical functions and lifts with their places.

use super::map::Map;
use super::resolve::Kind;
use crate::plan::{Canon, CanonTarget, CoreFuncRef, CoreRef, Lift, Symbols};
use cantilever_abi::adapter::Dtor;
use cantilever_abi::{
    Adapter, Callee, CanonFunc, GuestSide, LiftSide, LowerSide, MapRefs, Memory, Placed, PointerWidth, Resource,
    ResourceId, ResourceImpl, ValType,
};
use cranelift_entity::PrimaryMap;

impl Map<'_> {
    /// The canonical functions that core code can call.
    pub fn canons(&self) -> Vec<CanonFunc> {
        self.plan.canons.iter().map(|canon| self.canon(canon)).collect()
    }

    fn canon(&self, canon: &Canon) -> CanonFunc {
        match canon {
            Canon::Builtin { instance, builtin } => {
                CanonFunc::Builtin { instance: *instance, builtin: builtin.map(self) }
            }
            Canon::Lower { name, ty, instance, options, target } => {
                let lower = LowerSide::Guest(GuestSide { instance: *instance, options: options.map(self) });
                let (lift, callee) = match target {
                    CanonTarget::Lift(lift) => (self.lift_side(lift), lift.name.clone()),
                    CanonTarget::Import(import) => {
                        let callee = LiftSide::Host { callee: self.imports.at(*import) };
                        (callee, self.plan.imports[*import].path.join("/"))
                    }
                };
                let name = format!("adapter[lower {name} → lift {callee}]");
                CanonFunc::Adapter(Box::new(Adapter { name, ty: ty.clone(), lower, lift }))
            }
        }
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
        let side = GuestSide { instance: lift.instance, options: lift.options.map(self) };
        LiftSide::Guest { side, callee: self.callee(lift.callee) }
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

impl MapRefs for Map<'_> {
    type From = Symbols;
    type To = Placed;

    fn func(&self, func: CoreFuncRef) -> Callee {
        self.callee(func)
    }

    fn memory(&self, (memory, width): (CoreRef, PointerWidth)) -> Memory {
        Memory { place: self.definition(Kind::Memory, memory), width }
    }

    fn resource(&self, resource: ResourceId) -> ResourceId {
        resource
    }

    fn value(&self, ty: ValType) -> ValType {
        ty
    }

    fn width(&self, width: PointerWidth) -> PointerWidth {
        width
    }
}
