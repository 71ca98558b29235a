#!/bin/sh
# Runs the tests in which guests misbehave under address sanitizer. The sanitizer watches the runtime's
# own code: string routines, copies of lists, values of the host, handle tables. Compiled code is not
# instrumented, so the tests themselves look at it: crates/runtime/src/tests/hostile.rs compares all
# state, the tests of crates/pass have memories between guards, and crates/runtime/src/memory/fences.rs stands
# behind the host's buffers.
#
# Needs x86-64 Linux, and the stable compiler with its sanitizer runtime. RUSTC_BOOTSTRAP unlocks the
# compiler's unstable switch. Everything is compiled anew, into target/asan. Arguments replace the
# default choice of tests:
#
#     tests/sanitize.sh --test suite typed::
set -eu
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=address"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target/asan}"
# Signals are ours: traps of guests are hardware faults. Stores may outlive tests, so leaks are not
# looked for. Allocations that are too large are refused, and locals lie on the stack: some tests want
# it so.
signals="handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:use_sigaltstack=0"
export ASAN_OPTIONS="$signals:detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0"
test="cargo test --target x86_64-unknown-linux-gnu"
if [ $# -gt 0 ]; then
    exec $test "$@"
fi
$test --lib
$test --test suite -- isolation:: filetests:: typed::
