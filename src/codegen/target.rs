//! The target: Cranelift's ISA and its settings.

use crate::error::Error;
use crate::options::{CompileOptions, OptLevel};
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use target_lexicon::{Architecture, Triple};

/// The CPU that an x86-64 triple without further word means: one with SSE 4.2 and POPCNT
/// (x86-64-v2), so that rounding needs no library call.
const X86_64_BASELINE: &[&str] = &["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"];

/// The ISA for a compilation.
pub fn isa(options: &CompileOptions) -> Result<OwnedTargetIsa, Error> {
    let failed = |reason: String| Error::Target { reason };
    let flags = settings::Flags::new(flags(options).map_err(|e| failed(e.to_string()))?);
    let mut builder = match &options.target {
        None => cranelift_native::builder().map_err(|e| failed(e.to_owned()))?,
        Some(name) => {
            let triple: Triple = name.parse().map_err(|e| failed(format!("`{name}` is not a target triple: {e}")))?;
            let mut builder = isa::lookup(triple.clone()).map_err(|e| failed(format!("`{name}`: {e}; {SUPPORTED}")))?;
            if triple.architecture == Architecture::X86_64 {
                for feature in X86_64_BASELINE {
                    builder.enable(feature).map_err(|e| failed(e.to_string()))?;
                }
            }
            builder
        }
    };
    if matches!(builder.triple().pointer_width(), Ok(width) if width.bytes() != 8) {
        return Err(failed(format!("`{}` does not have 64-bit pointers; {SUPPORTED}", builder.triple())));
    }
    if builder.triple().architecture == Architecture::X86_64 && options.target.is_none() {
        // SSE 4.1 is what Cranelift needs to round without library calls; every CPU since 2008 has
        // it.
        for feature in X86_64_BASELINE {
            builder.enable(feature).map_err(|e| failed(e.to_string()))?;
        }
    }
    builder.finish(flags).map_err(|e| failed(e.to_string()))
}

const SUPPORTED: &str = "supported are x86_64, aarch64, riscv64gc and s390x, for example aarch64-unknown-linux-gnu";

fn flags(options: &CompileOptions) -> settings::SetResult<settings::Builder> {
    let mut flags = settings::builder();
    let opt_level = match options.opt_level {
        OptLevel::None => "none",
        OptLevel::Speed => "speed",
        OptLevel::SpeedAndSize => "speed_and_size",
    };
    flags.set("opt_level", opt_level)?;
    flags.set("is_pic", "true")?;
    flags.set("use_colocated_libcalls", "false")?;
    flags.set("enable_probestack", "false")?;
    flags.set("preserve_frame_pointers", "true")?;
    // Results that registers cannot hold lie in an area of the caller.
    flags.set("enable_multi_ret_implicit_sret", "true")?;
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
    flags.set("enable_heap_access_spectre_mitigation", if options.spectre_guard { "true" } else { "false" })?;
    flags.set("enable_table_access_spectre_mitigation", if options.spectre_guard { "true" } else { "false" })?;
    Ok(flags)
}

/// The CPU features that the code may use, by the names of `std::is_x86_feature_detected!` and its
/// siblings.
pub fn cpu_features(isa: &dyn TargetIsa) -> Vec<String> {
    let enabled = |value: &settings::Value| value.as_bool() == Some(true) && value.name.starts_with("has_");
    let name = |value: settings::Value| std_name(value.name.trim_start_matches("has_"));
    isa.isa_flags().into_iter().filter(enabled).map(name).collect()
}

/// A target with everything about it that machine code depends on, as text.
#[cfg(feature = "cache")]
pub fn identity(isa: &dyn TargetIsa) -> String {
    let features: Vec<String> = isa.isa_flags().iter().map(settings::Value::to_string).collect();
    format!("{}\n{}\n{}", isa.triple(), isa.flags(), features.join("\n"))
}

/// The standard library's name of a feature that Cranelift names differently.
fn std_name(feature: &str) -> String {
    match feature {
        "sse41" => "sse4.1",
        "sse42" => "sse4.2",
        "avx_vnni" => "avxvnni",
        "pauth" => "paca",
        other => other,
    }
    .to_owned()
}
