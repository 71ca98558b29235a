//! Makes a random module from a seed.
//!
//! Every module ends whatever it is called with: it counts down a global, which it exports as
//! [`FUEL`]. It is deterministic: NaNs are made canonical.

use super::lifted::{Lifted, is_lifted};
use super::random::Random;
use super::rewrite::rewrite;
use super::shape::Shape;
use arbitrary::Unstructured;
use wasm_smith::{Config, InstructionKind, InstructionKinds};

/// The export that bounds how long a call runs.
pub const FUEL: &str = "the fuel that is left";

/// A module, and how it is tried.
pub struct Case {
    pub seed: u64,
    /// The module.
    pub wasm: Vec<u8>,
    /// What is called and looked at: the module's exports, or those of the component around it.
    pub shape: Shape,
    /// How the module lies in a component, when it does.
    pub lifted: Option<Lifted>,
}

impl Case {
    /// The case of a seed.
    pub fn new(seed: u64) -> Case {
        (0..).find_map(|attempt| Case::attempt(seed, attempt)).expect("some attempt succeeds")
    }

    /// The case of a module and a seed. `None` when the module is not valid, or has types that are
    /// not compared.
    pub fn of(seed: u64, wasm: Vec<u8>) -> Option<Case> {
        let shape = Shape::of(&wasm)?;
        if !is_lifted(seed) {
            return Some(Case { seed, wasm, shape, lifted: None });
        }
        let (lifted, shape) = Lifted::new(seed, &shape);
        Some(Case { seed, wasm, shape, lifted: Some(lifted) })
    }

    /// `None` when the generator runs out of random bytes, or makes something that is not compared.
    fn attempt(seed: u64, attempt: u64) -> Option<Case> {
        let mut random = Random::new(Random::new(seed).next() ^ attempt);
        let config = config(&mut random, is_lifted(seed));
        let len = random.one_of(&[2000, 8000, 30_000]);
        let bytes = random.bytes(len);
        let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
        let global = module.ensure_termination(fuel(seed)).ok()?;
        let wasm = rewrite(&module.to_bytes(), (FUEL, global), &mut random)?;
        Case::of(seed, wasm)
    }
}

/// What a call may use of [`FUEL`].
pub fn fuel(seed: u64) -> u32 {
    Random::new(seed).one_of(&[100, 1000, 1000, 20_000])
}

/// What modules may consist of: the supported proposals, in small measure, and often only some
/// kinds of instructions.
fn config(random: &mut Random, lifted: bool) -> Config {
    Config {
        allowed_instructions: instructions(random),
        bulk_memory_enabled: true,
        canonicalize_nans: true,
        compact_imports_enabled: false,
        custom_page_sizes_enabled: true,
        disallow_traps: random.below(2) == 0,
        exceptions_enabled: true,
        export_everything: true,
        extended_const_enabled: true,
        gc_enabled: false,
        max_data_segments: 5,
        max_element_segments: 5,
        max_elements: 10,
        min_element_segments: random.one_of(&[0, 2]),
        max_funcs: 12,
        max_globals: 6,
        max_imports: if lifted { 0 } else { 8 },
        max_instructions: random.one_of(&[20, 60, 150, 400]),
        max_memories: 3,
        max_memory32_bytes: 1 << 18,
        max_memory64_bytes: 1 << 18,
        max_table_elements: random.one_of(&[8, 8, 100]),
        max_tables: 4,
        max_tags: 4,
        max_type_size: 100_000,
        max_types: random.one_of(&[3, 10]),
        memory64_enabled: true,
        min_funcs: random.one_of(&[1, 2, 5, 10]),
        min_globals: 1,
        min_imports: if lifted { 0 } else { random.one_of(&[0, 0, 2, 5]) },
        min_memories: random.below(2) as u32,
        min_tables: random.below(2) as u32,
        min_types: random.one_of(&[1, 3]),
        multi_value_enabled: true,
        reference_types_enabled: true,
        relaxed_simd_enabled: true,
        simd_enabled: true,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: true,
        ..Config::default()
    }
}

fn instructions(random: &mut Random) -> InstructionKinds {
    use InstructionKind::{Control, Memory, Numeric, Parametric, Reference, Table, Variable, Vector};
    if random.below(3) == 0 {
        return InstructionKinds::all();
    }
    let kinds: Vec<_> = [Numeric, Vector, Reference, Parametric, Variable, Table, Memory, Control]
        .into_iter()
        .filter(|_| random.below(3) != 0)
        .collect();
    InstructionKinds::new(&kinds)
}
