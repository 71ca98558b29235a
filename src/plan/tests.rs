//! Plans that were broken by hand: the verifier names what is wrong.

use super::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Export, ModuleId, Plan, verify};

const M0: ModuleId = ModuleId(0);
const M1: ModuleId = ModuleId(1);
const I0: CoreInstanceId = CoreInstanceId(0);
const I1: CoreInstanceId = CoreInstanceId(1);

const TWO_INSTANCES: &str = r#"(component
  (core module $a (memory (export "m") 1) (func (export "f") (param i32) (result i32) (local.get 0)))
  (core instance $a (instantiate $a))
  (core module $b (import "a" "m" (memory 1)) (import "a" "f" (func (param i32) (result i32)))
    (table 1 funcref) (elem (i32.const 0) func 0) (data (i32.const 0) "x"))
  (core instance $b (instantiate $b (with "a" (instance $a))))
  (func (export "f") (param "x" s32) (result s32) (canon lift (core func $a "f") (memory (core memory $a "m")))))"#;

/// What the verifier says of the plan above after a change.
fn broken(change: impl FnOnce(&mut Plan)) -> String {
    let mut plan = crate::link::plan(wat::parse_str(TWO_INSTANCES).unwrap().into()).unwrap();
    verify(&plan);
    change(&mut plan);
    let failure = std::panic::catch_unwind(|| verify(&plan)).expect_err("the verifier finds nothing");
    failure.downcast_ref::<String>().expect("a message that names the item").clone()
}

#[test]
fn indices_past_the_end_are_found() {
    let said = broken(|plan| plan.core_instances[I1].module = ModuleId(7));
    assert_eq!(said, "core instance 1: its module is not there");
    let said = broken(|plan| plan.modules[M1].elems[0].items = super::module::ElemItems::Funcs(vec![9]));
    assert_eq!(said, "element segment 0 of module 1: a function is not there");
    let said = broken(|plan| plan.modules[M1].datas[0].bytes = 0..usize::MAX);
    assert!(said.starts_with("data segment 0 of module 1: ") && said.ends_with("does not lie in the input"), "{said}");
    let said = broken(|plan| plan.exports[0].1 = Export::Lift(3));
    assert_eq!(said, "export `f`: there is no lift 3");
    let said = broken(|plan| plan.lifts[0].instance = 1);
    assert_eq!(said, "lift 0: its component instance is not there");
}

#[test]
fn references_to_no_definition_are_found() {
    let said = broken(|plan| plan.lifts[0].callee = CoreFuncRef::Canon(0));
    assert_eq!(said, "lift 0: there is no canonical function 0");
    // The second instance imports it, so a reference through it is not resolved.
    let said = broken(|plan| plan.lifts[0].callee = CoreFuncRef::Defined { core_instance: I1, index: 0 });
    assert_eq!(said, "lift 0: core instance 1 does not define Func(0)");
}

#[test]
fn instances_out_of_order_are_found() {
    let said = broken(|plan| {
        let (a, mut b) = (plan.core_instances[I0].clone(), plan.core_instances[I1].clone());
        let memory = CoreItem::Memory(CoreRef::Defined { core_instance: I1, index: 0 });
        b.imports = vec![memory, CoreItem::Func(CoreFuncRef::Defined { core_instance: I1, index: 0 })];
        (plan.core_instances[I0], plan.core_instances[I1]) = (b, a);
    });
    assert_eq!(said, "the import `m` of core instance 0: it is made of a core instance that comes later");
    let said = broken(|plan| plan.modules[M1].imports.swap(0, 1));
    assert_eq!(said, "the import `f` of core instance 1: it is of another kind");
}

#[test]
fn kinds_and_types_that_disagree_are_found() {
    let memory = CoreRef::Defined { core_instance: I0, index: 0 };
    let said = broken(|plan| plan.core_instances[I1].imports[1] = CoreItem::Memory(memory));
    assert_eq!(said, "the import `f` of core instance 1: it is of another kind");
    let said = broken(|plan| plan.modules[M1].memories[0].memory64 = true);
    assert_eq!(said, "the import `m` of core instance 1: it is of another type");
    let said = broken(|plan| plan.modules[M0].memories[0].memory64 = true);
    assert!(said.contains("it is of another type") || said.contains("another width"), "{said}");
}
