//! Hand-made guests: CLIF functions compiled for this host, with the metadata that a compiler would
//! write.

use crate::Component;
use crate::image::engine::Engine;
use crate::image::loaded::Image;
use cantilever_abi::block::memory::RESERVATION;
use cantilever_abi::block::{BlockLayoutBuilder, Context, INTRINSICS_VERSION, Landing, Supervision, TrapKind};
use cantilever_abi::{FuncKey, FuncType, Resource, Types};
use cantilever_object::artifact::{
    Artifact, CoreFuncType, ExportEntry, FunctionEntry, FunctionIdentity, ImportEntry, Instantiation, TemplateItem,
};
use cantilever_object::load::{ObjectFile, Relocation, RelocationKind, RelocationTarget};
use cantilever_object::sites::{Site, SiteKind, SiteTable, encode};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{
    self, AbiParam, ArgumentPurpose, BlockCall, ExceptionTableData, ExceptionTableItem, Function, InstBuilder,
    MemFlagsData, Signature, TrapCode, UserFuncName, Value, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context as Compiler, FinalizedRelocTarget};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use std::mem::offset_of;
use std::sync::Arc;

/// The first core type of every guest: that of destructors.
pub(super) const DTOR_TYPE: u32 = 0;
const I64: ir::Type = types::I64;

/// A guest under construction.
pub(super) struct Guest {
    isa: OwnedTargetIsa,
    pub(super) artifact: Artifact,
    pub(super) text: Vec<u8>,
    pub(super) data: Vec<u8>,
    /// The table of sites.
    pub(super) sites: Vec<u8>,
    calls: Vec<(u64, FuncKey, i64)>,
}

/// Emits the body of a function: gets its parameters, `vmctx` or the block first.
pub(super) type Body<'a> = &'a dyn Fn(&mut FunctionBuilder<'_>, &[Value]);

impl Guest {
    /// A guest with one component instance and room for `slots` slots of 64 bytes, whose offsets
    /// are returned.
    pub(super) fn new(slots: u32) -> (Self, Vec<u32>) {
        let mut flags = settings::builder();
        flags.set("unwind_info", "false").unwrap();
        flags.set("preserve_frame_pointers", "true").unwrap();
        let isa = cranelift_native::builder().unwrap().finish(settings::Flags::new(flags)).unwrap();
        let mut layout = BlockLayoutBuilder::new(1, 1 << 12, 1).unwrap();
        let offsets = (0..slots).map(|_| layout.arena.array::<[u64; 8]>(1).unwrap()).collect();
        let artifact = Artifact {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            intrinsics: INTRINSICS_VERSION,
            triple: target_lexicon::Triple::host().to_string(),
            cpu_features: Vec::new(),
            layout: layout.finish().unwrap(),
            types: Types::default(),
            resources: Vec::new(),
            core_type_decls: vec![cantilever_abi::CoreTypeDecl::default()],
            core_types: vec![CoreFuncType {
                params: vec![cantilever_object::artifact::CoreValType::I32],
                results: vec![],
            }],
            imports: Vec::new(),
            exports: Vec::new(),
            instantiation: Instantiation::default(),
            elements: Vec::new(),
            functions: Vec::new(),
            dissolved: Vec::new(),
            trap_sites: 0,
            modules: Vec::new(),
            supervision: Supervision::default(),
            memory_reservation: RESERVATION,
            handlers: Vec::new(),
            keeps_exceptions: false,
            is_module: false,
        };
        (Guest { isa, artifact, text: Vec::new(), data: Vec::new(), sites: Vec::new(), calls: Vec::new() }, offsets)
    }

    /// Exports a function, whose adapter has the body.
    pub(super) fn export(&mut self, name: &str, ty: FuncType, body: Body<'_>) {
        let lift = self.artifact.exports.len() as u32;
        self.core(FuncKey::Lift(lift), &[I64, I64], body);
        let entry = FuncKey::Entry(lift);
        self.define(entry, &c_signature(4), &|b, params| {
            let callee = declare(b, FuncKey::Lift(lift), core_signature(&[I64, I64]));
            let sig = b.func.dfg.ext_funcs[callee].signature;
            landing(b, params[3], sig, &|b, table| {
                b.ins().try_call(callee, &params[..3], table);
            });
        });
        self.artifact.exports.push((name.to_owned(), ExportEntry::Func { lift, ty }));
    }

    /// Adds an import.
    pub(super) fn import(&mut self, path: &[&str], kind: cantilever_object::artifact::ImportSlot) {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        self.artifact.imports.push(ImportEntry { path, kind });
    }

    /// Adds a resource type with a destructor of this body.
    pub(super) fn resource(&mut self, resource: Resource, dtor: Body<'_>) {
        let id = self.artifact.resources.len() as u32;
        self.artifact.resources.push(resource);
        self.core(FuncKey::Dtor(id), &[types::I32], dtor);
        self.define(FuncKey::CoreEntry(DTOR_TYPE), &c_signature(5), &|b, params| {
            let rep = b.ins().load(types::I32, MemFlagsData::trusted(), params[3], 0);
            let sig = b.import_signature(core_signature(&[types::I32]));
            landing(b, params[4], sig, &|b, table| {
                b.ins().try_call_indirect(params[1], &[params[2], rep], table);
            });
        });
    }

    /// Adds an item to the template.
    pub(super) fn template(&mut self, item: TemplateItem) {
        self.artifact.instantiation.template.push(item);
    }

    /// Adds a function of the core convention without results.
    pub(super) fn core(&mut self, key: FuncKey, params: &[ir::Type], body: Body<'_>) {
        self.define(key, &core_signature(params), &|b, params| {
            body(b, params);
            b.ins().return_(&[]);
        });
    }

    /// Compiles a function and appends it to the text.
    fn define(&mut self, key: FuncKey, signature: &Signature, body: Body<'_>) {
        let (namespace, index) = key.encode();
        let mut func = Function::with_name_signature(UserFuncName::user(namespace, index), signature.clone());
        if signature.call_conv == CallConv::Tail {
            let vmctx = func.create_global_value(ir::GlobalValueData::VMContext);
            let flags = func.dfg.mem_flags.insert(MemFlagsData::trusted()).unwrap();
            let limit = ir::GlobalValueData::Load {
                base: vmctx,
                offset: (offset_of!(Context, stack_limit) as i32).into(),
                global_type: I64,
                flags,
            };
            func.stack_limit = Some(func.create_global_value(limit));
        }
        let mut cx = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(&mut func, &mut cx);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params = b.block_params(entry).to_vec();
        body(&mut b, &params);
        b.seal_all_blocks();
        b.finalize(self.isa.frontend_config());
        let mut compiler = Compiler::for_function(func);
        compiler.compile(&*self.isa, &mut Default::default()).unwrap();
        self.append(key, &compiler);
    }

    fn append(&mut self, key: FuncKey, compiler: &Compiler) {
        let code = compiler.compiled_code().unwrap();
        self.text.resize(self.text.len().next_multiple_of(64), 0);
        let start = self.text.len() as u32;
        self.text.extend_from_slice(code.code_buffer());
        let traps = code.buffer.traps().iter().map(|trap| {
            let kind = match trap.code {
                TrapCode::STACK_OVERFLOW => TrapKind::StackOverflow as u8,
                code => code.as_raw().get(),
            };
            Site { at: trap.offset, kind: SiteKind::Trap(kind), scope: 0, source: Some(0x1234) }
        });
        let block = encode(&[], &traps.collect::<Vec<_>>());
        let sites = block.len() as u32;
        self.sites.extend(block);
        for reloc in code.buffer.relocs() {
            let FinalizedRelocTarget::ExternalName(ir::ExternalName::User(name)) = &reloc.target else { panic!() };
            let name = &compiler.func.params.user_named_funcs()[*name];
            let expected = if cfg!(target_arch = "x86_64") { Reloc::X86CallPCRel4 } else { Reloc::Arm64Call };
            assert_eq!(reloc.kind, expected);
            let target = FuncKey::decode(name.namespace, name.index);
            self.calls.push((u64::from(start + reloc.offset), target, reloc.addend));
        }
        let len = code.code_buffer().len() as u32;
        let identity = FunctionIdentity { key, name: format!("{key:?}"), source: 0 };
        self.artifact.functions.push(FunctionEntry { start, len, identity, sites });
    }

    /// Where calls are to be patched.
    pub(super) fn relocations(&self) -> Vec<Relocation> {
        let kind = if cfg!(target_arch = "x86_64") { RelocationKind::Relative32 } else { RelocationKind::Call26 };
        let function = |key| self.artifact.functions.iter().find(|function| function.identity.key == key).unwrap();
        let target = |key| RelocationTarget::Text(u64::from(function(key).start));
        let calls = self.calls.iter();
        calls.map(|(at, key, addend)| Relocation { at: *at, kind, target: target(*key), addend: *addend }).collect()
    }

    /// The guest as a component.
    pub(super) fn load(&self, engine: &Engine) -> Component {
        // SAFETY: the code is the test's own, which the test answers for.
        Component(Arc::new(unsafe { Image::from_parts(engine, self.object()) }.unwrap()))
    }

    /// What the loader would read.
    pub(super) fn object(&self) -> ObjectFile<'_> {
        ObjectFile {
            artifact: self.artifact.clone(),
            text: &self.text,
            relocations: self.relocations(),
            data: &self.data,
            sites: Arc::new(SiteTable::new(&self.artifact.functions, &self.sites).unwrap()),
            lines: &[],
        }
    }
}

/// A function of the same guest.
pub(super) fn declare(b: &mut FunctionBuilder<'_>, key: FuncKey, signature: Signature) -> ir::FuncRef {
    let (namespace, index) = key.encode();
    let name = b.func.declare_imported_user_function(ir::UserExternalName { namespace, index });
    let signature = b.import_signature(signature);
    let name = ir::ExternalName::user(name);
    b.import_function(ir::ExtFuncData { name, signature, colocated: true, patchable: false })
}

/// The C signature of an entry trampoline.
pub(super) fn c_signature(params: usize) -> Signature {
    let mut signature = Signature::new(CallConv::triple_default(&target_lexicon::Triple::host()));
    signature.params = vec![AbiParam::new(I64); params];
    signature.returns = vec![AbiParam::new(types::I32)];
    signature
}

/// The signature of a core-convention function without results.
pub(super) fn core_signature(params: &[ir::Type]) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params = vec![AbiParam::special(I64, ArgumentPurpose::VMContext)];
    signature.params.extend(params.iter().copied().map(AbiParam::new));
    signature
}

/// Ends an entry trampoline: a call on whose exceptional path traps land, which it writes to `to`.
fn landing(
    b: &mut FunctionBuilder<'_>,
    to: Value,
    signature: ir::SigRef,
    call: &dyn Fn(&mut FunctionBuilder<'_>, ir::ExceptionTable),
) {
    let fields = [offset_of!(Landing, sp), offset_of!(Landing, fp), offset_of!(Landing, handler)];
    let flags = MemFlagsData::trusted();
    let (calling, normal, exceptional) = (b.create_block(), b.create_block(), b.create_block());
    b.ins().jump(calling, &[]);
    b.switch_to_block(calling);
    let own = [
        b.ins().get_stack_pointer(I64),
        b.ins().get_frame_pointer(I64),
        b.ins().get_exception_handler_address(I64, calling, 0),
    ];
    for (field, value) in fields.into_iter().zip(own) {
        b.ins().store(flags, value, to, field as i32);
    }
    let lists = &mut b.func.dfg.value_lists;
    let (to_normal, to_exceptional) = (BlockCall::new(normal, [], lists), BlockCall::new(exceptional, [], lists));
    let table = ExceptionTableData::new(signature, to_normal, [ExceptionTableItem::Default(to_exceptional)]);
    let table = b.func.dfg.exception_tables.push(table);
    call(b, table);
    for (block, status) in [(normal, 0), (exceptional, 1)] {
        b.switch_to_block(block);
        let status = b.ins().iconst(types::I32, status);
        b.ins().return_(&[status]);
    }
}

/// A CLIF trap code for a kind.
pub(super) fn code(kind: TrapKind) -> TrapCode {
    TrapCode::unwrap_user(kind as u8)
}
