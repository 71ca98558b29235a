//! Small components, one for each thing that linking resolves.

use super::plan;
use crate::error::Error;
use crate::plan::{
    Canon, CanonTarget, CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Export, ImportKind, ModuleId, Plan,
};
use cantilever_abi::{Builtin, FlatType, PointerWidth, ResourceImpl, TypeDef, ValType};

fn parse(text: &str) -> Result<Plan, Error> {
    plan(wat::parse_str(text).expect("well-formed text").into())
}

fn linked(text: &str) -> Plan {
    parse(text).expect("a component that links")
}

fn refused(text: &str) -> String {
    match parse(text).expect_err("a component that does not link") {
        error @ (Error::Unsupported { .. } | Error::TooLarge { .. }) => error.to_string(),
        other => panic!("not the expected kind of error: {other}"),
    }
}

#[test]
fn lifted_export_has_its_options_resolved() {
    let plan = linked(
        r#"(component
             (core module $m
               (memory (export "mem") 1)
               (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
               (func (export "greet") (param i32 i32) (result i32) i32.const 0)
               (func (export "post") (param i32)))
             (core instance $i (instantiate $m))
             (func (export "hello") (param "name" string) (result string)
               (canon lift (core func $i "greet") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))
                 (post-return (core func $i "post")) string-encoding=utf16)))"#,
    );
    let [lift] = &plan.lifts[..] else { panic!("one function is exported") };
    let defined = |index| CoreFuncRef::Defined { core_instance: CoreInstanceId::from_u32(0), index };
    assert_eq!((lift.name.as_str(), lift.callee), ("greet", defined(1)));
    assert_eq!((lift.options.realloc, lift.options.post_return), (Some(defined(0)), Some(defined(2))));
    assert_eq!(
        lift.options.memory,
        Some((CoreRef::Defined { core_instance: CoreInstanceId::from_u32(0), index: 0 }, PointerWidth::W32))
    );
    assert_eq!(lift.ty.params, [("name".to_string(), ValType::String)]);
    assert_eq!(plan.exports, [("hello".to_string(), Export::Lift(0))]);
}

const TWO_INSTANCES: &str = r#"(component
  (component $maker
    (core module $m (func (export "dtor") (param i32)))
    (core instance $i (instantiate $m))
    (type $r (resource (rep i32) (dtor (core func $i "dtor"))))
    (core func $new (canon resource.new $r))
    (core module $n (import "" "new" (func (param i32) (result i32))) (export "make" (func 0)))
    (core instance $j (instantiate $n (with "" (instance (export "new" (func $new))))))
    (export $e "thing" (type $r))
    (func (export "make") (param "x" u32) (result (own $e)) (canon lift (core func $j "make"))))
  (instance $a (instantiate $maker))
  (instance $b (instantiate $maker))
  (component $user
    (import "maker" (instance $m
      (export "thing" (type $t (sub resource)))
      (export "make" (func (param "x" u32) (result (own $t))))))
    (alias export $m "thing" (type $t))
    (core func $make (canon lower (func $m "make")))
    (core func $drop (canon resource.drop $t))
    (core module $c (import "" "make" (func (param i32) (result i32))) (import "" "drop" (func (param i32))))
    (core instance (instantiate $c
      (with "" (instance (export "make" (func $make)) (export "drop" (func $drop)))))))
  (instance $of-a (instantiate $user (with "maker" (instance $a))))
  (instance $of-b (instantiate $user (with "maker" (instance $b)))))"#;

#[test]
fn resource_types_are_generative() {
    let plan = linked(TWO_INSTANCES);
    assert_eq!(plan.instances, ["root", "a", "b", "of-a", "of-b"]);
    assert_eq!(plan.modules.len(), 3, "modules are deduplicated by definition");
    assert_eq!(plan.core_instances.len(), 6);
    let implementers: Vec<_> = plan.resources.values().map(|r| (r.name.as_str(), r.implementer)).collect();
    assert_eq!(implementers, [("thing", ResourceImpl::Guest(1)), ("thing", ResourceImpl::Guest(2))]);
    let dropped = plan.canons.iter().filter_map(|canon| match canon {
        Canon::Builtin { instance, builtin: Builtin::ResourceDrop(resource) } => {
            Some((*instance, plan.resources[*resource].implementer))
        }
        _ => None,
    });
    assert_eq!(dropped.collect::<Vec<_>>(), [(3, ResourceImpl::Guest(1)), (4, ResourceImpl::Guest(2))]);
}

#[test]
fn lower_of_lift_agrees_on_the_resource() {
    let plan = linked(TWO_INSTANCES);
    let lowers = plan.canons.iter().filter_map(|canon| match canon {
        Canon::Lower { instance, target: CanonTarget::Lift(lift), ty, .. } => Some((*instance, lift, ty)),
        _ => None,
    });
    for ((instance, lift, ty), maker) in lowers.zip([1, 2]) {
        assert_eq!((instance, lift.instance, &lift.ty), (maker + 2, maker, ty));
        let Some(TypeDef::Own(id)) = ty.result.and_then(|t| plan.types.def(t)) else { panic!("an own is returned") };
        assert_eq!(plan.resources[*id].implementer, ResourceImpl::Guest(maker));
        assert!(matches!(lift.callee, CoreFuncRef::Canon(_)), "the core export is resource.new itself");
    }
}

#[test]
fn imports_have_paths_and_equal_types_alias() {
    let plan = linked(
        r#"(component
             (import "a:b/store" (instance $s
               (export "r" (type $r (sub resource)))
               (export "same" (type (eq $r)))
               (export "f" (func (param "x" (borrow $r))))))
             (alias export $s "same" (type $same))
             (import "again" (type $again (eq $same)))
             (import "g" (func (param "x" (own $again))))
             (core func $drop (canon resource.drop $again))
             (core func $f (canon lower (func $s "f")))
             (core func $f2 (canon lower (func $s "f")))
             (export "f" (func $s "f"))
             (export "r" (type $again)))"#,
    );
    assert_eq!(plan.resources.len(), 1);
    let paths: Vec<String> = plan.imports.iter().map(|i| i.path.join(" ")).collect();
    assert_eq!(paths, ["a:b/store r", "a:b/store f", "g"]);
    assert!(matches!(plan.imports[0].kind, ImportKind::Resource(_)));
    assert_eq!(plan.canons.len(), 2, "the two lowers are one");
    let [(_, Export::Import(1)), (_, Export::Resource(_))] = &plan.exports[..] else { panic!("{:?}", plan.exports) };
}

#[test]
fn outer_aliases_refer_to_the_defining_instance() {
    let plan = linked(
        r#"(component
             (type $t (tuple u8 u8))
             (core module $m (func (export "f") (param i32 i32)))
             (component $outer
               (component $inner
                 (core instance $i (instantiate $m))
                 (func (export "f") (param "x" $t) (canon lift (core func $i "f"))))
               (instance $i (instantiate $inner))
               (export "f" (func $i "f")))
             (instance $o (instantiate $outer))
             (export "o" (instance $o)))"#,
    );
    assert_eq!(plan.instances, ["root", "i"], "an instance without state is not in the plan");
    let [(_, Export::Instance(exports))] = &plan.exports[..] else { panic!("an instance is exported") };
    assert_eq!(exports[..], [("f".to_string(), Export::Lift(0))]);
}

#[test]
fn core_module_is_a_plan_of_its_own() {
    let plan = linked(
        r#"(module
             (import "env" "f" (func $f (param i32)))
             (import "env" "m" (memory 1))
             (table $t (export "t") 1 funcref)
             (func $g (export "g") (table.set (i32.const 0) (ref.func $g)))
             (export "f" (func $f)))"#,
    );
    assert!(plan.is_module);
    assert_eq!(plan.imports.iter().map(|i| i.path.join(".")).collect::<Vec<_>>(), ["env.f", "env.m"]);
    assert_eq!(plan.exports[2].1, Export::Core(CoreItem::Func(CoreFuncRef::Import(0))));
    assert_eq!(
        (&plan.modules[ModuleId::from_u32(0)].table_written[..], &plan.modules[ModuleId::from_u32(0)].escapes[..]),
        (&[true][..], &[true, true][..])
    );
    let body = &plan.source[plan.modules[ModuleId::from_u32(0)].bodies[0].clone()];
    assert_eq!(body.first().zip(body.last()), Some((&0, &0x0b)), "no locals, then code to its end");
}

#[test]
fn core_types_are_shared_by_modules() {
    let plan = linked(
        r#"(component
             (core module $a (type (func)) (func (export "f") (param i64)))
             (core module $b (func (param i64)) (func))
             (core instance (instantiate $a)) (core instance (instantiate $b)))"#,
    );
    assert_eq!(plan.modules[ModuleId::from_u32(0)].funcs[0], plan.modules[ModuleId::from_u32(1)].funcs[0]);
    assert_eq!(plan.modules[ModuleId::from_u32(0)].types[0], Some(plan.modules[ModuleId::from_u32(1)].funcs[1]));
}

#[test]
fn asynchronous_builtins_lifts_and_lowers_link() {
    let plan = linked(
        r#"(component (import "f" (func $f async (result u32)))
             (core func $yield (canon thread.yield))
             (core func $get (canon context.get i64 1))
             (core module $m (memory (export "m") 1) (func (export "f") (result i32) i32.const 0)
               (func (export "cb") (param i32 i32 i32) (result i32) i32.const 0))
             (core instance $m (instantiate $m))
             (core func (canon lower (func $f) async (memory (core memory $m "m"))))
             (func (export "f") async (canon lift (core func $m "f") async (callback (core func $m "cb")))))"#,
    );
    let [
        Canon::Builtin { builtin: Builtin::Unsupported { builtin, ty }, .. },
        Canon::Builtin { builtin: Builtin::ContextGet(slot), .. },
        Canon::Lower { options, .. },
    ] = &plan.canons[..]
    else {
        panic!("{:?}", plan.canons)
    };
    assert_eq!((builtin.name(), plan.core_types[*ty].results().len()), ("thread.yield", 1));
    assert_eq!((slot.index, slot.ty), (1, FlatType::I64));
    assert!(options.is_async && options.callback.is_none());
    let defined = |index| CoreFuncRef::Defined { core_instance: CoreInstanceId::from_u32(0), index };
    let [lift] = &plan.lifts[..] else { panic!("one function is exported") };
    assert!(lift.options.is_async);
    assert_eq!((lift.callee, lift.options.callback), (defined(0), Some(defined(1))));
}

#[test]
fn unsupported_features_are_named() {
    for (text, name) in [
        (
            r#"(component (import "m" (core module $m)) (core instance (instantiate $m)))"#,
            "an instance of an imported core module (`m`)",
        ),
        (r#"(component (import "c" (component)))"#, "an imported component (`c`)"),
        (r#"(module (memory 1 1 shared))"#, "the threads proposal"),
        (r#"(component (core module (memory 1 1 shared)))"#, "the threads proposal"),
        (r#"(module (type (struct)))"#, "the garbage-collection proposal"),
        (r#"(module (func (drop (ref.i31 (i32.const 1)))))"#, "the garbage-collection proposal"),
    ] {
        let message = refused(text);
        assert!(message.starts_with(name) && message.contains("offset 0x"), "{message}");
    }
}

/// A component that defines a resource type, and contains and instantiates another, and so on.
fn nest(depth: usize) -> Vec<u8> {
    let mut inner = Vec::new();
    for level in 0..depth {
        let mut component = b"\0asm\x0d\0\x01\0\x07\x04\x01\x3f\x7f\0".to_vec();
        if level > 0 {
            component.push(4);
            let mut size = inner.len();
            while size >= 0x80 {
                component.push(size as u8 | 0x80);
                size >>= 7;
            }
            component.push(size as u8);
            component.append(&mut inner);
            component.extend(b"\x05\x04\x01\0\0\0");
        }
        inner = component;
    }
    inner
}

#[test]
fn deep_nests_link_without_recursion() {
    let plan = plan(nest(990).into()).expect("a component that links");
    assert_eq!((plan.resources.len(), plan.instances.len()), (990, 990));
    assert!(super::plan(nest(5_000).into()).is_err(), "the validator has a limit");
}

#[test]
fn exponential_nests_are_refused() {
    let mut text = "(component (component $c0 (core module $m) (core instance (instantiate $m)))".to_string();
    for i in 0..40 {
        text += &format!(
            "(component $c{} (alias outer 1 $c{i} (component $d)) (instance (instantiate $d)) (instance (instantiate $d)))",
            i + 1
        );
    }
    text += "(instance (instantiate $c40)))";
    assert!(refused(&text).contains("too many definitions"));
}

#[test]
fn exports_that_nest_deeper_than_their_type_are_bounded() {
    let wrap = |n: usize, of: &str| format!("(instance $w{n} (instantiate $wrap (with \"x\" (instance {of}))))");
    let mut text = "(component (instance $w0) \
                      (component $wrap (import \"x\" (instance $x)) (instance $y (export \"x\" (instance $x))) \
                        (export \"y\" (instance $y)))"
        .to_string();
    for n in 1..300 {
        text += &wrap(n, &format!("$w{}", n - 1));
    }
    text += "(export \"deep\" (instance $w299)))";
    assert!(refused(&text).contains("exported instances"));
}

/// A component that lifts a function of a type which is defined by these definitions, the last of
/// them.
fn lifting(definitions: &str, last: &str) -> String {
    format!(
        r#"(component
             (core module $m
               (memory (export "mem") 1)
               (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
               (func (export "f") (param i32)))
             (core instance $i (instantiate $m))
             {definitions}
             (func (export "f") {last}
               (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))"#
    )
}

#[test]
fn a_type_that_expands_hugely_is_refused_where_it_is_flat() {
    // Each variant has the one before in three different payloads: 3^n numbers from 3n definitions.
    let definitions = |n: usize| -> String {
        let thrice = |i: usize| match i {
            0 => "(type $t0 (tuple u32))\n".to_string(),
            i => format!(
                "(type $w{i} (tuple $t{0})) (type $v{i} (tuple $w{i}))
                 (type $t{i}' (variant (case \"a\" $t{0}) (case \"b\" $w{i}) (case \"c\" $v{i})))
                 (export $t{i} \"t{i}\" (type $t{i}'))\n",
                i - 1
            ),
        };
        (0..n).map(thrice).collect()
    };
    let core = |n: usize| "(param".to_owned() + &" i32".repeat(n) + ")";
    let tripled = |n: usize| {
        lifting(&definitions(n), &format!("(param \"t\" $t{})", n - 1))
            .replace("(export \"f\") (param i32)", &format!("(export \"f\") {}", core(n)))
    };
    linked(&tripled(6));
    for n in [9, 10] {
        let message = refused(&tripled(n));
        assert!(message.starts_with("too many types in the flat parameters and result of one function"), "{message}");
        assert!(message.contains("offset 0x"), "{message}");
    }
}

#[test]
fn a_type_that_expands_hugely_is_admitted_in_memory() {
    // Each tuple holds the one before twice: 2^n strings from n definitions.
    let definitions = |n: usize| -> String {
        let twice = |i: usize| match i {
            0 => "(type $t0 (tuple string string))\n".to_string(),
            i => format!("(type $t{i} (tuple $t{0} $t{0}))\n", i - 1),
        };
        (0..n).map(twice).collect()
    };
    let doubled = |n: usize| lifting(&definitions(n), &format!("(param \"t\" $t{})", n - 1));
    linked(&doubled(10));
    linked(&doubled(18));
    let fields = |n: usize| (0..n).map(|i| format!("(field \"f{i}\" string)")).collect::<String>();
    let wide = |n: usize| {
        (0..n)
            .map(|i| {
                format!(
                    "(type $r{i}' (record {} (field \"own{i}\" u8))) (export $r{i} \"r{i}\" (type $r{i}'))",
                    fields(9000)
                )
            })
            .collect::<String>()
    };
    let of = |n: usize| {
        lifting(&wide(n), &format!("(param \"t\" (tuple {}))", (0..n).map(|i| format!("$r{i} ")).collect::<String>()))
    };
    linked(&of(7));
    let message = refused(&of(8));
    assert!(message.starts_with("too many types in the parameters and result of one function"), "{message}");
}

#[test]
fn parameters_that_are_larger_than_a_memory_are_refused() {
    let params = |n: usize| (0..n).map(|i| format!("(param \"p{i}\" $t)")).collect::<String>();
    let with = |n| lifting("(type $t (list u8 67108864))", &params(n));
    linked(&with(4));
    assert!(refused(&with(5)).starts_with("too many bytes in the parameters of one function"));
    assert!(refused(&with(100)).starts_with("too many bytes in the parameters of one function"));
}

#[test]
fn many_functions_of_large_types_are_refused() {
    let definitions = format!("(type $t (tuple {}))", "string ".repeat(200));
    let last = "(param \"t\" (tuple $t $t $t $t $t $t $t $t))";
    let lifts: String = (0..5000)
        .map(|i| {
            format!(
                "(func $f{i} {last} (canon lift (core func $i \"f\") (memory (core memory $i \"mem\")) \
                 (realloc (core func $i \"realloc\"))))\n"
            )
        })
        .collect();
    assert!(refused(&lifting(&format!("{definitions}\n{lifts}"), last)).starts_with("too many definitions"));
}

#[test]
fn a_core_module_may_be_imported_from_the_host_or_from_another_component() {
    let plan = linked(r#"(component (import "m" (core module)))"#);
    assert_eq!((&plan.imports[0].path[..], &plan.imports[0].kind), (&["m".to_string()][..], &ImportKind::Module));
    let plan = linked(
        r#"(component
             (component $user
               (import "m" (core module $m (export "f" (func))))
               (core instance $i (instantiate $m))
               (func (export "f") (canon lift (core func $i "f"))))
             (component $giver (core module $m (func (export "f"))) (export "m" (core module $m)))
             (instance $giver (instantiate $giver))
             (instance $user (instantiate $user (with "m" (core module $giver "m"))))
             (func (export "f") (alias export $user "f")))"#,
    );
    assert_eq!((plan.imports.len(), plan.modules.len(), plan.core_instances.len()), (0, 1, 1));
}

#[test]
fn core_types_may_be_subtypes_and_collected_ones_may_only_be_declared() {
    linked("(component (core type (sub (func))) (core module (type (sub (func)))))");
    linked("(component (core type (struct)))");
    assert!(refused("(module (type (struct)))").starts_with("the garbage-collection proposal"));
}
