//! The `.eh_frame` section: how to unwind the frames of compiled functions.

use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::isa::unwind::UnwindInfo;
use gimli::RunTimeEndian;
use gimli::write::{Address, CieId, EhFrame, EndianVec, FrameTable, RelocateWriter, Relocation, RelocationTarget};
use object::write::{Object, Relocation as ObjectRelocation, StandardSection, SymbolId};
use object::{RelocationEncoding, RelocationFlags, RelocationKind};

/// Collects the descriptions of functions.
pub struct FrameDescriptions {
    table: FrameTable,
    /// The description that all functions share; `None` until the first, or when the target has
    /// none.
    shared: Option<CieId>,
    symbols: Vec<SymbolId>,
}

impl FrameDescriptions {
    /// None yet.
    pub fn new() -> Self {
        FrameDescriptions { table: FrameTable::default(), shared: None, symbols: Vec::new() }
    }

    /// Adds a function.
    pub fn add(&mut self, isa: &dyn TargetIsa, symbol: SymbolId, unwind: UnwindInfo) {
        let UnwindInfo::SystemV(unwind) = unwind else { return };
        if self.shared.is_none() {
            let description = isa.create_systemv_cie();
            self.shared = description.map(|mut cie| {
                // Relative to the place, so that a linker needs no relocation at load time in a
                // read-only section.
                cie.fde_address_encoding = gimli::DwEhPe(gimli::DW_EH_PE_pcrel.0 | gimli::DW_EH_PE_sdata4.0);
                self.table.add_cie(cie)
            });
        }
        let Some(shared) = self.shared else { return };
        let address = Address::Symbol { symbol: self.symbols.len(), addend: 0 };
        self.symbols.push(symbol);
        self.table.add_fde(shared, unwind.to_fde(address));
    }

    /// Writes the section.
    pub fn write(self, object: &mut Object<'_>, endian: RunTimeEndian) {
        if self.shared.is_none() {
            return;
        }
        let mut section = EhFrame(Section { bytes: EndianVec::new(endian), relocations: Vec::new() });
        self.table.write_eh_frame(&mut section).expect("writing to memory does not fail");
        let id = object.section_id(StandardSection::EhFrame);
        object.append_section_data(id, section.0.bytes.slice(), align_of::<u64>() as u64);
        for relocation in section.0.relocations {
            let RelocationTarget::Symbol(index) = relocation.target else {
                unreachable!("frame descriptions refer to functions only")
            };
            let kind = match relocation.eh_pe {
                Some(encoding) if encoding.application() == gimli::DW_EH_PE_pcrel => RelocationKind::Relative,
                _ => RelocationKind::Absolute,
            };
            let flags =
                RelocationFlags::Generic { kind, encoding: RelocationEncoding::Generic, size: relocation.size * 8 };
            let relocation = ObjectRelocation {
                offset: relocation.offset as u64,
                symbol: self.symbols[index],
                addend: relocation.addend,
                flags,
            };
            object.add_relocation(id, relocation).expect("the target has relocations of this kind");
        }
    }
}

/// The section under construction.
struct Section {
    bytes: EndianVec<RunTimeEndian>,
    relocations: Vec<Relocation>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<RunTimeEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocations.push(relocation);
    }
}
