//! The canonical ABI as its specification defines it (`definitions.py`), interpreted slowly:
//! layouts, flattening, lifting with its traps, lowering with its calls of `realloc`, and handle
//! tables.
//!
//! It works on copies of memories and tables, and shares nothing with the pass but the
//! despecialised form of types.

use super::state::{Allocator, Handle, Table};
use super::text::{Text, decode, store_string};
use crate::canon::value::shape::Shape;
use cantilever_abi::block::TrapKind;
use cantilever_abi::*;

/// A trap, or what went well.
pub type Outcome<T> = Result<T, TrapKind>;

/// A component value. Floats are their bits, a handle is its representation.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Bool(bool),
    Int(u64),
    Char(char),
    String(Text),
    List(Vec<Val>),
    Record(Vec<Val>),
    Variant(usize, Option<Box<Val>>),
    Flags(u32),
    Handle(u32),
}

/// `MAX_STRING_BYTE_LENGTH` and `MAX_LIST_BYTE_LENGTH`.
pub const MAX_BYTE_LENGTH: u128 = (1 << 28) - 1;

/// Types, as the specification measures them.
#[derive(Clone, Copy)]
pub struct Measure<'a> {
    pub types: &'a Types,
    /// `ptr_size`.
    pub word: u64,
}

impl Measure<'_> {
    /// `alignment`, `elem_size`.
    pub fn layout(self, ty: ValType) -> (u64, u64) {
        match Shape::of(self.types, ty) {
            Shape::Scalar(ValType::Bool | ValType::S8 | ValType::U8) => (1, 1),
            Shape::Scalar(ValType::S16 | ValType::U16) => (2, 2),
            Shape::Scalar(ValType::S64 | ValType::U64 | ValType::F64) => (8, 8),
            Shape::Scalar(_) | Shape::Own(_) | Shape::Borrow(_) | Shape::ErrorContext | Shape::Unsupported => (4, 4),
            Shape::String | Shape::List(_) => (self.word, 2 * self.word),
            Shape::Record(fields) => self.record(&fields),
            Shape::LongList(element, n) => {
                let (align, size) = self.layout(element);
                (align, size * u64::from(n))
            }
            Shape::Variant(cases) => {
                let own = Self::discriminant(cases.len());
                let align = cases.iter().flatten().map(|ty| self.layout(*ty).0).max().unwrap_or(1);
                let size = cases.iter().flatten().map(|ty| self.layout(*ty).1).max().unwrap_or(0);
                let whole = align.max(own);
                (whole, (own.next_multiple_of(align) + size).next_multiple_of(whole))
            }
            Shape::Flags(labels) => match labels {
                0..=8 => (1, 1),
                9..=16 => (2, 2),
                _ => (4, 4),
            },
        }
    }

    /// The same for a record.
    pub fn record(self, fields: &[ValType]) -> (u64, u64) {
        let align = fields.iter().map(|ty| self.layout(*ty).0).max().unwrap_or(1);
        let end = fields.iter().fold(0, |end: u64, ty| {
            let (align, size) = self.layout(*ty);
            end.next_multiple_of(align) + size
        });
        (align, end.next_multiple_of(align))
    }

    /// Where a record's fields are.
    pub fn fields(self, fields: &[ValType]) -> Vec<(ValType, u64)> {
        let mut end = 0u64;
        let mut place = |ty: &ValType| {
            let (align, size) = self.layout(*ty);
            let at = end.next_multiple_of(align);
            end = at + size;
            (*ty, at)
        };
        fields.iter().map(&mut place).collect()
    }

    /// The size of `discriminant_type`.
    pub fn discriminant(cases: usize) -> u64 {
        match cases {
            0..=0x100 => 1,
            0x101..=0x10000 => 2,
            _ => 4,
        }
    }

    /// Where a variant's payload is.
    pub fn payload(self, cases: &[Option<ValType>]) -> u64 {
        let align = cases.iter().flatten().map(|ty| self.layout(*ty).0).max().unwrap_or(1);
        Self::discriminant(cases.len()).next_multiple_of(align)
    }

    /// How many core values it flattens to.
    pub fn flat(self, ty: ValType) -> usize {
        match Shape::of(self.types, ty) {
            Shape::String | Shape::List(_) => 2,
            Shape::Record(fields) => fields.iter().map(|ty| self.flat(*ty)).sum(),
            Shape::LongList(element, n) => self.flat(element) * n as usize,
            Shape::Variant(cases) => 1 + cases.iter().flatten().map(|ty| self.flat(*ty)).max().unwrap_or(0),
            _ => 1,
        }
    }

    pub fn flat_all(self, tys: &[ValType]) -> usize {
        tys.iter().map(|ty| self.flat(*ty)).sum()
    }
}

/// A side of a call.
#[derive(Clone)]
pub struct Peer<'a> {
    pub measure: Measure<'a>,
    pub implementers: Vec<ResourceImpl>,
    pub instance: u32,
    pub host: bool,
    pub encoding: Encoding,
    /// A copy of the memory; unused for the host, whose addresses are native.
    pub bytes: Vec<u8>,
    pub allocator: Allocator,
    pub table: Table,
    /// Indices of the handles that are lent.
    pub lenders: Vec<u32>,
}

impl Peer<'_> {
    /// The kind of trap for a value that the type does not have.
    fn fault(&self, kind: TrapKind) -> TrapKind {
        if self.host { TrapKind::InvalidHostValue } else { kind }
    }

    pub fn trap_if(&self, condition: bool, kind: TrapKind) -> Outcome<()> {
        if condition { Err(self.fault(kind)) } else { Ok(()) }
    }

    /// `trap_if` for a pointer. The host's are trusted.
    pub fn check(&self, ptr: u64, align: u64, size: u128, unaligned: TrapKind, outside: TrapKind) -> Outcome<()> {
        self.trap_if(!self.host && !ptr.is_multiple_of(align), unaligned)?;
        self.trap_if(!self.host && u128::from(ptr) + size > self.bytes.len() as u128, outside)
    }

    pub fn read(&self, ptr: u64, len: u64) -> Vec<u8> {
        if self.host {
            // SAFETY: the host's own values are valid.
            return unsafe { std::slice::from_raw_parts(ptr as *const u8, len as usize) }.to_vec();
        }
        self.bytes[ptr as usize..][..len as usize].to_vec()
    }

    pub fn write(&mut self, ptr: u64, bytes: &[u8]) {
        self.bytes[ptr as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    pub fn load_int(&self, ptr: u64, len: u64) -> u64 {
        let mut le = [0; 8];
        le[..len as usize].copy_from_slice(&self.read(ptr, len));
        u64::from_le_bytes(le)
    }

    fn store_int(&mut self, value: u64, ptr: u64, len: u64) {
        self.write(ptr, &value.to_le_bytes()[..len as usize]);
    }

    /// `reallocate`, with the checks of what it gives.
    pub fn reallocate(&mut self, old: [u64; 2], align: u64, size: u64, outside: TrapKind) -> Outcome<u64> {
        let ptr = self.allocator.call([old[0], old[1], align, size]);
        let kept = old[1].min(size);
        if ptr.checked_add(kept).is_some_and(|end| end <= self.bytes.len() as u64) {
            self.bytes.copy_within(old[0] as usize..(old[0] + kept) as usize, ptr as usize);
        }
        self.check(ptr, align, size.into(), TrapKind::ReallocUnaligned, outside)?;
        Ok(ptr)
    }

    /// `load`.
    pub fn load(&mut self, ty: ValType, ptr: u64) -> Outcome<Val> {
        let size = self.measure.layout(ty).1;
        match Shape::of(self.measure.types, ty) {
            Shape::Record(fields) => self.load_record(&fields, ptr),
            Shape::LongList(element, n) => self.load_record(&vec![element; n as usize], ptr),
            Shape::Variant(cases) => {
                let case = self.load_int(ptr, Measure::discriminant(cases.len()));
                let at = ptr + self.measure.payload(&cases);
                let payload = self.case(&cases, case)?;
                Ok(Val::Variant(case as usize, payload.map(|ty| self.load(ty, at).map(Box::new)).transpose()?))
            }
            shape @ (Shape::String | Shape::List(_)) => {
                let word = self.measure.word;
                let range = [self.load_int(ptr, word), self.load_int(ptr + word, word)];
                self.load_range(&shape, range)
            }
            shape => {
                let bits = self.load_int(ptr, size);
                self.lift_scalar(&shape, bits)
            }
        }
    }

    pub fn load_record(&mut self, fields: &[ValType], ptr: u64) -> Outcome<Val> {
        let places = self.measure.fields(fields);
        Ok(Val::Record(places.into_iter().map(|(ty, at)| self.load(ty, ptr + at)).collect::<Outcome<_>>()?))
    }

    fn case(&self, cases: &[Option<ValType>], case: u64) -> Outcome<Option<ValType>> {
        self.trap_if(case >= cases.len() as u64, TrapKind::InvalidDiscriminant)?;
        Ok(cases[case as usize])
    }

    fn load_range(&mut self, shape: &Shape, [ptr, length]: [u64; 2]) -> Outcome<Val> {
        let Shape::List(element) = shape else { return Ok(Val::String(decode(self, ptr, length)?)) };
        let (align, size) = self.measure.record(element);
        let bytes = u128::from(length) * u128::from(size);
        self.trap_if(bytes > MAX_BYTE_LENGTH, TrapKind::ListTooLong)?;
        self.check(ptr, align, bytes, TrapKind::UnalignedPointer, TrapKind::ListOutOfBounds)?;
        Ok(Val::List((0..length).map(|i| self.load_record(element, ptr + i * size)).collect::<Outcome<_>>()?))
    }

    /// A value of one core value, from bits that may have anything above those of the type.
    fn lift_scalar(&mut self, shape: &Shape, bits: u64) -> Outcome<Val> {
        let small = bits as u32;
        Ok(match *shape {
            Shape::Scalar(ValType::Bool) => Val::Bool(small != 0),
            Shape::Scalar(ValType::Char) => match char::from_u32(small) {
                Some(c) => Val::Char(c),
                None => return Err(self.fault(TrapKind::InvalidChar)),
            },
            Shape::Scalar(scalar) => Val::Int(bits & (u64::MAX >> (64 - 8 * self.measure.layout(scalar).1))),
            Shape::Flags(labels) => Val::Flags(small & (u64::MAX >> (64 - labels)) as u32),
            Shape::Own(resource) => self.lift_own(resource, small)?,
            Shape::Borrow(resource) => self.lift_borrow(resource, small)?,
            ref shape => panic!("{shape:?} is no scalar"),
        })
    }

    /// Does it implement the type?
    pub fn implements(&self, resource: ResourceId) -> bool {
        match self.implementers[resource.as_u32() as usize] {
            ResourceImpl::Guest(instance) => !self.host && instance == self.instance,
            ResourceImpl::Host { .. } => self.host,
        }
    }

    /// The host keeps no table of its own resources.
    pub fn keeps_bare(&self, resource: ResourceId) -> bool {
        self.host && self.implements(resource)
    }

    fn lift_own(&mut self, resource: ResourceId, i: u32) -> Outcome<Val> {
        if self.keeps_bare(resource) {
            return Ok(Val::Handle(i));
        }
        let handle = *self.table.get(i, resource)?;
        if handle.lends > 0 {
            return Err(TrapKind::HandleLent);
        }
        if !handle.own {
            return Err(TrapKind::NotOwned);
        }
        self.table.array[i as usize] = None;
        self.table.free.push(i);
        Ok(Val::Handle(handle.rep))
    }

    fn lift_borrow(&mut self, resource: ResourceId, i: u32) -> Outcome<Val> {
        if self.keeps_bare(resource) {
            return Ok(Val::Handle(i));
        }
        let handle = self.table.get(i, resource)?;
        handle.lends += 1;
        let rep = handle.rep;
        self.lenders.push(i);
        Ok(Val::Handle(rep))
    }

    /// `lift_flat`. Core values are bits; those above a 32-bit one's are ignored.
    pub fn lift_flat(&mut self, ty: ValType, core: &mut dyn Iterator<Item = u64>) -> Outcome<Val> {
        let mut next = || core.next().expect("there are as many core values as the flattening says");
        let mask = u64::MAX >> (64 - 8 * self.measure.word);
        match Shape::of(self.measure.types, ty) {
            Shape::Record(fields) => {
                Ok(Val::Record(fields.iter().map(|ty| self.lift_flat(*ty, core)).collect::<Outcome<_>>()?))
            }
            Shape::Variant(cases) => {
                let case = next() & u64::from(u32::MAX);
                let rest: Vec<u64> = core.take(self.measure.flat(ty) - 1).collect();
                let payload = self.case(&cases, case)?;
                let payload = payload.map(|ty| self.lift_flat(ty, &mut rest.into_iter()).map(Box::new));
                Ok(Val::Variant(case as usize, payload.transpose()?))
            }
            shape @ (Shape::String | Shape::List(_)) => {
                let range = [next() & mask, next() & mask];
                self.load_range(&shape, range)
            }
            shape => {
                let bits = next();
                self.lift_scalar(&shape, bits)
            }
        }
    }

    /// `lift_flat_values`.
    pub fn lift_values(&mut self, tys: &[ValType], max_flat: usize, core: &[u64]) -> Outcome<Val> {
        if self.measure.flat_all(tys) > max_flat {
            let ptr = core[0] & (u64::MAX >> (64 - 8 * self.measure.word));
            self.check_tuple(tys, ptr)?;
            return self.load_record(tys, ptr);
        }
        let mut core = core.iter().copied();
        Ok(Val::Record(tys.iter().map(|ty| self.lift_flat(*ty, &mut core)).collect::<Outcome<_>>()?))
    }

    fn check_tuple(&self, tys: &[ValType], ptr: u64) -> Outcome<()> {
        let (align, size) = self.measure.record(tys);
        self.check(ptr, align, size.into(), TrapKind::UnalignedPointer, TrapKind::PointerOutOfBounds)
    }

    /// `store`.
    fn store(&mut self, ty: ValType, val: &Val, ptr: u64) -> Outcome<()> {
        let size = self.measure.layout(ty).1;
        match (&Shape::of(self.measure.types, ty), val) {
            (Shape::Record(fields), val) => self.store_record(fields, val, ptr)?,
            (Shape::LongList(element, n), val) => self.store_record(&vec![*element; *n as usize], val, ptr)?,
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                self.store_int(*case as u64, ptr, Measure::discriminant(cases.len()));
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    self.store(ty, val, ptr + self.measure.payload(cases))?;
                }
            }
            (shape @ (Shape::String | Shape::List(_)), val) => {
                let [begin, length] = self.store_range(shape, val)?;
                let word = self.measure.word;
                self.store_int(begin, ptr, word);
                self.store_int(length, ptr + word, word);
            }
            (shape, val) => {
                let bits = self.lower_scalar(shape, val);
                self.store_int(bits, ptr, size);
            }
        }
        Ok(())
    }

    fn store_record(&mut self, fields: &[ValType], val: &Val, ptr: u64) -> Outcome<()> {
        let Val::Record(vals) = val else { panic!("{val:?} is no record") };
        let places = self.measure.fields(fields);
        places.into_iter().zip(vals).try_for_each(|((ty, at), val)| self.store(ty, val, ptr + at))
    }

    fn store_range(&mut self, shape: &Shape, val: &Val) -> Outcome<[u64; 2]> {
        match (shape, val) {
            (Shape::String, Val::String(text)) => store_string(self, text),
            (Shape::List(element), Val::List(vals)) => {
                let (align, size) = self.measure.record(element);
                let bytes = size * vals.len() as u64;
                let ptr = self.reallocate([0, 0], align, bytes, TrapKind::ReallocListOutOfBounds)?;
                for (i, val) in vals.iter().enumerate() {
                    self.store_record(element, val, ptr + size * i as u64)?;
                }
                Ok([ptr, vals.len() as u64])
            }
            _ => panic!("{val:?} is not a {shape:?}"),
        }
    }

    /// The core value, 32-bit ones zero-extended.
    fn lower_scalar(&mut self, shape: &Shape, val: &Val) -> u64 {
        match (shape, val) {
            (_, Val::Bool(b)) => u64::from(*b),
            (Shape::Scalar(ValType::S8), Val::Int(i)) => u64::from(i32::from(*i as i8) as u32),
            (Shape::Scalar(ValType::S16), Val::Int(i)) => u64::from(i32::from(*i as i16) as u32),
            (_, Val::Int(i)) => *i,
            (_, Val::Char(c)) => u64::from(u32::from(*c)),
            (_, Val::Flags(bits)) => u64::from(*bits),
            (Shape::Own(resource), Val::Handle(rep)) => self.lower_handle(*resource, *rep, true),
            (Shape::Borrow(resource), Val::Handle(rep)) => self.lower_handle(*resource, *rep, false),
            _ => panic!("{val:?} is not a {shape:?}"),
        }
    }

    /// `lower_own`, `lower_borrow`.
    fn lower_handle(&mut self, resource: ResourceId, rep: u32, own: bool) -> u64 {
        if self.keeps_bare(resource) || (!own && self.implements(resource)) {
            return rep.into();
        }
        self.table.add(Handle { resource, rep, own, lends: 0 }).into()
    }

    /// `lower_flat`.
    fn lower_flat(&mut self, ty: ValType, val: &Val) -> Outcome<Vec<u64>> {
        Ok(match (&Shape::of(self.measure.types, ty), val) {
            (Shape::Record(fields), Val::Record(vals)) => {
                let mut flat = Vec::new();
                for (ty, val) in fields.iter().zip(vals) {
                    flat.extend(self.lower_flat(*ty, val)?);
                }
                flat
            }
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                let mut flat = vec![*case as u64];
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    flat.extend(self.lower_flat(ty, val)?);
                }
                flat.resize(self.measure.flat(ty), 0);
                flat
            }
            (shape @ (Shape::String | Shape::List(_)), val) => self.store_range(shape, val)?.to_vec(),
            (shape, val) => vec![self.lower_scalar(shape, val)],
        })
    }

    /// `lower_flat_values`: the core values; what goes through memory goes behind `out_param`, or
    /// is allocated.
    pub fn lower_values(&mut self, tys: &[ValType], max: usize, val: &Val, out: Option<u64>) -> Outcome<Vec<u64>> {
        let Val::Record(vals) = val else { panic!("{val:?} is no tuple") };
        if self.measure.flat_all(tys) <= max {
            let mut flat = Vec::new();
            for (ty, val) in tys.iter().zip(vals) {
                flat.extend(self.lower_flat(*ty, val)?);
            }
            return Ok(flat);
        }
        let (ptr, flat) = match out {
            Some(ptr) => (ptr, Vec::new()),
            None => {
                let (align, size) = self.measure.record(tys);
                let ptr = self.reallocate([0, 0], align, size, TrapKind::ReallocOutOfBounds)?;
                (ptr, vec![ptr])
            }
        };
        self.check_tuple(tys, ptr)?;
        self.store_record(tys, val, ptr)?;
        Ok(flat)
    }
}
