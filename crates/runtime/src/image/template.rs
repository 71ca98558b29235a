//! The fixed part of a block as it is before imports are bound: made once for an object, copied
//! into each of its blocks.

use super::parts::{ElementLists, Parts};
use crate::memory::block::BlockMemory;
use cantilever_abi::block::intrinsics::SegmentSlot;
use cantilever_abi::block::layout::MAX_FIXED_SIZE;
use cantilever_abi::block::{BlockLayout, Context, FuncDef, GlobalSlot, HandleTable, Header, InstanceState};
use cantilever_abi::{CoreTypeId, FuncKey};
use cantilever_object::artifact::{Elements, GlobalValue, TemplateItem};
use cantilever_object::load::LoadError;
use std::mem::offset_of;

/// The fixed part of a block, up to its borrow scopes.
#[derive(Debug)]
pub(crate) struct Template {
    words: Box<[u64]>,
    /// The indices of words that are addresses in the block: they hold offsets here.
    addresses: Box<[u32]>,
    /// The offset of every context.
    pub(crate) contexts: Box<[u32]>,
}

impl Template {
    /// Makes a template with these items. Segment slots in it point into `data`, which must stay
    /// where it is for as long as blocks are made of the template.
    pub(super) fn new(
        parts: &Parts<'_>,
        items: &[TemplateItem],
        elements: &ElementLists,
        data: &[u8],
    ) -> Result<Self, LoadError> {
        let mut builder = Builder::new(parts, elements, data)?;
        items.iter().try_for_each(|item| builder.put(item))?;
        let Builder { words, addresses, contexts, .. } = builder;
        Ok(Template { words: words.into(), addresses: addresses.into(), contexts: contexts.into() })
    }

    /// Writes the template into a block.
    pub(crate) fn write(&self, block: &BlockMemory) {
        let base = block.header().cast::<u64>();
        // SAFETY: `Builder` made the template as long as the block's fixed part at most; words are
        // in it.
        unsafe {
            base.copy_from_nonoverlapping(self.words.as_ptr(), self.words.len());
            for index in &self.addresses {
                *base.add(*index as usize) += base as u64;
            }
        }
    }
}

/// A template in the making.
struct Builder<'a> {
    parts: &'a Parts<'a>,
    elements: &'a ElementLists,
    /// The bytes of data segments, where they will stay.
    data: &'a [u8],
    words: Vec<u64>,
    addresses: Vec<u32>,
    contexts: Vec<u32>,
}

impl<'a> Builder<'a> {
    /// A template with header, states of component instances and type identities.
    fn new(parts: &'a Parts<'a>, elements: &'a ElementLists, data: &'a [u8]) -> Result<Self, LoadError> {
        let layout = parts.layout;
        let end = u64::from(layout.scopes);
        if !end.is_multiple_of(size_of::<u64>() as u64) || end > u64::from(layout.fixed_size).min(MAX_FIXED_SIZE) {
            return Err(malformed("the block's layout contradicts itself"));
        }
        let words = vec![0; end as usize / size_of::<u64>()];
        let mut builder = Builder { parts, elements, data, words, addresses: Vec::new(), contexts: Vec::new() };
        builder.put_header(layout)?;
        Ok(builder)
    }

    fn put_header(&mut self, layout: &BlockLayout) -> Result<(), LoadError> {
        self.place::<Header>(0)?;
        self.put_context(0)?;
        let quota = self.parts.handle_quota;
        for instance in 0..layout.instance_count {
            let start = u64::from(layout.instances) + u64::from(instance) * size_of::<InstanceState>() as u64;
            let start = u32::try_from(start).map_err(|_| outside(u32::MAX))?;
            let state = self.place::<InstanceState>(start)?;
            // A limit of 1 shows that the table has never been used.
            let handles = HandleTable { free_head: 1, limit: 1, quota, reserved: 0 };
            // SAFETY: the place has room for an `InstanceState`.
            unsafe {
                (*state).may_leave = 1;
                (*state).handles = handles;
            }
        }
        for (index, id) in (0u32..).zip(self.parts.type_ids) {
            let at = index.checked_mul(size_of::<u32>() as u32).and_then(|at| at.checked_add(layout.type_ids));
            let place = self.place::<u32>(at.ok_or_else(|| outside(u32::MAX))?)?;
            // SAFETY: the place has room for a `u32`.
            unsafe { place.write(*id) };
        }
        Ok(())
    }

    fn put(&mut self, item: &TemplateItem) -> Result<(), LoadError> {
        match *item {
            TemplateItem::Context { at } => self.put_context(at),
            TemplateItem::FuncDef { at, func, ctx, ty } => self.put_func_def(at, func, ctx, ty),
            TemplateItem::Pointer { at, to } => self.put_address(at, to),
            TemplateItem::Global { at, value } => self.put_global(at, value),
            TemplateItem::Data { at, start, len } => self.put_data(at, start, len),
            TemplateItem::Elems { at, storage, len, contents } => self.put_elements(at, storage, len, contents),
        }
    }

    fn put_data(&mut self, at: u32, start: u64, len: u64) -> Result<(), LoadError> {
        let end = start.checked_add(len).filter(|end| *end <= self.data.len() as u64);
        end.ok_or_else(|| malformed("a data segment lies outside its section"))?;
        // SAFETY: inside the section, as just checked.
        let base = unsafe { self.data.as_ptr().add(start as usize) };
        let slot = self.place::<SegmentSlot>(at)?;
        // SAFETY: the place has room for a `SegmentSlot`.
        unsafe { slot.write(SegmentSlot { base, len }) };
        Ok(())
    }

    fn put_context(&mut self, at: u32) -> Result<(), LoadError> {
        let context = self.place::<Context>(at)?;
        // SAFETY: the place has room for a `Context`.
        unsafe { (*context).intrinsics = self.parts.intrinsics };
        self.put_address(at + offset_of!(Context, block) as u32, 0)?;
        self.put_address(at + offset_of!(Context, type_ids) as u32, self.parts.layout.type_ids)?;
        self.contexts.push(at);
        Ok(())
    }

    fn put_func_def(&mut self, at: u32, func: FuncKey, ctx: u32, ty: CoreTypeId) -> Result<(), LoadError> {
        let code = self.parts.code.find(func).ok_or_else(|| malformed(&format!("the function {func:?} is missing")))?;
        let type_id = self.parts.type_ids.get(ty.as_u32() as usize).ok_or_else(|| malformed("unknown core type"))?;
        self.place::<Context>(ctx)?;
        let def = self.place::<FuncDef>(at)?;
        // SAFETY: the place has room for a `FuncDef`.
        unsafe { def.write(FuncDef { code, vmctx: std::ptr::null_mut(), type_id: *type_id, reserved: 0 }) };
        self.put_address(at + offset_of!(FuncDef, vmctx) as u32, ctx)
    }

    fn put_global(&mut self, at: u32, value: GlobalValue) -> Result<(), LoadError> {
        let slot = self.place::<GlobalSlot>(at)?;
        // SAFETY: the place has room for a `GlobalSlot`.
        unsafe {
            match value {
                GlobalValue::Bits32(bits) => slot.cast::<u32>().write(bits),
                GlobalValue::Bits64(bits) => slot.cast::<u64>().write(bits),
                GlobalValue::Func(def) => self.put_address(at, def)?,
            }
        }
        Ok(())
    }

    fn put_elements(&mut self, at: u32, storage: u32, len: u64, contents: Option<Elements>) -> Result<(), LoadError> {
        let size = len.checked_mul(size_of::<u64>() as u64).and_then(|size| size.checked_add(storage.into()));
        if size.is_none_or(|end| end > u64::from(self.parts.layout.scopes)) {
            return Err(outside(storage));
        }
        if let Some(contents) = contents {
            let list = self.elements.checked(&contents, len)?;
            for (index, def) in (0u32..).zip(list) {
                if let Some(def) = def {
                    self.put_address(storage + index * size_of::<u64>() as u32, contents.base + def)?;
                }
            }
        }
        let slot = self.place::<SegmentSlot>(at)?;
        // SAFETY: the place has room for a `SegmentSlot`.
        unsafe { (*slot).len = len };
        self.put_address(at + offset_of!(SegmentSlot, base) as u32, storage)
    }

    /// Puts the address of a place of the fixed part.
    fn put_address(&mut self, at: u32, to: u32) -> Result<(), LoadError> {
        if to > self.parts.layout.scopes {
            return Err(outside(to));
        }
        let word = self.place::<u64>(at)?;
        // SAFETY: the place has room for a word.
        unsafe { word.write(to.into()) };
        self.addresses.push(at / size_of::<u64>() as u32);
        Ok(())
    }

    /// Room for a `T` in the template.
    fn place<T>(&mut self, at: u32) -> Result<*mut T, LoadError> {
        let end = at as usize + size_of::<T>();
        // Words are aligned to eight bytes in the template, and to whole pages in a block.
        if end > size_of_val(&*self.words) || !(at as usize).is_multiple_of(align_of::<T>().min(align_of::<u64>())) {
            return Err(outside(at));
        }
        // SAFETY: just checked to lie inside the words.
        Ok(unsafe { self.words.as_mut_ptr().cast::<u8>().add(at as usize) }.cast())
    }
}

fn malformed(what: &str) -> LoadError {
    LoadError::Malformed(what.to_owned())
}

fn outside(at: u32) -> LoadError {
    LoadError::Malformed(format!("offset {at:#x} does not lie in the instance block"))
}
