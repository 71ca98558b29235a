//! Random types and values, the same for the same seed.

use super::oracle::Val;
use crate::canon::value::shape::Shape;
use cantilever_abi::*;

/// A small random number generator (xorshift).
pub struct Rng(pub u64);

impl Rng {
    pub fn seeded(seed: u64) -> Self {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Which handles a type may have in it.
#[derive(Clone, Copy)]
pub struct Handles<'a> {
    pub resources: &'a [ResourceId],
    pub borrows: bool,
}

impl Rng {
    pub fn ty(&mut self, types: &mut Types, handles: Handles, depth: usize) -> ValType {
        use ValType::*;
        if depth == 0 || self.one_in(3) {
            if !handles.resources.is_empty() && self.one_in(3) {
                let resource = self.pick(handles.resources);
                let borrow = handles.borrows && self.below(3) > 0;
                return Type(types.intern(if borrow { TypeDef::Borrow(resource) } else { TypeDef::Own(resource) }));
            }
            return self.pick(&[Bool, S8, U8, S16, U16, S32, U32, S64, U64, F32, F64, Char, String, String]);
        }
        let mut sub = |rng: &mut Rng| rng.ty(types, handles, depth - 1);
        let def = match self.below(10) {
            0 | 1 => TypeDef::List(sub(self)),
            2 => TypeDef::FixedList(sub(self), 1 + self.below(20) as u32),
            3 => TypeDef::Map(self.pick(&[U8, U32, String]), sub(self)),
            4 => TypeDef::Tuple((0..1 + self.below(6)).map(|_| sub(self)).collect()),
            5 | 6 => {
                let case = |name: usize, ty| Case { name: name.to_string(), ty };
                let cases = (0..1 + self.below(5)).map(|i| case(i, (self.below(4) > 0).then(|| sub(self))));
                TypeDef::Variant(cases.collect())
            }
            7 => TypeDef::Enum((0..self.pick(&[1, 3, 256, 300])).map(|i| i.to_string()).collect()),
            8 => TypeDef::Option(sub(self)),
            _ => TypeDef::Flags((0..1 + self.below(32)).map(|i| i.to_string()).collect()),
        };
        Type(types.intern(def))
    }

    /// A value. The representation of a handle is any number.
    pub fn val(&mut self, types: &Types, ty: ValType) -> Val {
        match Shape::of(types, ty) {
            Shape::Scalar(ValType::Bool) => Val::Bool(self.one_in(2)),
            Shape::Scalar(ValType::Char) => Val::Char(self.char()),
            Shape::Scalar(scalar) => {
                let bits = types.layout(scalar, PointerWidth::W32).size * 8;
                Val::Int(self.next() >> (64 - bits))
            }
            Shape::String => Val::String(self.string().into()),
            Shape::List(element) => {
                let n = self.below(5);
                Val::List((0..n).map(|_| self.record(types, &element)).collect())
            }
            Shape::LongList(element, n) => Val::Record((0..n).map(|_| self.val(types, element)).collect()),
            Shape::Record(fields) => self.record(types, &fields),
            Shape::Variant(cases) => {
                let case = self.below(cases.len());
                Val::Variant(case, cases[case].map(|ty| Box::new(self.val(types, ty))))
            }
            Shape::Flags(labels) => Val::Flags((self.next() >> (64 - labels)) as u32),
            Shape::Own(_) | Shape::Borrow(_) => Val::Handle(1 + self.below(1000) as u32),
            Shape::ErrorContext | Shape::Unsupported => unreachable!("not generated"),
        }
    }

    pub fn record(&mut self, types: &Types, fields: &[ValType]) -> Val {
        Val::Record(fields.iter().map(|ty| self.val(types, *ty)).collect())
    }

    fn char(&mut self) -> char {
        let range = self.pick(&[0x80, 0x100, 0x1000, 0x110000]);
        char::from_u32(self.below(range) as u32).unwrap_or('\u{fffd}')
    }

    fn string(&mut self) -> String {
        let (n, range) = (self.below(12), self.pick(&[0x80, 0x100, 0x3000, 0x110000]));
        (0..n)
            .map(|_| {
                let range = if self.one_in(4) { range } else { 0x80 };
                char::from_u32(self.below(range) as u32).unwrap_or('e')
            })
            .collect()
    }
}
