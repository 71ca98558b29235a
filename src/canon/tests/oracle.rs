//! A slow interpreter of the canonical ABI's loading, storing and flattening, and random types and values for it.

use crate::canon::shape::Shape;
use crate::model::layout::{discriminant_size, field_offsets, flags_size, payload_offset};
use crate::model::*;

/// A component value without handles. Floats are their bits.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Bool(bool),
    Int(u64),
    Char(char),
    String(String),
    List(Vec<Val>),
    Record(Vec<Val>),
    Variant(usize, Option<Box<Val>>),
    Flags(u32),
}

/// A small random number generator.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn ty(&mut self, types: &mut Types, depth: usize) -> ValType {
        use ValType::*;
        if depth == 0 || self.below(3) == 0 {
            return self.pick(&[Bool, S8, U8, S16, U16, S32, U32, S64, U64, F32, F64, Char, String, String]);
        }
        let mut sub = |rng: &mut Rng| rng.ty(types, depth - 1);
        let def = match self.below(10) {
            0 | 1 => TypeDef::List(sub(self)),
            2 => TypeDef::FixedList(sub(self), 1 + self.below(20) as u32),
            3 => TypeDef::Map(self.pick(&[U8, U32, String]), sub(self)),
            4 => TypeDef::Tuple((0..1 + self.below(6)).map(|_| sub(self)).collect()),
            5 | 6 => {
                let case = |name: usize, ty| crate::model::Case { name: name.to_string(), ty };
                TypeDef::Variant(
                    (0..1 + self.below(5)).map(|i| case(i, (self.below(4) > 0).then(|| sub(self)))).collect(),
                )
            }
            7 => TypeDef::Enum((0..self.pick(&[1, 3, 256, 300])).map(|i| i.to_string()).collect()),
            8 => TypeDef::Option(sub(self)),
            _ => TypeDef::Flags((0..1 + self.below(32)).map(|i| i.to_string()).collect()),
        };
        Type(types.intern(def))
    }

    pub fn val(&mut self, types: &Types, ty: ValType) -> Val {
        match Shape::of(types, ty) {
            Shape::Scalar(ValType::Bool) => Val::Bool(self.below(2) == 1),
            Shape::Scalar(ValType::Char) => Val::Char(self.char()),
            Shape::Scalar(scalar) => {
                let bits = types.layout(scalar, PointerWidth::W32).size * 8;
                Val::Int(self.next() >> (64 - bits))
            }
            Shape::String => Val::String(self.string()),
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
            Shape::Own(_) | Shape::Borrow(_) | Shape::Unsupported => unreachable!("not generated"),
        }
    }

    fn record(&mut self, types: &Types, fields: &[ValType]) -> Val {
        Val::Record(fields.iter().map(|ty| self.val(types, *ty)).collect())
    }

    fn char(&mut self) -> char {
        let range = self.pick(&[0x80, 0x100, 0x1000, 0x110000]);
        char::from_u32(self.below(range) as u32).unwrap_or('\u{fffd}')
    }

    fn string(&mut self) -> String {
        let (n, range) = (self.below(12), self.pick(&[0x80, 0x100, 0x3000, 0x110000]));
        let mut odd = self.below(3);
        (0..n)
            .map(|_| {
                odd = self.below(4);
                let range = if odd == 0 { range } else { 0x80 };
                char::from_u32(self.below(range) as u32).unwrap_or('e')
            })
            .collect()
    }
}

/// A side's memory.
pub struct Memory {
    /// Null for the host.
    pub base: *mut u8,
    pub width: PointerWidth,
    pub encoding: Encoding,
    /// Writes values in the sloppiest way that lifting must accept.
    pub sloppy: bool,
}

/// A core value; 32-bit ones in the lower half.
pub type Core = u64;

impl Memory {
    fn tag(&self) -> u64 {
        1 << (self.width.bytes() * 8 - 1)
    }

    /// Allocates: for a guest from the bump allocator of its `realloc`.
    pub fn allocate(&self, size: u64, align: u32) -> u64 {
        if self.base.is_null() {
            return vec![0u64; size as usize / 8 + 1].leak().as_ptr() as u64;
        }
        // SAFETY: the first bytes of the memory are the allocator's.
        unsafe {
            let next = self.base.cast::<u64>();
            let start = next.read().max(16).next_multiple_of(u64::from(align));
            next.write(start + size);
            start
        }
    }

    fn at(&self, ptr: u64) -> *mut u8 {
        self.base.wrapping_add(ptr as usize)
    }

    fn store_int(&self, value: u64, ptr: u64, bytes: u32) {
        // SAFETY: tests stay in memory.
        unsafe { std::ptr::copy(value.to_le_bytes().as_ptr(), self.at(ptr), bytes as usize) }
    }

    fn load_int(&self, ptr: u64, bytes: u32) -> u64 {
        let mut le = [0; 8];
        // SAFETY: tests stay in memory.
        unsafe { std::ptr::copy(self.at(ptr), le.as_mut_ptr(), bytes as usize) };
        u64::from_le_bytes(le)
    }

    fn store_range(&self, types: &Types, val: &Val, shape: &Shape) -> [u64; 2] {
        match (shape, val) {
            (Shape::String, Val::String(s)) => self.store_string(s),
            (Shape::List(element), Val::List(vals)) => {
                let layout = Layout::record(element.iter().map(|t| types.layout(*t, self.width)));
                let begin = self.allocate(u64::from(layout.size) * vals.len() as u64, layout.align);
                for (i, val) in vals.iter().enumerate() {
                    self.store_record(types, element, val, begin + u64::from(layout.size) * i as u64);
                }
                [begin, vals.len() as u64]
            }
            _ => panic!("{val:?} is not a {shape:?}"),
        }
    }

    fn load_range(&self, types: &Types, [begin, length]: [u64; 2], shape: &Shape) -> Val {
        let Shape::List(element) = shape else { return Val::String(self.load_string(begin, length)) };
        let layout = Layout::record(element.iter().map(|t| types.layout(*t, self.width)));
        assert_eq!(begin % u64::from(layout.align), 0);
        let at = |i| begin + u64::from(layout.size) * i;
        Val::List((0..length).map(|i| self.load_record(types, element, at(i))).collect())
    }

    fn store_string(&self, s: &str) -> [u64; 2] {
        let utf16 = || s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let is_latin1 = s.chars().all(|c| u32::from(c) < 0x100) && s.len() % 3 != 1;
        let (bytes, units) = match self.encoding {
            Encoding::Utf8 => (s.as_bytes().to_vec(), s.len() as u64),
            Encoding::Utf16 => (utf16(), utf16().len() as u64 / 2),
            Encoding::Latin1Utf16 if is_latin1 => (s.chars().map(|c| c as u8).collect(), s.chars().count() as u64),
            Encoding::Latin1Utf16 => (utf16(), (utf16().len() as u64 / 2) | self.tag()),
        };
        let begin = self.allocate(bytes.len() as u64, 2);
        // SAFETY: just allocated.
        unsafe { std::ptr::copy(bytes.as_ptr(), self.at(begin), bytes.len()) };
        [begin, units]
    }

    fn load_string(&self, begin: u64, tagged: u64) -> String {
        let is_utf16 = match self.encoding {
            Encoding::Utf8 => false,
            Encoding::Utf16 => true,
            Encoding::Latin1Utf16 => tagged & self.tag() != 0,
        };
        let units = if self.encoding == Encoding::Latin1Utf16 { tagged & !self.tag() } else { tagged };
        let int = |i: u64, bytes: u32| self.load_int(begin + i * u64::from(bytes), bytes);
        match (self.encoding, is_utf16) {
            (_, true) => String::from_utf16(&(0..units).map(|i| int(i, 2) as u16).collect::<Vec<_>>()).unwrap(),
            (Encoding::Utf8, _) => String::from_utf8((0..units).map(|i| int(i, 1) as u8).collect()).unwrap(),
            _ => (0..units).map(|i| char::from(int(i, 1) as u8)).collect(),
        }
    }

    pub fn store_record(&self, types: &Types, fields: &[ValType], val: &Val, ptr: u64) {
        let Val::Record(vals) = val else { panic!("{val:?} is no record") };
        for ((ty, offset), val) in field_offsets(types, fields, self.width).into_iter().zip(vals) {
            self.store(types, ty, val, ptr + u64::from(offset));
        }
    }

    pub fn load_record(&self, types: &Types, fields: &[ValType], ptr: u64) -> Val {
        let offsets = field_offsets(types, fields, self.width);
        Val::Record(offsets.into_iter().map(|(ty, at)| self.load(types, ty, ptr + u64::from(at))).collect())
    }

    fn store(&self, types: &Types, ty: ValType, val: &Val, ptr: u64) {
        let size = types.layout(ty, self.width).size;
        match (&Shape::of(types, ty), val) {
            (Shape::Record(fields), val) => self.store_record(types, fields, val, ptr),
            (Shape::LongList(element, n), val) => {
                self.store_record(types, &vec![*element; *n as usize], val, ptr);
            }
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                self.store_int(*case as u64, ptr, discriminant_size(cases.len()));
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    self.store(types, ty, val, ptr + u64::from(payload_offset(types, cases, self.width)));
                }
            }
            (shape @ (Shape::String | Shape::List(_)), val) => {
                let [begin, length] = self.store_range(types, val, shape);
                self.store_int(begin, ptr, self.width.bytes());
                self.store_int(length, ptr + u64::from(self.width.bytes()), self.width.bytes());
            }
            (shape, val) => self.store_int(self.bits(shape, val), ptr, size),
        }
    }

    fn load(&self, types: &Types, ty: ValType, ptr: u64) -> Val {
        match Shape::of(types, ty) {
            Shape::Record(fields) => self.load_record(types, &fields, ptr),
            Shape::LongList(element, n) => self.load_record(types, &vec![element; n as usize], ptr),
            Shape::Variant(cases) => {
                let case = self.load_int(ptr, discriminant_size(cases.len())) as usize;
                let at = ptr + u64::from(payload_offset(types, &cases, self.width));
                Val::Variant(case, cases[case].map(|ty| Box::new(self.load(types, ty, at))))
            }
            shape @ (Shape::String | Shape::List(_)) => {
                let word = self.width.bytes();
                self.load_range(types, [self.load_int(ptr, word), self.load_int(ptr + u64::from(word), word)], &shape)
            }
            shape => {
                let size = types.layout(ty, self.width).size;
                value(types, &shape, self.load_int(ptr, size), size * u8::BITS)
            }
        }
    }

    /// The bits of a scalar, with everything set that lifting ignores if the side is sloppy.
    fn bits(&self, shape: &Shape, val: &Val) -> u64 {
        let junk = |bits: u32| if self.sloppy { u64::MAX.checked_shl(bits).unwrap_or(0) & 0xffff_ffff } else { 0 };
        match (shape, val) {
            (_, Val::Bool(b)) => u64::from(*b) * if self.sloppy { 0xf0 } else { 1 },
            (Shape::Scalar(ValType::U8 | ValType::S8), Val::Int(i)) => *i | junk(8),
            (Shape::Scalar(ValType::U16 | ValType::S16), Val::Int(i)) => *i | junk(16),
            (_, Val::Int(i)) => *i,
            (_, Val::Char(c)) => u64::from(u32::from(*c)),
            (Shape::Flags(labels), Val::Flags(f)) => u64::from(*f) | junk(*labels),
            _ => panic!("{val:?} is not a {shape:?}"),
        }
    }

    pub fn lower_flat(&self, types: &Types, ty: ValType, val: &Val) -> Vec<Core> {
        match (&Shape::of(types, ty), val) {
            (Shape::Record(fields), Val::Record(vals)) => {
                fields.iter().zip(vals).flat_map(|(ty, val)| self.lower_flat(types, *ty, val)).collect()
            }
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                let mut flat = vec![*case as u64];
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    flat.extend(self.lower_flat(types, ty, val));
                }
                let unused = if self.sloppy { 0x5a5a } else { 0 };
                flat.resize(types.flat(ty, self.width).unwrap().len(), unused);
                flat
            }
            (shape @ (Shape::String | Shape::List(_)), val) => self.store_range(types, val, shape).to_vec(),
            (shape, val) => vec![self.bits(shape, val)],
        }
    }

    /// Lifts from core values of the given core types; requires canonical ones.
    pub fn lift_flat(&self, types: &Types, ty: ValType, core: &mut dyn Iterator<Item = Core>) -> Val {
        match Shape::of(types, ty) {
            Shape::Record(fields) => Val::Record(fields.iter().map(|ty| self.lift_flat(types, *ty, core)).collect()),
            Shape::Variant(cases) => {
                let n = types.flat(ty, self.width).unwrap().len();
                let mut own: Vec<Core> = core.take(n).collect();
                let case = own.remove(0) as usize;
                let mut own = own.into_iter();
                let payload = cases[case].map(|ty| Box::new(self.lift_flat(types, ty, &mut own)));
                assert!(own.all(|rest| rest == 0), "unused core values are zero");
                Val::Variant(case, payload)
            }
            shape @ (Shape::String | Shape::List(_)) => {
                let range = [core.next().unwrap(), core.next().unwrap()];
                self.load_range(types, range, &shape)
            }
            shape => value(types, &shape, core.next().unwrap(), u32::BITS),
        }
    }

    /// The core types of some values.
    pub fn flat_types(&self, types: &Types, tys: &[ValType]) -> Vec<FlatType> {
        tys.iter().flat_map(|ty| types.flat(*ty, self.width).unwrap()).collect()
    }
}

/// A scalar from so many bits, which must be canonical.
fn value(types: &Types, shape: &Shape, bits: u64, width: u32) -> Val {
    let signed = |small: i64, mask: u64| {
        assert_eq!(small as u64 & (u64::MAX >> (64 - width)), bits, "signed integers are extended with their sign");
        Val::Int(bits & mask)
    };
    match shape {
        Shape::Scalar(ValType::Bool) => Val::Bool([false, true][bits as usize]),
        Shape::Scalar(ValType::Char) => Val::Char(char::from_u32(bits as u32).unwrap()),
        Shape::Scalar(ValType::S8) => signed(i64::from(bits as i8), 0xff),
        Shape::Scalar(ValType::S16) => signed(i64::from(bits as i16), 0xffff),
        Shape::Scalar(scalar) => {
            let size = types.layout(*scalar, PointerWidth::W32).size * 8;
            assert!(size == 64 || bits >> size == 0, "unsigned integers are extended with zeros");
            Val::Int(bits)
        }
        Shape::Flags(labels) => {
            assert_eq!(bits >> labels, 0);
            assert!(flags_size(*labels as usize) <= 4);
            Val::Flags(bits as u32)
        }
        shape => panic!("{shape:?} is no scalar"),
    }
}
