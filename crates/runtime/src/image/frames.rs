//! The frames that an address in loaded code stands for.

use super::loaded::Image;
use crate::error::frame::Frame;
use cantilever_abi::FuncKey;
use cantilever_object::sites::InputPlace;

impl Image {
    /// Appends the frames that an address in this code stands for, innermost first: what was
    /// inlined, then the function that it lies in. It is that of an instruction, or one that a call
    /// returns to. Entries from the host are left out.
    pub(crate) fn frames(&self, address: usize, returns: bool, frames: &mut Vec<Frame>) {
        let at = (address - self.code.addresses().start) as u32;
        let places = self.sites.input_places(at, returns);
        let outermost = places.len().saturating_sub(1);
        frames.extend(places.iter().enumerate().filter_map(|(index, place)| self.frame(*place, index < outermost)));
    }

    /// The frame of a call at an offset of the input.
    pub(crate) fn call(&self, source: u32) -> Option<Frame> {
        let starts = self.artifact.identities().map(|function| function.source).enumerate();
        let (function, _) = starts.filter(|(_, start)| (1..=source).contains(start)).max_by_key(|(_, start)| *start)?;
        self.frame(InputPlace { function: function as u32, source: Some(source) }, false)
    }

    /// Where in the input the call of core code is that returns to an address.
    pub(crate) fn call_source(&self, return_address: usize) -> Option<u32> {
        let at = u32::try_from(return_address.checked_sub(self.code.addresses().start)?).ok()?;
        self.sites.input_places(at, true).first()?.source
    }

    fn frame(&self, place: InputPlace, inlined: bool) -> Option<Frame> {
        let function = self.artifact.identity(place.function)?;
        let (module, index) = match function.key {
            FuncKey::Core(module, defined) => (Some(module), Some(defined)),
            FuncKey::Init(module) => (Some(module), None),
            FuncKey::Canon(_) | FuncKey::Lift(_) | FuncKey::Part(_) | FuncKey::Dtor(_) | FuncKey::FillRoom(_) => {
                (None, None)
            }
            FuncKey::Entry(_)
            | FuncKey::CoreEntry(_)
            | FuncKey::FillEntry(_)
            | FuncKey::HostCall(_)
            | FuncKey::Throw
            | FuncKey::GrowHandles => return None,
        };
        let module = module.and_then(|index| self.artifact.modules.get(index as usize));
        let in_module = module.and_then(|module| function.name.strip_prefix(&module.name)?.strip_prefix('.'));
        Some(Frame {
            module: module.map(|module| module.name.clone()),
            function: in_module.unwrap_or(&function.name).to_owned(),
            function_index: index.zip(module).and_then(|(index, module)| index.checked_add(module.imported_funcs)),
            offset: place.source,
            module_offset: place
                .source
                .zip(module)
                .and_then(|(at, module)| at.checked_sub(u32::try_from(module.start).ok()?)),
            inlined,
            source: place.source.and_then(|offset| self.lines.find(offset)),
        })
    }
}
