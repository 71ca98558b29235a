#!/bin/sh
# Runs the tests in which guests misbehave under address sanitizer, which watches the runtime's own code: string routines,
# copies of lists, values of the host, handle tables. What compiled code does is not instrumented; for it the tests
# themselves look (crates/runtime/src/tests/hostile.rs compares all state, crates/pass/src/canon/tests/ has memories between guards,
# crates/runtime/src/memory/fences.rs stands behind the host's buffers).
#
# Needs x86-64 Linux, and the stable compiler with its sanitizer runtime, whose unstable switch RUSTC_BOOTSTRAP unlocks.
# Everything is compiled anew, into target/asan. Arguments are passed on to `cargo test` instead of the default choice:
#
#     tests/sanitize.sh --test typed
set -eu
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=address"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target/asan}"
# Signals are ours: traps of guests are hardware faults. Stores may outlive tests, so leaks are not looked for. Allocations that
# are too large are refused, and locals lie on the stack, as some tests want it.
signals="handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:use_sigaltstack=0"
export ASAN_OPTIONS="$signals:detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0"
if [ $# -eq 0 ]; then
    set -- --lib --test isolation --test filetests --test typed
fi
exec cargo test --target x86_64-unknown-linux-gnu "$@"
