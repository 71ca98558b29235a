//! What the emitted code looks like: no call on hot paths, and it compiles for every target.

use super::machine::isa;
use super::*;
use cranelift_codegen::Context as Compilation;

/// How many calls there are outside cold blocks.
fn hot_calls(func: &Function) -> usize {
    let blocks = func.layout.blocks().filter(|block| !func.layout.is_cold(*block));
    blocks
        .flat_map(|block| func.layout.block_insts(block))
        .filter(|inst| func.dfg.insts[*inst].opcode().is_call())
        .count()
}

#[test]
fn handle_operations_have_no_call_on_the_hot_path() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::None);
    for builtin in [Builtin::ResourceNew(r), Builtin::ResourceRep(r), Builtin::ResourceDrop(r)] {
        for instance in [CALLER, CALLEE] {
            assert_eq!(hot_calls(&f.builtin(ADAPTER, instance, builtin)), 0, "{builtin:?}");
        }
    }
    let own = ValType::Type(f.types.intern(TypeDef::Own(r)));
    let borrow = ValType::Type(f.types.intern(TypeDef::Borrow(r)));
    let ty = func_type(&[own, borrow], Some(own));
    for (lower, lift) in [(CALLER, CALLEE), (CALLEE, CALLER)] {
        let [lower, lift] = [lower, lift].map(|i| f.side(i, Encoding::Utf8, PointerWidth::W32));
        let lift = LiftSide::Guest { side: lift, callee: direct(CORE) };
        let adapter = f.adapter(&ty, LowerSide::Guest(lower), lift);
        assert_eq!(hot_calls(&adapter), 1, "only the core function is called");
    }
}

#[test]
fn everything_compiles_for_every_target() {
    let mut f = Fixture::new();
    let r = f.resource(ResourceImpl::Guest(CALLEE), Dtor::Guest(direct(DTOR)));
    let h = f.resource(ResourceImpl::Host { dtor: f.host_callee }, Dtor::Host(f.host_callee));
    let mut t = |def| ValType::Type(f.types.intern(def));
    let borrow = t(TypeDef::Borrow(r));
    let list = t(TypeDef::List(borrow));
    let strings = t(TypeDef::List(ValType::String));
    let numbers = t(TypeDef::List(ValType::F64));
    let payload = t(TypeDef::Tuple(vec![ValType::F32, strings]));
    let own = t(TypeDef::Own(h));
    let result = t(TypeDef::Result { ok: Some(payload), err: Some(own) });
    let ty = func_type(&[list, ValType::Char, numbers, result, ValType::F64], Some(result));
    for triple in ["x86_64", "aarch64", "riscv64", "s390x"].map(|a| format!("{a}-unknown-linux-gnu")) {
        let isa = isa(&triple, "speed");
        f.convention = Convention::of(&*isa);
        let mut functions: Vec<Function> = [r, h]
            .into_iter()
            .flat_map(|r| [Builtin::ResourceNew(r), Builtin::ResourceRep(r), Builtin::ResourceDrop(r)])
            .map(|builtin| f.builtin(ADAPTER, CALLER, builtin))
            .collect();
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16] {
            let lower = LowerSide::Guest(f.side(CALLER, encoding, PointerWidth::W32));
            let mut side = f.side(CALLEE, Encoding::Latin1Utf16, PointerWidth::W64);
            side.options.post_return = Some(direct(POST_RETURN));
            let lift = LiftSide::Guest { side, callee: direct(CORE) };
            let host = LiftSide::Host { callee: f.host_callee };
            functions.push(f.adapter(&ty, LowerSide::Host, lift.clone()));
            functions.push(f.adapter(&ty, lower.clone(), lift));
            functions.push(f.adapter(&ty, lower, host));
        }
        for func in functions {
            let text = func.display().to_string();
            let compiled = Compilation::for_function(func)
                .compile(&*isa, &mut Default::default())
                .err()
                .map(|e| format!("{triple}: {:?}\n{text}", e.inner));
            assert_eq!(compiled, None);
        }
    }
}
