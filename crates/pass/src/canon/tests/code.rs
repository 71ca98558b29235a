//! What the emitted code looks like: no call on hot paths, and it compiles for every target.

use super::machine::isa;
use super::*;
use crate::canon::emit_fill_room;
use crate::clif::entry::component_entry;
use cranelift_codegen::Context as Compilation;
use cranelift_codegen::isa::OwnedTargetIsa;

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
        functions.into_iter().for_each(|func| assert_compiles(&isa, func));
    }
}

#[test]
fn fills_compile_for_every_target() {
    let mut f = Fixture::new();
    let list = ValType::Type(f.types.intern(TypeDef::List(ValType::U8)));
    let result = ValType::Type(f.types.intern(TypeDef::Result { ok: Some(list), err: Some(ValType::String) }));
    let ty = func_type(&[ValType::U64], Some(result));
    let lift = LiftSide::Host { callee: f.host_callee };
    for triple in ["x86_64", "aarch64", "riscv64", "s390x"].map(|a| format!("{a}-unknown-linux-gnu")) {
        let isa = isa(&triple, "speed");
        f.convention = Convention::of(&*isa);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for width in [PointerWidth::W32, PointerWidth::W64] {
                let guest = f.side(CALLER, encoding, width);
                let lower = LowerSide::Guest(guest.clone());
                let copies = f.adapter(&ty, lower.clone(), lift.clone());
                let adapter = Adapter { name: "adapter".into(), ty: ty.clone(), lower, lift: lift.clone() };
                f.fill_rooms = FillRooms::of(&f.types, [&adapter, &adapter].into_iter());
                assert_eq!((f.fill_rooms.len(), f.fill_rooms.get(0)), (1, Some(&guest)));
                let fills = f.adapter(&ty, adapter.lower, adapter.lift);
                assert!(fills.dfg.num_blocks() > copies.dfg.num_blocks(), "it looks where the bytes are");
                f.fill_rooms = FillRooms::default();
                let mut cx = FunctionBuilderContext::new();
                let key = FuncKey::FillRoom(0);
                let room = emit_fill_room(&f.env(), &mut cx, key, &guest);
                let entry = component_entry(f.convention, &mut cx, FuncKey::FillEntry(0), key);
                [copies, fills, room, entry].into_iter().for_each(|func| assert_compiles(&isa, func));
            }
        }
    }
}

fn assert_compiles(isa: &OwnedTargetIsa, func: Function) {
    let text = func.display().to_string();
    let mut compilation = Compilation::for_function(func);
    let failed = compilation.compile(&**isa, &mut Default::default()).err();
    let failed = failed.map(|e| format!("{}: {:?}\n{text}", isa.triple(), e.inner));
    assert_eq!(failed, None);
}
