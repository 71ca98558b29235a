//! From addresses on the stack to the frames of a backtrace.

use super::image::Image;
use super::instance::InstanceRecord;
use super::stack::with_thread;
use super::store::StoreState;
use super::trap::{Backtrace, Frame, Hit, MAX_FRAMES, SourceLine, Taken};
use super::unwinder::compiled_callers;
use cantilever_abi::FuncKey;
use cantilever_object::lines::LineTable;
use cantilever_object::load::read_lines;
use cantilever_object::sites::Place;
use std::sync::OnceLock;

/// The frames of a trap: those that the signal handler saw, and those of the guests below, which wait for a host function that
/// entered this one.
pub(super) fn backtrace(store: &StoreState, record: &InstanceRecord, hit: Hit) -> Backtrace {
    let (trace, nested) = with_thread(|thread| (thread.trace.take(), !thread.activation.get().is_null()));
    let Taken { addresses, thrown, mut cut } = if hit.kind == 0 { Taken::default() } else { trace };
    let mut frames = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        append_frames(store, record, *address, thrown || index > 0, &mut frames);
    }
    if nested && !cut {
        let (callers, more) = compiled_callers(MAX_FRAMES - addresses.len());
        for address in callers {
            append_frames(store, record, address, true, &mut frames);
        }
        cut = more;
    }
    Backtrace { frames, cut }
}

/// Appends the frames of an address: in the code of this instance, or of another one of its store.
fn append_frames(store: &StoreState, record: &InstanceRecord, address: usize, returns: bool, frames: &mut Vec<Frame>) {
    let images = std::iter::once(&record.image).chain(store.instances.iter().map(|other| &other.image));
    // A call may be the last instruction of its code.
    let inside = address - usize::from(returns);
    if let Some(image) = images.into_iter().find(|image| image.code.addresses().contains(&inside)) {
        image.frames(address, returns, frames);
    }
}

impl Image {
    /// Appends the frames that an address in this code stands for, innermost first: what was inlined, then the function that
    /// it lies in. It is that of an instruction, or one that a call returns to. Entries from the host are left out.
    pub(crate) fn frames(&self, address: usize, returns: bool, frames: &mut Vec<Frame>) {
        let at = (address - self.code.addresses().start) as u32;
        let places = self.sites.places(at, returns);
        let outermost = places.len().saturating_sub(1);
        frames.extend(places.iter().enumerate().filter_map(|(index, place)| self.frame(*place, index < outermost)));
    }

    /// The frame of a call at an offset of the input.
    pub(crate) fn call(&self, source: u32) -> Option<Frame> {
        let starts = self.artifact.identities().map(|function| function.source).enumerate();
        let (function, _) = starts.filter(|(_, start)| (1..=source).contains(start)).max_by_key(|(_, start)| *start)?;
        self.frame(Place { function: function as u32, source: Some(source) }, false)
    }

    /// Where in the input the call of core code is that returns to an address.
    pub(crate) fn call_source(&self, return_address: usize) -> Option<u32> {
        let at = u32::try_from(return_address.checked_sub(self.code.addresses().start)?).ok()?;
        self.sites.places(at, true).first()?.source
    }

    fn frame(&self, place: Place, inlined: bool) -> Option<Frame> {
        let function = self.artifact.identity(place.function)?;
        let (module, index) = match function.key {
            FuncKey::Core(module, defined) => (Some(module), Some(defined)),
            FuncKey::Init(module) => (Some(module), None),
            FuncKey::Canon(_) | FuncKey::Lift(_) | FuncKey::Part(_) | FuncKey::Dtor(_) => (None, None),
            FuncKey::Entry(_)
            | FuncKey::CoreEntry(_)
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

/// Source lines, which few runs ask for.
#[derive(Debug)]
pub(super) struct SourceLines {
    encoded: Box<[u8]>,
    decoded: OnceLock<LineTable>,
}

impl SourceLines {
    /// Those that an object has, as they are stored.
    pub(super) fn new(encoded: &[u8]) -> Self {
        SourceLines { encoded: encoded.into(), decoded: OnceLock::new() }
    }

    fn find(&self, offset: u32) -> Option<SourceLine> {
        let (file, line) = self.decoded.get_or_init(|| read_lines(&self.encoded).decode()).find(offset)?;
        Some(SourceLine { file: file.to_owned(), line: line.line, column: (line.column != 0).then_some(line.column) })
    }
}
