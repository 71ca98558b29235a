//! Native code in executable memory: copied from an object, patched, and never writable again.

use crate::stack::registry::CodeRegistration;
use crate::sys::address_space::AddressSpace;
use crate::sys::unwinder::FrameRegistration;
use cantilever_abi::FuncKey;
use cantilever_object::artifact::HandlerSite;
use cantilever_object::load::{LoadError, ObjectFile, Relocation, RelocationKind, RelocationTarget};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of one veneer: a jump to an address that may be too far away for a call.
const VENEER_SIZE: usize = 16;

/// Code that can run.
#[derive(Debug)]
pub(crate) struct Code {
    /// Before the mapping, so that the code is no longer looked up when it is unmapped.
    _registration: CodeRegistration,
    _frames: FrameRegistration,
    space: AddressSpace,
    len: usize,
    /// Where functions start.
    starts: HashMap<FuncKey, u32>,
}

impl Code {
    /// Loads the code of an object.
    pub(crate) fn load(object: &ObjectFile<'_>) -> Result<Self, LoadError> {
        let handlers: Arc<[HandlerSite]> = object.artifact.handlers.as_slice().into();
        let no_memory = |e: std::io::Error| LoadError::NoMemory(e.to_string());
        let externals = externals(&object.relocations)?;
        let veneers = object.text.len().next_multiple_of(VENEER_SIZE);
        let total = veneers + externals.len() * VENEER_SIZE;
        let space = AddressSpace::writable(total as u64).map_err(no_memory)?;
        // SAFETY: the mapping is new, at least `total` long, and nothing else refers to it.
        let bytes = unsafe { std::slice::from_raw_parts_mut(space.base(), total) };
        bytes[..object.text.len()].copy_from_slice(object.text);
        let mut veneer_at = HashMap::new();
        for (i, (name, address)) in externals.iter().enumerate() {
            let at = veneers + i * VENEER_SIZE;
            bytes[at..at + VENEER_SIZE].copy_from_slice(&veneer(*address));
            veneer_at.insert(name.as_str(), at as u64);
        }
        let base = space.base() as u64;
        for relocation in &object.relocations {
            let target = match &relocation.target {
                RelocationTarget::Text(offset) => *offset,
                RelocationTarget::External(name) => veneer_at[name.as_str()],
            };
            patch(bytes, base, relocation, target)?;
        }
        flush_instruction_cache(bytes.as_ptr_range());
        space.make_executable(0..space.len()).map_err(no_memory)?;
        let start = space.base() as usize;
        let code = start..start + object.text.len();
        let _frames = FrameRegistration::new(code.clone());
        Ok(Code {
            _registration: CodeRegistration::new(code, object.sites.clone(), handlers),
            _frames,
            len: object.text.len(),
            space,
            starts: object.artifact.functions.iter().map(|f| (f.identity.key, f.start)).collect(),
        })
    }

    /// The address of an offset in the code.
    pub(crate) fn address(&self, offset: u32) -> *const u8 {
        assert!((offset as usize) < self.len, "offset outside the code");
        // SAFETY: inside the mapping, as just checked.
        unsafe { self.space.base().add(offset as usize) }
    }

    /// The address of a function, if the object has it.
    pub(crate) fn find(&self, key: FuncKey) -> Option<*const u8> {
        self.start(key).map(|start| self.address(start))
    }

    /// The offset of a function, if the object has it.
    pub(crate) fn start(&self, key: FuncKey) -> Option<u32> {
        self.starts.get(&key).copied().filter(|start| (*start as usize) < self.len)
    }

    /// The addresses of the code.
    pub(crate) fn addresses(&self) -> Range<usize> {
        let start = self.space.base() as usize;
        start..start + self.len
    }
}

/// The routines outside the object that its code calls, each once, with their addresses.
fn externals(relocations: &[Relocation]) -> Result<Vec<(String, usize)>, LoadError> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for relocation in relocations {
        if let RelocationTarget::External(name) = &relocation.target
            && !found.iter().any(|(known, _)| known == name)
        {
            let address = routine(name).ok_or_else(|| LoadError::UnknownSymbol(name.clone()))?;
            found.push((name.clone(), address));
        }
    }
    Ok(found)
}

/// The routines that Cranelift may call where a processor has no instruction.
fn routine(name: &str) -> Option<usize> {
    extern "C" fn ceilf(x: f32) -> f32 {
        x.ceil()
    }
    extern "C" fn ceil(x: f64) -> f64 {
        x.ceil()
    }
    extern "C" fn floorf(x: f32) -> f32 {
        x.floor()
    }
    extern "C" fn floor(x: f64) -> f64 {
        x.floor()
    }
    extern "C" fn truncf(x: f32) -> f32 {
        x.trunc()
    }
    extern "C" fn trunc(x: f64) -> f64 {
        x.trunc()
    }
    extern "C" fn nearbyintf(x: f32) -> f32 {
        x.round_ties_even()
    }
    extern "C" fn nearbyint(x: f64) -> f64 {
        x.round_ties_even()
    }
    extern "C" fn fmaf(x: f32, y: f32, z: f32) -> f32 {
        x.mul_add(y, z)
    }
    extern "C" fn fma(x: f64, y: f64, z: f64) -> f64 {
        x.mul_add(y, z)
    }
    Some(match name {
        "ceilf" => ceilf as *const () as usize,
        "ceil" => ceil as *const () as usize,
        "floorf" => floorf as *const () as usize,
        "floor" => floor as *const () as usize,
        "truncf" => truncf as *const () as usize,
        "trunc" => trunc as *const () as usize,
        "nearbyintf" => nearbyintf as *const () as usize,
        "nearbyint" => nearbyint as *const () as usize,
        "fmaf" => fmaf as *const () as usize,
        "fma" => fma as *const () as usize,
        "memcpy" => libc::memcpy as *const () as usize,
        "memmove" => libc::memmove as *const () as usize,
        "memset" => libc::memset as *const () as usize,
        "memcmp" => libc::memcmp as *const () as usize,
        _ => return None,
    })
}

/// Writes the address of a target, an offset in the code, at the place of a relocation.
fn patch(code: &mut [u8], base: u64, relocation: &Relocation, target: u64) -> Result<(), LoadError> {
    let Relocation { at, kind, addend, .. } = relocation;
    let error = |what: &str| LoadError::Relocation { at: *at, what: what.to_owned() };
    let place = *at as usize..(*at + kind.width()) as usize;
    let target = base.wrapping_add(target).wrapping_add_signed(*addend);
    let distance = target.wrapping_sub(base.wrapping_add(*at)) as i64;
    let place = code.get_mut(place).ok_or_else(|| error("it lies outside the section"))?;
    match kind {
        RelocationKind::Absolute64 => place.copy_from_slice(&target.to_ne_bytes()),
        RelocationKind::Relative32 => {
            let distance = i32::try_from(distance).map_err(|_| error("its target is too far away"))?;
            place.copy_from_slice(&distance.to_ne_bytes());
        }
        RelocationKind::Call26 => {
            /// Reach of the 26-bit word offset, in bytes.
            const REACH: i64 = 1 << 27;
            const FIELD: u32 = (1 << 26) - 1;
            if !(-REACH..REACH).contains(&distance) || distance % 4 != 0 {
                return Err(error("its target is too far away"));
            }
            let opcode = place.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
            let word = opcode & !FIELD | (distance >> 2) as u32 & FIELD;
            place.copy_from_slice(&word.to_le_bytes());
        }
    }
    Ok(())
}

/// Instructions that jump to an address without touching argument registers.
fn veneer(address: usize) -> [u8; VENEER_SIZE] {
    let mut veneer = [0; VENEER_SIZE];
    #[cfg(target_arch = "x86_64")]
    {
        // jmp *[rip + 0], then the address.
        veneer[..6].copy_from_slice(&[0xff, 0x25, 0, 0, 0, 0]);
        veneer[6..14].copy_from_slice(&address.to_le_bytes());
    }
    #[cfg(target_arch = "aarch64")]
    {
        // ldr x16, [pc + 8]; br x16; then the address.
        veneer[..8].copy_from_slice(&[0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6]);
        veneer[8..].copy_from_slice(&address.to_le_bytes());
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = (&mut veneer, address);
    veneer
}

/// Makes written code visible to instruction fetches of all threads.
fn flush_instruction_cache(_code: Range<*const u8>) {
    #[cfg(target_arch = "aarch64")]
    {
        unsafe extern "C" {
            fn __clear_cache(start: *mut std::ffi::c_char, end: *mut std::ffi::c_char);
        }
        // SAFETY: cache maintenance of a mapped range has no other effect.
        unsafe { __clear_cache(_code.start.cast_mut().cast(), _code.end.cast_mut().cast()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relocation(kind: RelocationKind, addend: i64) -> Relocation {
        Relocation { at: 4, kind, target: RelocationTarget::Text(0), addend }
    }

    #[test]
    fn relocations_are_patched_by_kind() {
        let mut code = [0u8; 16];
        patch(&mut code, 0x1000, &relocation(RelocationKind::Relative32, -4), 0x100).unwrap();
        assert_eq!(code[4..8], 0xf8i32.to_ne_bytes());
        patch(&mut code, 0x1000, &relocation(RelocationKind::Absolute64, 2), 0x100).unwrap();
        assert_eq!(code[4..12], 0x1102u64.to_ne_bytes());
        code[4..8].copy_from_slice(&0x9400_0000u32.to_le_bytes());
        patch(&mut code, 0x1000, &relocation(RelocationKind::Call26, 0), 0).unwrap();
        assert_eq!(code[4..8], 0x97ff_ffffu32.to_le_bytes());
        let far = patch(&mut code, 0x1000, &relocation(RelocationKind::Relative32, 1 << 40), 0);
        assert!(matches!(far, Err(LoadError::Relocation { at: 4, .. })));
    }
}
