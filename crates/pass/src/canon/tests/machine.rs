//! A machine for tests: compiles functions, links them in executable memory, and calls them on a
//! hand-made block.
//!
//! Core functions of guests, and the host's, are Rust functions behind thunks. A trap returns to
//! the entry trampoline.

use super::landing;
use crate::clif::signature::POINTER;
use crate::clif::{Convention, Emit, Region};
use cantilever_abi::FuncKey;
use cantilever_abi::block::*;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{Function, InstBuilder, Signature, Type};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context as Compilation, FinalizedRelocTarget, isa};
use cranelift_frontend::FunctionBuilderContext;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The size of each guest's memory.
pub const MEMORY: usize = 1 << 18;
/// How many entries a handle table may have.
pub const QUOTA: u32 = 64;
/// Bytes before and after a memory that cannot be accessed.
const GUARD: usize = 1 << 16;
/// The size of a machine's code.
const CODE: usize = 1 << 22;

thread_local! {
    /// Bases of the guests' memories, for Rust code that plays a guest.
    pub static MEMORIES: RefCell<Vec<*mut u8>> = const { RefCell::new(Vec::new()) };
    /// The buffers of the host, with their sizes.
    static HOST_BUFFERS: RefCell<Vec<(*mut u8, usize)>> = const { RefCell::new(Vec::new()) };
}

/// A Rust function that plays a core function: the block, and slots for parameters and results.
pub type Native = unsafe extern "C" fn(*mut u8, *mut u64);

pub fn isa(triple: &str, opt_level: &str) -> OwnedTargetIsa {
    let mut flags = settings::builder();
    flags.set("opt_level", opt_level).unwrap();
    flags.set("enable_verifier", "true").unwrap();
    flags.set("is_pic", "true").unwrap();
    flags.set("preserve_frame_pointers", "true").unwrap();
    isa::lookup_by_name(triple).unwrap().finish(settings::Flags::new(flags)).unwrap()
}

/// The machine's own target, with and without optimisation.
pub fn host_isa(optimised: bool) -> OwnedTargetIsa {
    static BOTH: OnceLock<[OwnedTargetIsa; 2]> = OnceLock::new();
    let both = BOTH.get_or_init(|| ["none", "speed"].map(|level| isa("x86_64-unknown-linux-gnu", level)));
    both[usize::from(optimised)].clone()
}

/// Emits a core-convention function that passes its arguments to a Rust function.
pub fn thunk(key: FuncKey, signature: Signature, native: Native, convention: Convention) -> Function {
    let (mut func, mut cx) = (Function::new(), FunctionBuilderContext::new());
    let results: Vec<Type> = signature.returns.iter().map(|p| p.value_type).collect();
    let (mut e, args) = Emit::core(&mut func, &mut cx, key, signature, convention);
    let slots = args.len().max(results.len()).max(1) as u32 * 8;
    let slot = cranelift_codegen::ir::StackSlotData::new(cranelift_codegen::ir::StackSlotKind::ExplicitSlot, slots, 3);
    let slot = e.b.create_sized_stack_slot(slot);
    let at = e.b.ins().stack_addr(POINTER, slot, 0);
    for (i, arg) in args.iter().enumerate() {
        e.store_field(Region::HostBuffer, *arg, at, i * 8);
    }
    let code = e.b.ins().iconst(POINTER, native as usize as i64);
    let signature = e.b.func.import_signature(convention.c(&[POINTER; 2], None));
    e.b.ins().call_indirect(signature, code, &[e.vmctx, at]);
    let values: Vec<_> =
        results.iter().enumerate().map(|(i, ty)| e.load_field(*ty, Region::HostBuffer, at, i * 8)).collect();
    e.b.ins().return_(&values);
    e.finish();
    func
}

pub struct Machine {
    pub block: *mut u8,
    pub layout: BlockLayout,
    code: *mut u8,
    addresses: HashMap<FuncKey, usize>,
    signatures: HashMap<FuncKey, Signature>,
    traps: HashMap<usize, TrapKind>,
}

impl Machine {
    /// Links functions, and makes a block with a memory for each guest, whose `MemoryDef`s are at
    /// `memories`.
    pub fn new(layout: BlockLayout, memories: &[u32], functions: Vec<Function>, optimised: bool) -> Self {
        let block = map(layout.total_size as usize, libc::PROT_READ | libc::PROT_WRITE);
        let mut machine = Machine {
            block,
            layout,
            code: map(CODE, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC),
            addresses: HashMap::new(),
            signatures: HashMap::new(),
            traps: HashMap::new(),
        };
        machine.link(functions, &*host_isa(optimised));
        machine.initialise(memories);
        machine
    }

    fn initialise(&mut self, memories: &[u32]) {
        let header = self.at::<Header>(0);
        header.context.intrinsics = &super::intrinsics::TABLE;
        header.context.block = self.block.cast();
        for i in 0..self.layout.instance_count {
            let state = self.state(i);
            state.may_leave = 1;
            state.handles = HandleTable { free_head: 1, limit: 2, quota: QUOTA, reserved: 0 };
        }
        let bases: Vec<*mut u8> = memories
            .iter()
            .map(|at| {
                let base = map_guarded(MEMORY);
                *self.at::<MemoryDef>(*at) = MemoryDef { base, len: MEMORY as u64, owner: core::ptr::null() };
                base
            })
            .collect();
        MEMORIES.set(bases);
    }

    /// Gives the memory back, for tests that make many machines.
    pub fn unmap(self) {
        // SAFETY: nobody uses the machine any more.
        unsafe {
            libc::munmap(self.block.cast(), self.layout.total_size as usize);
            libc::munmap(self.code.cast(), CODE);
            for base in MEMORIES.take() {
                unmap_guarded(base, MEMORY);
            }
            for (base, size) in HOST_BUFFERS.take() {
                unmap_guarded(base, size);
            }
        }
    }

    #[allow(clippy::mut_from_ref)]
    pub fn at<T>(&self, offset: u32) -> &mut T {
        // SAFETY: offsets come from the block's layout; tests use one reference at a time.
        unsafe { &mut *self.block.add(offset as usize).cast::<T>() }
    }

    #[allow(clippy::mut_from_ref)]
    pub fn state(&self, instance: u32) -> &mut InstanceState {
        self.at(self.layout.instance_state(instance))
    }

    pub fn entry(&self, instance: u32, index: u32) -> HandleEntry {
        *self.at((self.layout.handle_entries(instance) + u64::from(index * HandleEntry::SIZE)) as u32)
    }

    fn link(&mut self, functions: Vec<Function>, isa: &dyn TargetIsa) {
        let memory = self.code;
        let (mut next, mut relocs) = (0, Vec::new());
        for func in functions {
            let signature = func.signature.clone();
            let (namespace, index) = match &func.name {
                cranelift_codegen::ir::UserFuncName::User(name) => (name.namespace, name.index),
                _ => unreachable!("tests name their functions"),
            };
            let key = FuncKey::decode(namespace, index);
            let names = func.params.user_named_funcs().clone();
            let mut compilation = Compilation::for_function(func);
            let code = compilation.compile(isa, &mut Default::default()).unwrap_or_else(|e| panic!("{e:?}"));
            let start = memory as usize + next;
            // SAFETY: the mapping is large enough for all code of a test.
            unsafe { std::ptr::copy(code.code_buffer().as_ptr(), start as *mut u8, code.code_buffer().len()) };
            for trap in code.buffer.traps() {
                self.traps.insert(start + trap.offset as usize, crate::clif::trap::trap_kind(trap.code));
            }
            for reloc in code.buffer.relocs() {
                let FinalizedRelocTarget::ExternalName(cranelift_codegen::ir::ExternalName::User(name)) = &reloc.target
                else {
                    panic!("unexpected relocation {reloc:?}")
                };
                let name = &names[*name];
                let target = FuncKey::decode(name.namespace, name.index);
                relocs.push((start + reloc.offset as usize, reloc.kind, reloc.addend, target));
            }
            next = (next + code.code_buffer().len()).next_multiple_of(64);
            self.addresses.insert(key, start);
            self.signatures.insert(key, signature);
        }
        for (at, kind, addend, target) in relocs {
            assert_eq!(kind, Reloc::X86CallPCRel4);
            let value = self.addresses[&target] as i64 + addend - at as i64;
            // SAFETY: the relocation lies in code that was just written.
            unsafe { (at as *mut i32).write_unaligned(i32::try_from(value).unwrap()) };
        }
    }

    /// Calls a function that must return; gives its first result.
    pub fn call(&self, key: FuncKey, args: &[u64]) -> u64 {
        self.attempt(key, args).unwrap_or_else(|kind| panic!("{key:?} trapped: {kind:?}"))
    }

    /// Calls a function that must trap; gives the kind and the values of the trap.
    pub fn trap(&self, key: FuncKey, args: &[u64]) -> (TrapKind, [u64; 4]) {
        let kind = self.attempt(key, args).expect_err("the call traps");
        (kind, self.at::<Header>(0).trap_values)
    }

    /// Calls a function: its first result (0 if it has none), or what it trapped with.
    pub fn attempt(&self, key: FuncKey, args: &[u64]) -> Result<u64, TrapKind> {
        let entry = entry_trampoline(&self.signatures[&key]);
        // SAFETY: the trampoline has this signature.
        let entry: CoreEntry = unsafe { std::mem::transmute(entry) };
        let mut slots: Vec<[u64; 2]> = args.iter().map(|arg| [*arg, 0]).collect();
        slots.push([0; 2]);
        // SAFETY: the function's parameters are in the slots, and there is one for its result.
        landing::run(self, |landing| unsafe {
            entry(self.block, self.addresses[&key], self.block, slots.as_mut_ptr(), landing)
        })?;
        Ok(slots[0][0])
    }

    /// The kind of the trap site at an address.
    pub fn trap_at(&self, pc: usize) -> Option<TrapKind> {
        self.traps.get(&pc).copied()
    }

    /// Adds an entry to a handle table, as `Table.add` does.
    pub fn add_handle(&self, instance: u32, tag: u32, rep: u32) -> u32 {
        let table = &mut self.state(instance).handles;
        let index = table.free_head;
        while table.limit <= index {
            assert!(table.limit < table.quota, "the test's tables are large enough");
            table.limit = (table.limit * 2).min(table.quota);
        }
        let entry = self.handle(instance, index);
        table.free_head = (index + 1).wrapping_add(entry.aux);
        *entry = HandleEntry { tag, lends: 0, rep, aux: 0 };
        index
    }

    /// An entry of a handle table, to be changed.
    #[allow(clippy::mut_from_ref)]
    pub fn handle(&self, instance: u32, index: u32) -> &mut HandleEntry {
        self.at((self.layout.handle_entries(instance) + u64::from(index * HandleEntry::SIZE)) as u32)
    }
}

type CoreEntry = unsafe extern "C" fn(*mut u8, usize, *mut u8, *mut [u64; 2], *mut Landing) -> u32;

thread_local! {
    /// Entry trampolines that have been made.
    static TRAMPOLINES: RefCell<HashMap<Signature, usize>> = RefCell::default();
}

/// The entry trampoline for functions of a signature.
fn entry_trampoline(signature: &Signature) -> usize {
    TRAMPOLINES.with_borrow_mut(|made| {
        *made.entry(signature.clone()).or_insert_with(|| {
            let isa = host_isa(false);
            let mut cx = FunctionBuilderContext::new();
            let convention = Convention::of(&*isa);
            let func = crate::clif::entry::core_entry(convention, &mut cx, FuncKey::CoreEntry(0), signature.clone());
            let mut compilation = Compilation::for_function(func);
            let code = compilation.compile(&*isa, &mut Default::default()).unwrap_or_else(|e| panic!("{e:?}"));
            assert!(code.buffer.relocs().is_empty());
            let memory = map(4096, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC);
            assert!(code.code_buffer().len() <= 4096);
            // SAFETY: the page is large enough.
            unsafe { std::ptr::copy(code.code_buffer().as_ptr(), memory, code.code_buffer().len()) };
            memory as usize
        })
    })
}

/// Memory of the host at a multiple of `align`. The next multiple after its end cannot be accessed.
pub fn host_buffer(size: usize, align: usize) -> *mut u8 {
    const PAGE: usize = 4096;
    let whole = size.next_multiple_of(PAGE);
    let base = map_guarded(whole);
    HOST_BUFFERS.with_borrow_mut(|buffers| buffers.push((base, whole)));
    base.wrapping_add((whole - size) / align * align)
}

/// Fresh memory between two ranges that cannot be accessed. `size` is that of whole pages.
fn map_guarded(size: usize) -> *mut u8 {
    let base = map(size + 2 * GUARD, libc::PROT_NONE).wrapping_add(GUARD);
    // SAFETY: the range lies in the fresh mapping.
    let status = unsafe { libc::mprotect(base.cast(), size, libc::PROT_READ | libc::PROT_WRITE) };
    assert_eq!(status, 0);
    base
}

/// Gives back what [`map_guarded`] gave.
///
/// # Safety
///
/// Nobody may use it any more.
unsafe fn unmap_guarded(base: *mut u8, size: usize) {
    // SAFETY: the caller vouches for it.
    unsafe { libc::munmap(base.wrapping_sub(GUARD).cast(), size + 2 * GUARD) };
}

/// Fresh memory, all zero.
fn map(size: usize, protection: i32) -> *mut u8 {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a fresh mapping.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), size, protection, flags, -1, 0) };
    assert_ne!(memory, libc::MAP_FAILED);
    memory.cast()
}
