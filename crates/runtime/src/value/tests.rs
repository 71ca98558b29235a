//! Shapes agree with the canonical layout.

use super::resource::ResourceAny;
use super::*;
use cantilever_abi::{Layout, PointerWidth, TypeDef, Types};

fn assert_shape<T: ComponentType>(types: &Types, ty: ValType) {
    let layout = types.layout(ty, PointerWidth::W64);
    let raw = Layout { size: size_of::<T::Raw>() as u32, align: align_of::<T::Raw>() as u32 };
    assert_eq!(raw, layout, "{}", std::any::type_name::<T>());
}

#[test]
fn shapes_are_the_canonical_layout() {
    let mut types = Types::default();
    let mut intern = |def| ValType::Type(types.intern(def));
    let list = intern(TypeDef::List(ValType::U8));
    let option = intern(TypeDef::Option(ValType::U64));
    let bools = intern(TypeDef::Option(ValType::Bool));
    let empty = intern(TypeDef::Result { ok: None, err: None });
    let half = intern(TypeDef::Result { ok: Some(ValType::U16), err: None });
    let result = intern(TypeDef::Result { ok: Some(bools), err: Some(ValType::String) });
    let tuple = intern(TypeDef::Tuple(vec![ValType::U8, ValType::F64, ValType::Char, result]));
    let nested = intern(TypeDef::Option(tuple));
    let own = intern(TypeDef::Own(cranelift_entity::EntityRef::new(0)));
    assert_shape::<bool>(&types, ValType::Bool);
    assert_shape::<char>(&types, ValType::Char);
    assert_shape::<i64>(&types, ValType::S64);
    assert_shape::<String>(&types, ValType::String);
    assert_shape::<Vec<u8>>(&types, list);
    assert_shape::<Option<u64>>(&types, option);
    assert_shape::<Option<bool>>(&types, bools);
    assert_shape::<Result<(), ()>>(&types, empty);
    assert_shape::<Result<u16, ()>>(&types, half);
    assert_shape::<Result<Option<bool>, String>>(&types, result);
    assert_shape::<(u8, f64, char, Result<Option<bool>, String>)>(&types, tuple);
    assert_shape::<Option<(u8, f64, char, Result<Option<bool>, String>)>>(&types, nested);
    assert_shape::<ResourceAny>(&types, own);
}
