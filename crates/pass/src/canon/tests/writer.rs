//! A peer that writes values into its real memory: in the sloppiest way that lifting must accept,
//! and with at most one fault that lifting must refuse. What the fault leads to is for the oracle
//! to say.

use super::Machine;
use super::oracle::{Measure, Peer, Val};
use super::random::Rng;
use super::text::{self, Text};
use crate::canon::value::shape::Shape;
use cantilever_abi::block::HandleEntry;
use cantilever_abi::*;

pub struct Writer<'a> {
    pub m: &'a Machine,
    /// Whose values they are; its copies of memory and table are not used.
    pub peer: &'a Peer<'a>,
    /// The memory; null for the host.
    pub base: *mut u8,
    /// The next free address.
    pub next: u64,
    pub rng: &'a mut Rng,
    /// How many places are passed before the fault.
    pub fault_after: Option<usize>,
    /// A handle that this call lends already, for lending it again.
    pub lent: Option<(ResourceId, u32)>,
}

impl Writer<'_> {
    /// Is the fault here? For each place where there could be one.
    fn faulty(&mut self) -> bool {
        match self.fault_after {
            Some(0) => {
                self.fault_after = None;
                true
            }
            after => {
                self.fault_after = after.map(|n| n - 1);
                false
            }
        }
    }

    pub fn allocate(&mut self, size: u64, align: u64) -> u64 {
        if self.peer.host {
            return super::machine::host_buffer(size as usize, align as usize) as u64;
        }
        let start = self.next.next_multiple_of(align);
        self.next = start + size;
        start
    }

    fn write(&self, bytes: &[u8], ptr: u64) {
        // SAFETY: it was allocated for this.
        unsafe { std::ptr::copy(bytes.as_ptr(), self.base.wrapping_add(ptr as usize), bytes.len()) }
    }

    fn store_int(&self, value: u64, ptr: u64, bytes: u64) {
        self.write(&value.to_le_bytes()[..bytes as usize], ptr);
    }

    /// A pointer that is not what it should be.
    fn bad_pointer(&mut self, ptr: u64) -> u64 {
        let end = super::machine::MEMORY as u64;
        let top = u64::MAX >> (64 - 8 * self.peer.measure.word);
        self.rng.pick(&[ptr | 1, end, end - 2, end - 8, end + 8, top, top - 7, top - 15])
    }

    fn bad_range(&mut self, [ptr, length]: [u64; 2]) -> [u64; 2] {
        let top = u64::MAX >> (64 - 8 * self.peer.measure.word);
        match self.rng.below(3) {
            0 => [self.bad_pointer(ptr), length],
            1 => [self.bad_pointer(ptr), self.rng.pick(&[1, 16, 64])],
            _ => [ptr, self.rng.pick(&[1 << 18, 1 << 26, 1 << 28, 1 << 31, (1 << 31) | (1 << 27), top, top - 1])],
        }
    }

    fn store_range(&mut self, val: &Val, shape: &Shape) -> [u64; 2] {
        let range = match (shape, val) {
            (Shape::String, Val::String(text)) => self.store_string(text),
            (Shape::List(element), Val::List(vals)) => {
                let (align, size) = self.peer.measure.record(element);
                let begin = self.allocate(size * vals.len() as u64, align);
                for (i, val) in vals.iter().enumerate() {
                    self.store_record(element, val, begin + size * i as u64);
                }
                [begin, vals.len() as u64]
            }
            _ => panic!("{val:?} is not a {shape:?}"),
        };
        if !self.peer.host && self.faulty() { self.bad_range(range) } else { range }
    }

    fn store_string(&mut self, text: &Text) -> [u64; 2] {
        let s = &text.text;
        let tag = text::tag(self.peer.measure.word);
        let narrow = s.chars().all(|c| u32::from(c) < 0x100) && !self.rng.one_in(3);
        let (mut bytes, mut units) = match self.peer.encoding {
            Encoding::Utf8 => (s.as_bytes().to_vec(), s.len() as u64),
            Encoding::Utf16 => (text::utf16(s), text::utf16(s).len() as u64 / 2),
            Encoding::Latin1Utf16 if narrow => (s.chars().map(|c| c as u8).collect(), s.chars().count() as u64),
            Encoding::Latin1Utf16 => (text::utf16(s), (text::utf16(s).len() as u64 / 2) | tag),
        };
        if self.faulty() {
            // Overlong, surrogate, beyond Unicode, stray, cut off; in UTF-16 surrogates without a
            // partner.
            let bad: &[&[u8]] = match self.peer.encoding {
                Encoding::Utf8 => {
                    &[b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xff", b"\xc3", b"\xe2\x82"]
                }
                _ => &[b"\x00\xd8", b"\x00\xdc", b"\x01\xdc\x00\xd8"],
            };
            let bad = self.rng.pick(bad);
            let unit = if self.peer.encoding == Encoding::Utf8 { 1 } else { 2 };
            let front = self.rng.one_in(2) && bytes.len() % unit == 0;
            bytes.splice(if front { 0..0 } else { bytes.len()..bytes.len() }, bad.iter().copied());
            units += (bad.len() / unit) as u64;
        }
        let begin = self.allocate(bytes.len() as u64, 2);
        self.write(&bytes, begin);
        [begin, units]
    }

    fn store_record(&mut self, fields: &[ValType], val: &Val, ptr: u64) {
        let Val::Record(vals) = val else { panic!("{val:?} is no record") };
        for ((ty, offset), val) in self.peer.measure.fields(fields).into_iter().zip(vals) {
            self.store(ty, val, ptr + offset);
        }
    }

    fn store(&mut self, ty: ValType, val: &Val, ptr: u64) {
        let measure = self.peer.measure;
        match (&Shape::of(measure.types, ty), val) {
            (Shape::Record(fields), val) => self.store_record(fields, val, ptr),
            (Shape::LongList(element, n), val) => self.store_record(&vec![*element; *n as usize], val, ptr),
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                let discriminant = self.discriminant(cases.len(), *case);
                self.store_int(discriminant, ptr, Measure::discriminant(cases.len()));
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    self.store(ty, val, ptr + measure.payload(cases));
                }
            }
            (shape @ (Shape::String | Shape::List(_)), val) => {
                let [begin, length] = self.store_range(val, shape);
                self.store_int(begin, ptr, measure.word);
                self.store_int(length, ptr + measure.word, measure.word);
            }
            (shape, val) => {
                let bits = self.bits(shape, val);
                self.store_int(bits, ptr, measure.layout(ty).1);
            }
        }
    }

    fn discriminant(&mut self, cases: usize, case: usize) -> u64 {
        if self.faulty() { self.rng.pick(&[cases as u64, cases as u64 + 1, 0xff, 0xffff_ffff]) } else { case as u64 }
    }

    /// The bits of a scalar, with everything set that lifting ignores.
    fn bits(&mut self, shape: &Shape, val: &Val) -> u64 {
        let junk = |bits: u32| u64::MAX.checked_shl(bits).unwrap_or(0) & u64::from(u32::MAX);
        match (shape, val) {
            (_, Val::Bool(b)) => u64::from(*b) * 0xf0,
            (Shape::Scalar(ValType::U8 | ValType::S8), Val::Int(i)) => *i | junk(8),
            (Shape::Scalar(ValType::U16 | ValType::S16), Val::Int(i)) => *i | junk(16),
            (_, Val::Int(i)) => *i,
            (_, Val::Char(_)) if self.faulty() => self.rng.pick(&[0xd800, 0xdfff, 0x11_0000, 0xffff_ffff]),
            (_, Val::Char(c)) => u64::from(u32::from(*c)),
            (Shape::Flags(labels), Val::Flags(f)) => u64::from(*f) | junk(*labels),
            (Shape::Own(resource), Val::Handle(rep)) => self.handle(*resource, *rep, true).into(),
            (Shape::Borrow(resource), Val::Handle(rep)) => self.handle(*resource, *rep, false).into(),
            _ => panic!("{val:?} is not a {shape:?}"),
        }
    }

    /// A handle to be given or lent.
    fn handle(&mut self, resource: ResourceId, rep: u32, own: bool) -> u32 {
        if self.peer.keeps_bare(resource) {
            return rep;
        }
        let (m, instance) = (self.m, self.peer.instance);
        let tag = |resource: ResourceId, borrow| HandleEntry::tag(resource.as_u32(), borrow);
        if self.faulty() {
            let other = ResourceId::from_u32((resource.as_u32() + 1) % self.peer.implementers.len() as u32);
            let lent = m.add_handle(instance, tag(resource, false), rep);
            m.handle(instance, lent).lends = u32::from(own);
            let borrowed = m.add_handle(instance, tag(resource, own), rep);
            let foreign = m.add_handle(instance, tag(other, false), rep);
            return self.rng.pick(&[0, 5000, u32::MAX, lent, borrowed, foreign, foreign]);
        }
        match self.lent {
            Some((same, index)) if !own && same == resource && self.rng.one_in(2) => index,
            _ => {
                let index = m.add_handle(instance, tag(resource, false), rep);
                if !own {
                    self.lent = Some((resource, index));
                }
                index
            }
        }
    }

    fn lower_flat(&mut self, ty: ValType, val: &Val) -> Vec<u64> {
        let measure = self.peer.measure;
        match (&Shape::of(measure.types, ty), val) {
            (Shape::Record(fields), Val::Record(vals)) => {
                fields.iter().zip(vals).flat_map(|(ty, val)| self.lower_flat(*ty, val)).collect()
            }
            (Shape::Variant(cases), Val::Variant(case, payload)) => {
                let mut flat = vec![self.discriminant(cases.len(), *case)];
                if let (Some(ty), Some(val)) = (cases[*case], payload) {
                    flat.extend(self.lower_flat(ty, val));
                }
                flat.resize(measure.flat(ty), 0x5a5a);
                flat
            }
            (shape @ (Shape::String | Shape::List(_)), val) => self.store_range(val, shape).to_vec(),
            (shape, val) => vec![self.bits(shape, val)],
        }
    }

    /// Writes values as their flattening says: the core values.
    pub fn values(&mut self, tys: &[ValType], max_flat: usize, val: &Val) -> Vec<u64> {
        if self.peer.host || self.peer.measure.flat_all(tys) > max_flat {
            let place = self.place(tys);
            self.tuple(tys, val, place);
            return vec![if !self.peer.host && self.faulty() { self.bad_pointer(place) } else { place }];
        }
        let Val::Record(vals) = val else { panic!("{val:?} is no tuple") };
        tys.iter().zip(vals).flat_map(|(ty, val)| self.lower_flat(*ty, val)).collect()
    }

    /// Writes a tuple.
    pub fn tuple(&mut self, tys: &[ValType], val: &Val, ptr: u64) {
        self.store_record(tys, val, ptr);
    }

    /// Memory for a tuple.
    pub fn place(&mut self, tys: &[ValType]) -> u64 {
        let (align, size) = self.peer.measure.record(tys);
        self.allocate(size, align)
    }

    /// Memory for a result, or somewhere that is not.
    pub fn result_place(&mut self, tys: &[ValType]) -> u64 {
        let place = self.place(tys);
        if !self.peer.host && self.faulty() { self.bad_pointer(place) } else { place }
    }
}
