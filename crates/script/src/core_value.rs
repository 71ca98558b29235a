//! Core values in scripts: arguments, and expected results with their patterns.

use cantilever::runtime::CoreVal;
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};

/// The value of an argument.
pub fn argument(value: &WastArgCore<'_>) -> Result<CoreVal, String> {
    Ok(match value {
        WastArgCore::I32(v) => CoreVal::I32(*v),
        WastArgCore::I64(v) => CoreVal::I64(*v),
        WastArgCore::F32(v) => CoreVal::F32(v.bits),
        WastArgCore::F64(v) => CoreVal::F64(v.bits),
        WastArgCore::V128(v) => CoreVal::V128(u128::from_le_bytes(v.to_le_bytes())),
        WastArgCore::RefNull(ty) => null(ty)?,
        WastArgCore::RefExtern(v) => CoreVal::ExternRef(Some(*v)),
        WastArgCore::RefHost(_) => return Err("references of type `anyref` are not supported".to_owned()),
    })
}

/// The null of a heap type.
fn null(ty: &HeapType<'_>) -> Result<CoreVal, String> {
    use AbstractHeapType::{Exn, Extern, Func, NoExn, NoExtern, NoFunc};
    match ty {
        HeapType::Abstract { ty: Func | NoFunc, .. } | HeapType::Concrete(_) => Ok(CoreVal::FuncRef(None)),
        HeapType::Abstract { ty: Extern | NoExtern, .. } => Ok(CoreVal::ExternRef(None)),
        HeapType::Abstract { ty: Exn | NoExn, .. } => Ok(CoreVal::ExnRef(None)),
        other => Err(format!("references of type {other:?} are not supported")),
    }
}

/// Does the result fit the pattern? Floating-point numbers are compared by their bits.
pub fn fits(actual: &CoreVal, expected: &WastRetCore<'_>) -> bool {
    match (actual, expected) {
        (actual, WastRetCore::Either(patterns)) => patterns.iter().any(|pattern| fits(actual, pattern)),
        (CoreVal::I32(a), WastRetCore::I32(e)) => a == e,
        (CoreVal::I64(a), WastRetCore::I64(e)) => a == e,
        (CoreVal::F32(a), WastRetCore::F32(e)) => fits_f32(*a, e),
        (CoreVal::F64(a), WastRetCore::F64(e)) => fits_f64(*a, e),
        (CoreVal::V128(a), WastRetCore::V128(e)) => fits_v128(*a, e),
        (CoreVal::FuncRef(None) | CoreVal::ExternRef(None) | CoreVal::ExnRef(None), WastRetCore::RefNull(None)) => true,
        (actual, WastRetCore::RefNull(Some(ty))) => {
            let is_null = matches!(actual, CoreVal::FuncRef(None) | CoreVal::ExternRef(None) | CoreVal::ExnRef(None));
            is_null && null(ty).is_ok_and(|null| std::mem::discriminant(actual) == std::mem::discriminant(&null))
        }
        (CoreVal::FuncRef(Some(_)), WastRetCore::RefFunc(_))
        | (CoreVal::ExternRef(Some(_)), WastRetCore::RefExtern(None)) => true,
        (CoreVal::ExternRef(Some(a)), WastRetCore::RefExtern(Some(e))) => a == e,
        _ => false,
    }
}

fn fits_f32(actual: u32, expected: &NanPattern<F32>) -> bool {
    let magnitude = actual & !(1 << 31);
    let canonical = f32::NAN.to_bits() & !(1 << 31);
    match expected {
        NanPattern::CanonicalNan => magnitude == canonical,
        // A quiet NaN: every bit of the canonical one is set.
        NanPattern::ArithmeticNan => magnitude & canonical == canonical,
        NanPattern::Value(v) => actual == v.bits,
    }
}

fn fits_f64(actual: u64, expected: &NanPattern<F64>) -> bool {
    let magnitude = actual & !(1 << 63);
    let canonical = f64::NAN.to_bits() & !(1 << 63);
    match expected {
        NanPattern::CanonicalNan => magnitude == canonical,
        NanPattern::ArithmeticNan => magnitude & canonical == canonical,
        NanPattern::Value(v) => actual == v.bits,
    }
}

fn fits_v128(actual: u128, expected: &V128Pattern) -> bool {
    let bytes = actual.to_le_bytes();
    let exact = |constant: V128Const| bytes == constant.to_le_bytes();
    match expected {
        V128Pattern::I8x16(lanes) => exact(V128Const::I8x16(*lanes)),
        V128Pattern::I16x8(lanes) => exact(V128Const::I16x8(*lanes)),
        V128Pattern::I32x4(lanes) => exact(V128Const::I32x4(*lanes)),
        V128Pattern::I64x2(lanes) => exact(V128Const::I64x2(*lanes)),
        V128Pattern::F32x4(lanes) => {
            lanes.iter().enumerate().all(|(i, lane)| fits_f32((actual >> (32 * i)) as u32, lane))
        }
        V128Pattern::F64x2(lanes) => {
            lanes.iter().enumerate().all(|(i, lane)| fits_f64((actual >> (64 * i)) as u64, lane))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::parser::{ParseBuffer, parse};

    fn fits_text(text: &str, actual: &CoreVal) -> bool {
        let buffer = ParseBuffer::new(text).unwrap();
        fits(actual, &parse::<WastRetCore<'_>>(&buffer).unwrap())
    }

    #[test]
    fn nan_patterns() {
        let canonical = CoreVal::F32(0x7fc0_0000);
        let negative = CoreVal::F32(0xffc0_0000);
        let arithmetic = CoreVal::F32(0x7fc0_0001);
        let signalling = CoreVal::F32(0x7fa0_0000);
        assert!(fits_text("f32.const nan:canonical", &canonical));
        assert!(fits_text("f32.const nan:canonical", &negative));
        assert!(!fits_text("f32.const nan:canonical", &arithmetic));
        assert!(fits_text("f32.const nan:arithmetic", &arithmetic));
        assert!(!fits_text("f32.const nan:arithmetic", &signalling));
        assert!(fits_text("f32.const nan:0x200000", &signalling));
        assert!(!fits_text("f64.const nan:canonical", &CoreVal::F64(0x7ff8_0000_0000_0001)));
        assert!(fits_text("f64.const nan:canonical", &CoreVal::F64(0xfff8_0000_0000_0000)));
    }

    #[test]
    fn alternatives_references_and_vectors() {
        assert!(fits_text("either (i32.const 1) (i32.const 2)", &CoreVal::I32(2)));
        assert!(!fits_text("either (i32.const 1) (i32.const 2)", &CoreVal::I32(3)));
        assert!(fits_text("ref.null", &CoreVal::ExternRef(None)));
        assert!(fits_text("ref.null func", &CoreVal::FuncRef(None)));
        assert!(!fits_text("ref.null func", &CoreVal::ExternRef(None)));
        assert!(fits_text("ref.extern 3", &CoreVal::ExternRef(Some(3))));
        assert!(!fits_text("ref.extern 3", &CoreVal::ExternRef(Some(4))));
        assert!(fits_text("v128.const i32x4 1 0 0 0", &CoreVal::V128(1)));
        assert!(fits_text("v128.const f64x2 0 nan:canonical", &CoreVal::V128(0x7ff8_0000_0000_0000 << 64)));
    }
}
