//! Component values in scripts: arguments, and expected results.

use cantilever::runtime::Val;
use wast::component::WastVal;

/// The value of an argument.
pub fn argument(value: &WastVal<'_>) -> Val {
    let each = |values: &[WastVal<'_>]| values.iter().map(argument).collect();
    let payload = |value: &Option<Box<WastVal<'_>>>| value.as_deref().map(|v| Box::new(argument(v)));
    match value {
        WastVal::Bool(v) => Val::Bool(*v),
        WastVal::U8(v) => Val::U8(*v),
        WastVal::S8(v) => Val::S8(*v),
        WastVal::U16(v) => Val::U16(*v),
        WastVal::S16(v) => Val::S16(*v),
        WastVal::U32(v) => Val::U32(*v),
        WastVal::S32(v) => Val::S32(*v),
        WastVal::U64(v) => Val::U64(*v),
        WastVal::S64(v) => Val::S64(*v),
        WastVal::F32(v) => Val::F32(f32::from_bits(v.bits)),
        WastVal::F64(v) => Val::F64(f64::from_bits(v.bits)),
        WastVal::Char(v) => Val::Char(*v),
        WastVal::String(v) => Val::String((*v).to_owned()),
        WastVal::List(values) => Val::List(each(values)),
        WastVal::Map(entries) => Val::Map(entries.iter().map(|(k, v)| (argument(k), argument(v))).collect()),
        WastVal::Record(fields) => {
            Val::Record(fields.iter().map(|(name, v)| ((*name).to_owned(), argument(v))).collect())
        }
        WastVal::Tuple(values) => Val::Tuple(each(values)),
        WastVal::Variant(name, value) => Val::Variant((*name).to_owned(), payload(value)),
        WastVal::Enum(name) => Val::Enum((*name).to_owned()),
        WastVal::Option(value) => Val::Option(payload(value)),
        WastVal::Result(Ok(value)) => Val::Result(Ok(payload(value))),
        WastVal::Result(Err(value)) => Val::Result(Err(payload(value))),
        WastVal::Flags(names) => Val::Flags(names.iter().map(|name| (*name).to_owned()).collect()),
    }
}

/// Is the result the expected one? Any NaN is any other, and flags are a set.
pub fn equal(actual: &Val, expected: &WastVal<'_>) -> bool {
    match (actual, expected) {
        (Val::F32(a), WastVal::F32(e)) => {
            let e = f32::from_bits(e.bits);
            a.to_bits() == e.to_bits() || (a.is_nan() && e.is_nan())
        }
        (Val::F64(a), WastVal::F64(e)) => {
            let e = f64::from_bits(e.bits);
            a.to_bits() == e.to_bits() || (a.is_nan() && e.is_nan())
        }
        (Val::List(a), WastVal::List(e)) | (Val::Tuple(a), WastVal::Tuple(e)) => {
            a.len() == e.len() && a.iter().zip(e).all(|(a, e)| equal(a, e))
        }
        (Val::Map(a), WastVal::Map(e)) => {
            a.len() == e.len() && a.iter().zip(e).all(|((ak, av), (ek, ev))| equal(ak, ek) && equal(av, ev))
        }
        (Val::Record(a), WastVal::Record(e)) => {
            a.len() == e.len() && a.iter().zip(e).all(|((an, av), (en, ev))| an == en && equal(av, ev))
        }
        (Val::Variant(an, av), WastVal::Variant(en, ev)) => an == en && equal_payload(av, ev),
        (Val::Option(a), WastVal::Option(e)) => equal_payload(a, e),
        (Val::Result(Ok(a)), WastVal::Result(Ok(e))) | (Val::Result(Err(a)), WastVal::Result(Err(e))) => {
            equal_payload(a, e)
        }
        (Val::Flags(a), WastVal::Flags(e)) => {
            a.iter().all(|name| e.contains(&name.as_str())) && e.iter().all(|name| a.iter().any(|a| a == name))
        }
        (actual, expected) => *actual == argument(expected),
    }
}

fn equal_payload(actual: &Option<Box<Val>>, expected: &Option<Box<WastVal<'_>>>) -> bool {
    match (actual, expected) {
        (Some(actual), Some(expected)) => equal(actual, expected),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::parser::{ParseBuffer, parse};

    fn equals(text: &str, actual: &Val) -> bool {
        let buffer = ParseBuffer::new(text).unwrap();
        equal(actual, &parse::<WastVal<'_>>(&buffer).unwrap())
    }

    #[test]
    fn compares_by_kind() {
        assert!(equals("u32.const 7", &Val::U32(7)));
        assert!(!equals("u32.const 7", &Val::S32(7)));
        assert!(!equals("u32.const 7", &Val::U32(8)));
        assert!(equals("f32.const nan", &Val::F32(f32::from_bits(0x7fc0_0001))));
        assert!(!equals("f32.const 0", &Val::F32(-0.0)));
        assert!(equals("flags.const \"b\" \"a\"", &Val::Flags(vec!["a".into(), "b".into()])));
        assert!(!equals("flags.const \"a\"", &Val::Flags(vec!["a".into(), "b".into()])));
        assert!(equals("option.some (str.const \"x\")", &Val::Option(Some(Box::new(Val::String("x".into()))))));
        assert!(!equals("option.none", &Val::Option(Some(Box::new(Val::String("x".into()))))));
        let list = |n| Val::List(vec![Val::F64(n), Val::F64(f64::NAN)]);
        assert!(equals("list.const (f64.const 1) (f64.const nan)", &list(1.0)));
        assert!(!equals("list.const (f64.const 1)", &list(1.0)));
    }
}
