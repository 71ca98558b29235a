//! Assertions of older scripts that a later version of the specification took back. The validator
//! and the compiler follow the latest version, so each of these must fail; later versions of the
//! same scripts assert the contrary.

/// Scripts with the lines of their directives.
type Lines = &'static [(&'static str, &'static [usize])];

/// Reasons, each with what it supersedes.
const SUPERSEDED: &[(&str, Lines)] = &[
    (
        "a module may have several memories, since the multi-memory proposal",
        &[
            ("wasm-v1/imports.wast", &[404, 408, 412]),
            ("wasm-v1/memory.wast", &[8, 9]),
            ("wasm-v2/imports.wast", &[487, 491, 495]),
            ("wasm-v2/memory.wast", &[10, 11]),
            ("memory64/memory.wast", &[10, 11]),
            ("memory64/memory64.wast", &[8, 9]),
            ("reference-types/imports.wast", &[416, 420, 424]),
            ("threads/imports.wast", &[404, 408, 412]),
            ("threads/memory.wast", &[14, 15]),
        ],
    ),
    (
        "instructions name their memory by an index in any encoding of zero, since the multi-memory proposal",
        &[
            ("wasm-v2/binary.wast", &[145, 165, 184, 203, 242, 261, 279, 297]),
            ("function-references/binary.wast", &[145, 165, 184, 203, 242, 261, 279, 297]),
            ("memory64/binary.wast", &[876, 896, 915, 934, 973, 992, 1010, 1028]),
            ("multi-value/binary.wast", &[162, 182, 201, 220, 259, 278, 296, 314]),
            ("reference-types/binary.wast", &[756, 776, 795, 814, 853, 872, 890, 908]),
        ],
    ),
    (
        "a module may have several tables, since the reference-types proposal",
        &[("threads/imports.wast", &[309, 313, 317])],
    ),
    (
        "limits and offsets of memories have 64 bits, so their encoding may be longer, since the memory64 proposal",
        &[
            ("wasm-v1/binary-leb128.wast", &[216, 224, 403, 460]),
            ("wasm-v2/binary-leb128.wast", &[217, 225]),
            ("reference-types/binary-leb128.wast", &[217, 225, 404, 461]),
            ("reference-types/binary.wast", &[157, 354, 362, 419]),
        ],
    ),
    (
        "constant expressions may refer to any earlier global, since version 3",
        &[
            ("wasm-v2/data.wast", &[88, 92]),
            ("wasm-v2/elem.wast", &[170, 174]),
            ("wasm-v2/global.wast", &[351, 355]),
            ("extended-const/data.wast", &[84, 88]),
            ("extended-const/elem.wast", &[170, 174]),
            ("extended-const/global.wast", &[363, 367]),
        ],
    ),
    ("a function type may refer to itself, since version 3", &[("function-references/type-equivalence.wast", &[30])]),
    (
        "segments out of bounds trap and leave what was written before, since the bulk-memory proposal",
        &[("mutable-global/linking.wast", &[206, 227, 236, 238, 248, 298, 334, 342, 344, 354])],
    ),
    (
        "the labels of a `br_table` in unreachable code need no common type, since the reference-types proposal",
        &[("reference-types/unreached-invalid.wast", &[539])],
    ),
    ("`spectest` has no shared memory, for the threads proposal is not supported", &[("threads/imports.wast", &[501])]),
    (
        "the custom-descriptors proposal, which is not supported, has changed",
        &[
            ("custom-descriptors/br_on_cast_desc_eq.wast", &[456]),
            ("custom-descriptors/br_on_cast_desc_eq_fail.wast", &[432]),
            ("custom-descriptors/descriptors.wast", &[255, 262]),
            ("custom-descriptors/ref_cast_desc_eq.wast", &[168]),
        ],
    ),
];

/// Why a directive is superseded, if it is.
pub fn reason(script: &str, line: usize) -> Option<&'static str> {
    let names = |scripts: Lines| scripts.iter().any(|(name, lines)| *name == script && lines.contains(&line));
    SUPERSEDED.iter().find(|(_, scripts)| names(scripts)).map(|(reason, _)| *reason)
}
