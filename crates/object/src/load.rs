//! Reads an object that `compile` wrote: finds its sections, checks its metadata, and collects what
//! has to be patched.
//!
//! It must not know how code gets into memory; it hands out bytes and relocations. Every fault of
//! the input is a [`LoadError`].

use super::artifact::Artifact;
use super::check::{check_code, check_metadata};
use super::container::{DATA_SECTION, Damage, LINES_SECTION, META_SECTION, SITES_SECTION, TEXT_SECTION, unwrap};
use super::lines::Lines;
use super::seal::{SealError, unseal};
use super::sites::SiteTable;
use cantilever_abi::block::INTRINSICS_VERSION;
use object::elf;
use object::read::{Object, ObjectSection, ObjectSymbol};
use object::{RelocationFlags, RelocationTarget as RawTarget, SymbolSection};
use std::sync::Arc;

/// The deepest nesting of component value types that values of the host may have. Lifting recurses
/// over a type.
pub const MAX_TYPE_DEPTH: u32 = 200;

/// Why an object cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Not an object file at all.
    #[error("not an object file: {0}")]
    NotAnObject(String),
    /// The file is not what was written.
    #[error("the object is damaged: {0}")]
    Damaged(#[from] SealError),
    /// An object file, but not one of ours.
    #[error("the object has no `{0}` section: it was not written by this compiler")]
    MissingSection(&'static str),
    /// The metadata is not what was written.
    #[error("the object's metadata is damaged: {0}")]
    DamagedMetadata(#[from] Damage),
    /// Written by another version of the compiler.
    #[error("the object was compiled by version {found}, this is version {expected}")]
    Version {
        /// The version in the object.
        found: String,
        /// This version.
        expected: &'static str,
    },
    /// Compiled for another table of intrinsics.
    #[error("the object needs version {found} of the runtime's intrinsics, this runtime has version {expected}")]
    Intrinsics {
        /// The version in the object.
        found: u32,
        /// This version.
        expected: u32,
    },
    /// Compiled for another target.
    #[error("the object was compiled for {found}, this host is {host}")]
    Target {
        /// The target of the object.
        found: String,
        /// This host.
        host: String,
    },
    /// The code uses instructions that this processor lacks.
    #[error("the object needs the processor feature `{0}`, which this host lacks")]
    CpuFeature(String),
    /// This host cannot run native code of ours.
    #[error("running compiled components is not supported on this host ({0})")]
    UnsupportedHost(&'static str),
    /// A relocation that the loader cannot apply.
    #[error("unsupported relocation at offset {at:#x} of the text section: {what}")]
    Relocation {
        /// Offset in the text section.
        at: u64,
        /// What is wrong with it.
        what: String,
    },
    /// An undefined symbol that is no routine of the runtime.
    #[error("the object refers to the unknown symbol `{0}`")]
    UnknownSymbol(String),
    /// The parts of the object contradict each other.
    #[error("malformed object: {0}")]
    Malformed(String),
    /// The object is a core module where a component is needed, or the reverse.
    #[error("the object holds a {found}, not a {expected}")]
    WrongKind {
        /// What it holds.
        found: &'static str,
        /// What was asked for.
        expected: &'static str,
    },
    /// The file in which a profiler looks for functions cannot be written.
    #[error("the functions cannot be named for the profiler: {0}")]
    Profiler(String),
    /// The operating system refused memory for the code.
    #[error("no memory for the code: {0}")]
    NoMemory(String),
}

/// An object, read and checked.
#[derive(Debug)]
pub struct ObjectFile<'a> {
    /// The metadata.
    pub artifact: Artifact,
    /// The code, not yet patched.
    pub text: &'a [u8],
    /// What to patch in the code.
    pub relocations: Vec<Relocation>,
    /// The bytes of data segments.
    pub data: &'a [u8],
    /// Which instructions can trap, and where code comes from.
    pub sites: Arc<SiteTable>,
    /// Source lines, not yet decoded; empty where there are none.
    pub lines: &'a [u8],
}

/// A place in the code that holds an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// Offset in the code.
    pub at: u64,
    /// How the address is written.
    pub kind: RelocationKind,
    /// Whose address.
    pub target: RelocationTarget,
    /// What to add to the address.
    pub addend: i64,
}

/// How an address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelocationKind {
    /// 64 bits.
    Absolute64,
    /// 32 bits, relative to the place.
    Relative32,
    /// The 26-bit word offset of an aarch64 `bl`.
    Call26,
}

impl RelocationKind {
    /// How many bytes are patched.
    pub const fn width(self) -> u64 {
        match self {
            RelocationKind::Absolute64 => 8,
            RelocationKind::Relative32 | RelocationKind::Call26 => 4,
        }
    }
}

/// What a relocation refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelocationTarget {
    /// An offset in the code.
    Text(u64),
    /// A symbol that the object does not define.
    External(String),
}

impl<'a> ObjectFile<'a> {
    /// Reads an object and checks it: first that it is what was written, then against this version
    /// and this host.
    ///
    /// This loads no code. Whatever the bytes are, it ends in time and memory linear in them.
    pub fn read(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let file = parse(bytes)?;
        let artifact = metadata(&file)?;
        check_host(&artifact)?;
        let text = section(&file, TEXT_SECTION)?.ok_or(LoadError::MissingSection(TEXT_SECTION))?;
        let data = section(&file, DATA_SECTION)?.unwrap_or_default();
        check_code(&artifact, text.len())?;
        let relocations = relocations(&file, text.len() as u64)?;
        let blocks = section(&file, SITES_SECTION)?.ok_or(LoadError::MissingSection(SITES_SECTION))?;
        let sites = SiteTable::new(&artifact.functions, unwrap(blocks)?)
            .map(Arc::new)
            .ok_or_else(|| LoadError::Malformed("the table of sites does not fit the functions".to_owned()))?;
        let lines = section(&file, LINES_SECTION)?.map(unwrap).transpose()?.unwrap_or_default();
        Ok(ObjectFile { artifact, text, relocations, data, sites, lines })
    }
}

/// The bytes of a section of that name.
fn section<'a>(file: &object::File<'a>, name: &str) -> Result<Option<&'a [u8]>, LoadError> {
    file.section_by_name(name)
        .map(|s| s.data().map_err(|e| LoadError::Malformed(format!("section `{name}`: {e}"))))
        .transpose()
}

/// The file, once its seal has been checked.
fn parse(bytes: &[u8]) -> Result<object::File<'_>, LoadError> {
    let no_object = |what: String| LoadError::NotAnObject(what);
    let sealed = unseal(bytes);
    if matches!(sealed, Err(SealError::Missing { .. })) && !bytes.starts_with(&elf::ELFMAG) {
        return Err(no_object("it does not begin with the magic number of ELF".to_owned()));
    }
    object::File::parse(sealed?).map_err(|e| no_object(e.to_string()))
}

/// Reads the metadata of an object, whatever target it is for, and checks that it is consistent.
/// This loads no code.
pub fn read_metadata(bytes: &[u8]) -> Result<Artifact, LoadError> {
    metadata(&parse(bytes)?)
}

fn metadata(file: &object::File<'_>) -> Result<Artifact, LoadError> {
    let section = section(file, META_SECTION)?.ok_or(LoadError::MissingSection(META_SECTION))?;
    let payload = unwrap(section)?;
    // The version comes first in the encoding, so that it can be told even where the rest has
    // changed its shape.
    let (version, _) =
        postcard::take_from_bytes::<String>(payload).map_err(|_| LoadError::DamagedMetadata(Damage::Encoding))?;
    if version != env!("CARGO_PKG_VERSION") {
        return Err(LoadError::Version { found: version, expected: env!("CARGO_PKG_VERSION") });
    }
    let artifact = postcard::from_bytes(payload).map_err(|_| LoadError::DamagedMetadata(Damage::Encoding))?;
    check_metadata(&artifact)?;
    Ok(artifact)
}

/// Decodes the source lines of an object. What cannot be decoded tells none.
pub fn read_lines(payload: &[u8]) -> Lines {
    postcard::from_bytes(payload).unwrap_or_default()
}

/// Can this process run the code?
fn check_host(artifact: &Artifact) -> Result<(), LoadError> {
    if artifact.intrinsics != INTRINSICS_VERSION {
        return Err(LoadError::Intrinsics { found: artifact.intrinsics, expected: INTRINSICS_VERSION });
    }
    let host = target_lexicon::Triple::host();
    let wrong_target = || LoadError::Target { found: artifact.triple.clone(), host: host.to_string() };
    let target: target_lexicon::Triple = artifact.triple.parse().map_err(|_| wrong_target())?;
    if (target.architecture, target.operating_system) != (host.architecture, host.operating_system) {
        return Err(wrong_target());
    }
    match artifact.cpu_features.iter().find(|name| !has_cpu_feature(name)) {
        Some(missing) => Err(LoadError::CpuFeature(missing.clone())),
        None => Ok(()),
    }
}

/// Makes the match from a feature's name to its detection.
macro_rules! detect {
    ($detected:ident, $name:expr, [$($feature:tt),* $(,)?]) => {
        match $name { $( $feature => std::arch::$detected!($feature), )* _ => false }
    };
}

/// Has this processor the feature of that name? Names that are not known count as missing.
#[cfg(target_arch = "x86_64")]
fn has_cpu_feature(name: &str) -> bool {
    detect!(
        is_x86_feature_detected,
        name,
        [
            "sse",
            "sse2",
            "sse3",
            "ssse3",
            "sse4.1",
            "sse4.2",
            "popcnt",
            "cmpxchg16b",
            "avx",
            "avx2",
            "fma",
            "bmi1",
            "bmi2",
            "lzcnt",
            "f16c",
            "avx512f",
            "avx512dq",
            "avx512vl",
            "avx512vbmi",
            "avx512bitalg",
            "avx512bw",
            "avx512vnni",
            "avxvnni",
            "avx512cd",
        ]
    )
}

/// Has this processor the feature of that name? Names that are not known count as missing.
#[cfg(target_arch = "aarch64")]
fn has_cpu_feature(name: &str) -> bool {
    detect!(
        is_aarch64_feature_detected,
        name,
        ["lse", "paca", "pacg", "fp16", "bti", "neon", "asimd", "dotprod", "i8mm"]
    )
}

/// On other hosts nothing is known, and nothing runs.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn has_cpu_feature(_name: &str) -> bool {
    false
}

/// All relocations of the text section.
fn relocations(file: &object::File<'_>, text_len: u64) -> Result<Vec<Relocation>, LoadError> {
    let Some(text) = file.section_by_name(TEXT_SECTION) else { return Ok(Vec::new()) };
    text.relocations()
        .map(|(at, raw)| {
            let error = |what: String| LoadError::Relocation { at, what };
            let kind = relocation_kind(raw.flags()).ok_or_else(|| error(format!("{:?}", raw.flags())))?;
            if at.checked_add(kind.width()).is_none_or(|end| end > text_len) {
                return Err(error("it lies outside the section".to_owned()));
            }
            let target = match raw.target() {
                RawTarget::Symbol(index) => symbol_target(file, index, text.index(), text_len).map_err(error)?,
                RawTarget::Section(index) if index == text.index() => RelocationTarget::Text(0),
                other => return Err(error(format!("its target is {other:?}"))),
            };
            Ok(Relocation { at, kind, target, addend: raw.addend() })
        })
        .collect()
}

/// What a symbol of the object stands for.
fn symbol_target(
    file: &object::File<'_>,
    index: object::SymbolIndex,
    text: object::SectionIndex,
    text_len: u64,
) -> Result<RelocationTarget, String> {
    let symbol = file.symbol_by_index(index).map_err(|e| e.to_string())?;
    match symbol.section() {
        SymbolSection::Section(section) if section == text && symbol.address() <= text_len => {
            Ok(RelocationTarget::Text(symbol.address()))
        }
        SymbolSection::Undefined => {
            symbol.name().map(|name| RelocationTarget::External(name.to_owned())).map_err(|e| e.to_string())
        }
        other => Err(format!("its symbol lies in {other:?}, at {:#x}", symbol.address())),
    }
}

/// The relocations that compiled code has.
fn relocation_kind(flags: RelocationFlags) -> Option<RelocationKind> {
    let RelocationFlags::Elf { r_type } = flags else { return None };
    #[cfg(target_arch = "x86_64")]
    return match r_type {
        object::elf::R_X86_64_64 => Some(RelocationKind::Absolute64),
        object::elf::R_X86_64_PC32 | object::elf::R_X86_64_PLT32 => Some(RelocationKind::Relative32),
        _ => None,
    };
    #[cfg(target_arch = "aarch64")]
    return match r_type {
        object::elf::R_AARCH64_ABS64 => Some(RelocationKind::Absolute64),
        object::elf::R_AARCH64_CALL26 | object::elf::R_AARCH64_JUMP26 => Some(RelocationKind::Call26),
        _ => None,
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let _ = r_type;
        None
    }
}
