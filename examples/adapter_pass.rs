//! The adapter pass alone, for authors of other runtimes: it needs neither our decoder, nor our
//! core-code compiler, nor our runtime.
//!
//! We describe by hand two component instances. Instance 0 implements a resource type `counter` and
//! lifts a core function as `[method]counter.get: func(self: borrow<counter>) -> u32`. Instance 1
//! imports both: it lowers the method, and has a `resource.drop`. The pass turns each of the two
//! into a CLIF function, which we print and compile; and whatever adds handles calls a third one
//! when a table is full.
//!
//! ```text
//! cargo run --example adapter_pass --no-default-features
//! ```

use cantilever::abi::adapter::Dtor;
use cantilever::abi::block::{BlockLayoutBuilder, FuncDef, Supervision};
use cantilever::abi::{
    Adapter, Builtin, Callee, CanonOptions, FuncKey, FuncType, GuestSide, LiftSide, LowerSide, Resource, ResourceImpl,
    TypeDef, Types, ValType,
};
use cantilever::pass::canon::{CanonEnv, FillRooms, Parts, emit_adapter, emit_builtin};
use cantilever::pass::clif::Convention;
use cantilever::pass::handles::emit_grow;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::{Context, settings, verify_function};
use cranelift_entity::PrimaryMap;
use cranelift_frontend::FunctionBuilderContext;

type Failure = Box<dyn std::error::Error>;

/// The component instance that implements the resource type, and the one that uses it.
const MAKER: u32 = 0;
const USER: u32 = 1;

/// Emits, compiles and calls an adapter.
pub fn main() -> Result<(), Failure> {
    let isa = target()?;

    // Resource types have identities, which are in the handles' tags. Value types are interned
    // bottom-up.
    let mut resources = PrimaryMap::new();
    let counter = resources.push(Resource {
        name: "counter".to_owned(),
        implementer: ResourceImpl::Guest(MAKER),
        has_dtor: false,
    });
    let mut types = Types::default();
    let borrow = ValType::Type(types.intern(TypeDef::Borrow(counter)));
    let ty = FuncType { params: vec![("self".to_owned(), borrow)], result: Some(ValType::U32), is_async: false };

    // The instance block: handle tables and flags for two instances, and one slot through which the
    // adapter finds the lifted core function. A runtime allocates the block by the finished layout,
    // and writes the function's address to the slot.
    let mut block = BlockLayoutBuilder::new(2, 1 << 16, 0)?;
    let slot = block.arena.one::<FuncDef>()?;
    let layout = block.finish()?;

    let dtors = resources.keys().map(|_| Dtor::None).collect();
    // Adapters of large types are cut into parts; this one is small.
    let parts = Parts::default();
    // No host function fills its result in a guest's memory.
    let fill_rooms = FillRooms::default();
    let env = CanonEnv {
        types: &types,
        resources: &resources,
        dtors: &dtors,
        core_types: &PrimaryMap::new(),
        layout: &layout,
        convention: Convention::of(&*isa),
        keeps_tasks: &[],
        parts: &parts,
        fill_rooms: &fill_rooms,
        may_always_leave: &[],
        counts_borrows: &[],
        spectre: true,
        supervision: Supervision::default(),
    };
    let mut builder = FunctionBuilderContext::new();

    // An adapter joins a lower to a lift. No memory occurs in this type, so the options are empty.
    let side = |instance| GuestSide { instance, options: CanonOptions::default() };
    let adapter = Adapter {
        name: "adapter[counter.get]".to_owned(),
        ty,
        lower: LowerSide::Guest(side(USER)),
        lift: LiftSide::Guest { side: side(MAKER), callee: Callee::Slot(slot) },
    };
    let adapted = emit_adapter(&env, &mut builder, FuncKey::Canon(0), &adapter);
    show(&*isa, &adapter.name, adapted)?;

    // A built-in of the user.
    let drop = emit_builtin(&env, &mut builder, FuncKey::Canon(1), USER, &Builtin::ResourceDrop(counter));
    show(&*isa, "canon.resource.drop[counter]", drop)?;

    // What code that adds handles calls as `FuncKey::GrowHandles`. It calls the runtime, and
    // preserves all registers.
    show(&*isa, "canon.handles.grow", emit_grow(env.convention, &mut builder))
}

/// Some 64-bit target that this Cranelift knows: code for another machine than this one is as good
/// here.
fn target() -> Result<OwnedTargetIsa, Failure> {
    Ok(isa::lookup_by_name("x86_64-unknown-linux-gnu")?.finish(settings::Flags::new(settings::builder()))?)
}

/// Prints a function and compiles it.
fn show(isa: &dyn isa::TargetIsa, name: &str, function: Function) -> Result<(), Failure> {
    verify_function(&function, isa)?;
    println!("; {name}\n{function}");
    let mut context = Context::for_function(function);
    let code =
        context.compile(isa, &mut ControlPlane::default()).map_err(|error| format!("{name}: {:?}", error.inner))?;
    assert!(!code.code_buffer().is_empty());
    println!(
        "; {} bytes of machine code, {} of its instructions can trap\n",
        code.code_buffer().len(),
        code.buffer.traps().len()
    );
    Ok(())
}
