//! A machine for tests: compiles functions, links them in executable memory, and calls them on a hand-made block.
//!
//! Core functions of guests, and the host's, are Rust functions behind thunks. A call that is to trap runs in a child
//! process whose signal handler reports the trapping address.

use crate::block::*;
use crate::clif::signature::POINTER;
use crate::clif::{Convention, Emit, Region};
use crate::model::FuncKey;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{AbiParam, Function, InstBuilder, MemFlagsData, Signature, Type};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context as Compilation, FinalizedRelocTarget, isa};
use cranelift_frontend::FunctionBuilderContext;
use std::cell::RefCell;
use std::collections::HashMap;

/// The size of each guest's memory.
pub const MEMORY: usize = 1 << 20;
/// How many entries a handle table may have.
pub const QUOTA: u32 = 64;
/// The size of a machine's code.
const CODE: usize = 1 << 22;

thread_local! {
    /// Bases of the guests' memories, for Rust code that plays a guest.
    pub static MEMORIES: RefCell<Vec<*mut u8>> = const { RefCell::new(Vec::new()) };
}

/// A Rust function that plays a core function: the block, and slots for parameters and results.
pub type Native = unsafe extern "C" fn(*mut u8, *mut u64);

pub fn isa(triple: &str) -> OwnedTargetIsa {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").unwrap();
    flags.set("enable_verifier", "true").unwrap();
    flags.set("is_pic", "true").unwrap();
    isa::lookup_by_name(triple).unwrap().finish(settings::Flags::new(flags)).unwrap()
}

pub fn host_isa() -> OwnedTargetIsa {
    isa("x86_64-unknown-linux-gnu")
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
    /// Links functions, and makes a block with a memory for each guest, whose `MemoryDef`s are at `memories`.
    pub fn new(layout: BlockLayout, memories: &[u32], functions: Vec<Function>) -> Self {
        let block = map(layout.total_size as usize, libc::PROT_READ | libc::PROT_WRITE);
        let mut machine = Machine {
            block,
            layout,
            code: map(CODE, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC),
            addresses: HashMap::new(),
            signatures: HashMap::new(),
            traps: HashMap::new(),
        };
        machine.link(functions);
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
                let base = map(MEMORY, libc::PROT_READ | libc::PROT_WRITE);
                *self.at::<MemoryDef>(*at) = MemoryDef { base, len: MEMORY as u64 };
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
                libc::munmap(base.cast(), MEMORY);
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

    fn link(&mut self, functions: Vec<Function>) {
        let isa = host_isa();
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
            let code = compilation.compile(&*isa, &mut Default::default()).unwrap_or_else(|e| panic!("{e:?}"));
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

    /// Calls a function with slots, which hold its results afterwards.
    pub fn call(&self, key: FuncKey, args: &[u64]) -> u64 {
        let entry = self.entry_trampoline(key);
        let mut slots = args.to_vec();
        slots.push(0);
        // SAFETY: the trampoline has this signature.
        let entry: unsafe extern "C" fn(*mut u8, usize, *mut u64) = unsafe { std::mem::transmute(entry) };
        // SAFETY: the function's parameters are in the slots.
        unsafe { entry(self.block, self.addresses[&key], slots.as_mut_ptr()) };
        slots[0]
    }

    /// Calls a function that must trap; returns the kind and the values of the trap.
    pub fn trap(&self, key: FuncKey, args: &[u64]) -> (TrapKind, [u64; 4]) {
        let report = map(4096, libc::PROT_READ | libc::PROT_WRITE).cast::<usize>();
        // SAFETY: the child only calls compiled code and then exits.
        unsafe {
            match libc::fork() {
                0 => {
                    let mut action: libc::sigaction = std::mem::zeroed();
                    action.sa_flags = libc::SA_SIGINFO;
                    action.sa_sigaction = report_trap as *const () as usize;
                    libc::sigaction(libc::SIGILL, &action, std::ptr::null_mut());
                    REPORT.store(report as usize, std::sync::atomic::Ordering::SeqCst);
                    self.call(key, args);
                    libc::_exit(0)
                }
                child => {
                    let mut status = 0;
                    libc::waitpid(child, &mut status, 0);
                }
            }
        }
        // SAFETY: the page is shared with the child, which is gone.
        let pc = unsafe { report.read() };
        let kind = *self.traps.get(&pc).unwrap_or_else(|| panic!("no trap was reported ({pc:#x})"));
        (kind, self.at::<Header>(0).trap_values)
    }

    fn entry_trampoline(&self, key: FuncKey) -> usize {
        let signature = self.signatures[&key].clone();
        let (mut func, mut cx) = (Function::new(), FunctionBuilderContext::new());
        let mut outer = Signature::new(CallConv::SystemV);
        outer.params.extend([AbiParam::new(POINTER); 3]);
        let convention = Convention::of(&*host_isa());
        let (mut e, args) = Emit::c(&mut func, &mut cx, FuncKey::Entry(0), outer, convention);
        let flags = MemFlagsData::trusted();
        let mut values = vec![args[0]];
        for (i, param) in signature.params[1..].iter().enumerate() {
            values.push(e.b.ins().load(param.value_type, flags, args[2], i as i32 * 8));
        }
        let signature = e.b.func.import_signature(signature);
        let inst = e.b.ins().call_indirect(signature, args[1], &values);
        for (i, value) in e.b.inst_results(inst).to_vec().into_iter().enumerate() {
            e.b.ins().store(flags, value, args[2], i as i32 * 8);
        }
        e.b.ins().return_(&[]);
        e.finish();
        let code = Compilation::for_function(func).compile(&*host_isa(), &mut Default::default()).unwrap().clone();
        let memory = map(4096, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC);
        // SAFETY: a trampoline is shorter than a page.
        unsafe { std::ptr::copy(code.code_buffer().as_ptr(), memory, code.code_buffer().len()) };
        memory as usize
    }
}

static REPORT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

unsafe extern "C" fn report_trap(_: i32, siginfo: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let report = REPORT.load(std::sync::atomic::Ordering::SeqCst) as *mut usize;
    // SAFETY: `report` is the page of this process's parent; the siginfo is the kernel's.
    unsafe {
        report.write((*siginfo).si_addr() as usize);
        libc::_exit(1);
    }
}

/// Memory that child processes share.
fn map(size: usize, protection: i32) -> *mut u8 {
    let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a fresh mapping.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), size, protection, flags, -1, 0) };
    assert_ne!(memory, libc::MAP_FAILED);
    memory.cast()
}
