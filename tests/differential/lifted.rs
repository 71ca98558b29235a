//! A module inside a component, instantiated once or twice, with the functions lifted that have a
//! type of plain numbers.
//!
//! A module that is instantiated twice is compiled to code that finds its state through a pointer;
//! one instantiated once, to code that knows where it lies.

use super::encode::{counted, leb, sized};
use super::random::{Digest, Random};
use super::shape::{FuncType, Item, Shape};
use super::value::{Type, Value};

/// How a module lies in a component.
#[derive(Debug, Clone)]
pub struct Lifted {
    /// How often it is instantiated.
    pub instances: usize,
    /// For each lifted function: its name in the component, its instance, its name in the module.
    pub funcs: Vec<(String, usize, String)>,
}

/// Is the module of this seed put into a component?
pub fn is_lifted(seed: u64) -> bool {
    seed % 4 == 3
}

/// The most parameters that a lift passes flat.
const MAX_FLAT_PARAMS: usize = 16;

impl Lifted {
    /// The lifted functions of a module, and the shape of the component.
    pub fn new(seed: u64, shape: &Shape) -> (Lifted, Shape) {
        let instances = 1 + Random::new(seed).below(2) as usize;
        let (mut funcs, mut exports) = (Vec::new(), Vec::new());
        for (name, item) in &shape.exports {
            for instance in 0..instances {
                if matches!(item, Item::Func(ty) if is_flat(ty)) {
                    let lifted = format!("{}-f{:08x}", ["a", "b"][instance], Digest::of(name.as_bytes()).short());
                    exports.push((lifted.clone(), item.clone()));
                    funcs.push((lifted, instance, name.clone()));
                }
            }
        }
        (Lifted { instances, funcs }, Shape { imports: Vec::new(), exports })
    }

    /// The component, in binary form.
    pub fn component(&self, module: &[u8], shape: &Shape) -> Vec<u8> {
        let (mut aliases, mut types, mut canons, mut exports) = (vec![], vec![], vec![], vec![]);
        for (index, ((lifted, instance, name), (_, item))) in self.funcs.iter().zip(&shape.exports).enumerate() {
            let Item::Func(ty) = item else { unreachable!("only functions are lifted") };
            let index = leb(index);
            aliases.push([&[CORE, 0, CORE_EXPORT], &leb(*instance)[..], &string(name)].concat());
            types.push(func_type(ty));
            // No options.
            canons.push([&[0, 0], &index[..], &[0], &index[..]].concat());
            exports.push([&[0], &string(lifted)[..], &[FUNC], &index[..], &[0]].concat());
        }
        // Without arguments.
        let instances = vec![vec![0, 0, 0]; self.instances];
        let lists = [(2, instances), (6, aliases), (7, types), (8, canons), (11, exports)];
        let mut out = b"\0asm\x0d\0\x01\0".to_vec();
        section(&mut out, 1, module);
        for (id, entries) in lists {
            section(&mut out, id, &counted(&entries));
        }
        out
    }
}

/// In a sort: core items, and functions.
const CORE: u8 = 0;
const FUNC: u8 = 1;
/// In an alias: of a core instance's export.
const CORE_EXPORT: u8 = 1;

fn is_flat(ty: &FuncType) -> bool {
    let plain = |ty: &Type| !matches!(ty, Type::V128 | Type::Ref { .. });
    ty.params.len() <= MAX_FLAT_PARAMS && ty.results.len() <= 1 && ty.params.iter().chain(&ty.results).all(plain)
}

fn func_type(ty: &FuncType) -> Vec<u8> {
    let primitive = |ty: &Type| match ty {
        Type::I32 => 0x79,
        Type::I64 => 0x77,
        Type::F32 => 0x76,
        Type::F64 => 0x75,
        Type::V128 | Type::Ref { .. } => unreachable!("only functions over plain numbers are lifted"),
    };
    let param = |(index, ty): (usize, &Type)| [string(&format!("p{index}")), vec![primitive(ty)]].concat();
    let params: Vec<u8> = ty.params.iter().enumerate().flat_map(param).collect();
    let result = ty.results.first().map_or(vec![1, 0], |ty| vec![0, primitive(ty)]);
    [vec![0x40], leb(ty.params.len()), params, result].concat()
}

/// A value as a lift gives it: of NaNs, only the canonical one.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::F32(bits) if f32::from_bits(bits).is_nan() => Value::F32(f32::NAN.to_bits()),
        Value::F64(bits) if f64::from_bits(bits).is_nan() => Value::F64(f64::NAN.to_bits()),
        other => other,
    }
}

fn section(out: &mut Vec<u8>, id: u8, content: &[u8]) {
    out.push(id);
    out.extend(sized(content));
}

fn string(text: &str) -> Vec<u8> {
    sized(text.as_bytes())
}
