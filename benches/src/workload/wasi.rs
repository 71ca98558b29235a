//! Calls of WASI 0.2 in a guest's loop, beside the same work in native Rust.

use super::{LIFT_RUN, Workload, run, sum};
use crate::bound::wasi as native;
use crate::contestant::Driver;

const GROUP: &str = "WASI";

/// What all guests import. Each of them uses some of it.
const IMPORTS: &str = r#"
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $p (sub resource)))
    (export "poll" (func (param "in" (list (borrow $p))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $p'))
    (export "pollable" (type $p (eq $p')))
    (export "now" (func (result u64)))
    (export "subscribe-instant" (func (param "when" u64) (result (own $p))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error-type (type $e'))
    (export "error" (type $e (eq $e')))
    (type $stop' (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $stop (eq $stop')))
    (export "output-stream" (type $o (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $o)) (param "contents" (list u8)) (result (result (error $stop)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:filesystem/types@0.2.0" (instance $types
    (alias outer 1 $output (type $o'))
    (export "output-stream" (type $o (eq $o')))
    (export "descriptor" (type $d (sub resource)))
    (type $code' (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
      "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
      "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
      "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device"
      "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
    (export "error-code" (type $code (eq $code')))
    (type $path-flags' (flags "symlink-follow"))
    (export "path-flags" (type $path-flags (eq $path-flags')))
    (type $open-flags' (flags "create" "directory" "exclusive" "truncate"))
    (export "open-flags" (type $open-flags (eq $open-flags')))
    (type $flags' (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync"
      "mutate-directory"))
    (export "descriptor-flags" (type $flags (eq $flags')))
    (export "[method]descriptor.write-via-stream"
      (func (param "self" (borrow $d)) (param "offset" u64) (result (result (own $o) (error $code)))))
    (export "[method]descriptor.read"
      (func (param "self" (borrow $d)) (param "length" u64) (param "offset" u64)
        (result (result (tuple (list u8) bool) (error $code)))))
    (export "[method]descriptor.write"
      (func (param "self" (borrow $d)) (param "buffer" (list u8)) (param "offset" u64)
        (result (result u64 (error $code)))))
    (export "[method]descriptor.open-at"
      (func (param "self" (borrow $d)) (param "path-flags" $path-flags) (param "path" string)
        (param "open-flags" $open-flags) (param "flags" $flags) (result (result (own $d) (error $code)))))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $descriptor (type $d'))
    (export "descriptor" (type $d (eq $d')))
    (export "get-directories" (func (result (list (tuple (own $d) string)))))))
"#;

/// The imports as core functions. The memory holds the names of the files at 16 and 20.
const LOWERED: &str = r#"
  (core module $Memory
    (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 1048576))
    ;; One place for what is large, as an allocator has that is given back what it gave. For the rest
    ;; from 1 MiB on, and from there again at 2 MiB.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.gt_u (local.get 3) (i32.const 4096)) (then (return (i32.const 2097152))))
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (if (i32.gt_u (global.get $next) (i32.const 2000000))
        (then (global.set $next (i32.const 1048576))))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (data (i32.const 16) "file") (data (i32.const 20) "sink"))
  (core instance $memory (instantiate $Memory))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $drop-pollable (canon resource.drop $pollable))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-instant")))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core func $stream-write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))))
  (core func $via-stream (canon lower (func $types "[method]descriptor.write-via-stream")
    (memory (core memory $memory "memory"))))
  (core func $read (canon lower (func $types "[method]descriptor.read")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $write (canon lower (func $types "[method]descriptor.write")
    (memory (core memory $memory "memory"))))
  (core func $open (canon lower (func $types "[method]descriptor.open-at")
    (memory (core memory $memory "memory"))))
  (core func $drop-descriptor (canon resource.drop $descriptor))
  (core func $directories (canon lower (func $preopens "get-directories")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
"#;

/// The core module's imports.
const CORE_IMPORTS: &str = r#"
  (import "w" "memory" (memory 64))
  (import "w" "poll" (func $poll (param i32 i32 i32)))
  (import "w" "drop-pollable" (func $drop-pollable (param i32)))
  (import "w" "now" (func $now (result i64)))
  (import "w" "subscribe" (func $subscribe (param i64) (result i32)))
  (import "w" "random" (func $random (result i64)))
  (import "w" "stream-write" (func $stream-write (param i32 i32 i32 i32)))
  (import "w" "via-stream" (func $via-stream (param i32 i64 i32)))
  (import "w" "read" (func $read (param i32 i64 i64 i32)))
  (import "w" "write" (func $write (param i32 i32 i32 i64 i32)))
  (import "w" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
  (import "w" "drop-descriptor" (func $drop-descriptor (param i32)))
  (import "w" "directories" (func $directories (param i32)))
  ;; Opens a file of four letters below the first directory, for reading and writing.
  (func $file (param $name i32) (param $flags i32) (result i32)
    (call $directories (i32.const 32))
    (call $open (i32.load (i32.load (i32.const 32))) (i32.const 0) (local.get $name) (i32.const 4) (i32.const 0)
      (local.get $flags) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (i32.load (i32.const 36)))
"#;

/// What the core module is given.
const GIVEN: &str = r#"
  (export "memory" (memory $memory "memory")) (export "poll" (func $poll))
  (export "drop-pollable" (func $drop-pollable)) (export "now" (func $now))
  (export "subscribe" (func $subscribe)) (export "random" (func $random))
  (export "stream-write" (func $stream-write))
  (export "via-stream" (func $via-stream)) (export "read" (func $read)) (export "write" (func $write))
  (export "open" (func $open)) (export "drop-descriptor" (func $drop-descriptor))
  (export "directories" (func $directories))
"#;

/// The flags `read` and `write` of a descriptor.
const READ: u32 = 1;
const WRITE: u32 = 2;

pub fn all() -> Vec<Workload> {
    let large = 64 << 10;
    vec![
        wasi("now", "", &sum("(i32.eqz (i32.wrap_i64 (call $now)))")).beside(native::now),
        wasi("get-random-u64", "", "(drop (call $random))").beside(native::random),
        wasi("subscribe and drop", "", "(call $drop-pollable (call $subscribe (i64.const 0)))"),
        poll(1),
        poll(100),
        stream(1).beside(|| native::write(1)),
        stream(4096).beside(|| native::write(4096)),
        read(1).at_least(2.0).beside(|| native::read(1)),
        read(large).bound(1.1, move || native::read(large)),
        write(1).at_least(2.0).beside(|| native::write(1)),
        write(large).bound(1.1, move || native::write(large)),
        wasi(
            "open-at and drop",
            "(call $directories (i32.const 32)) (local.set $h (i32.load (i32.load (i32.const 32))))",
            &format!(
                "(call $open (local.get $h) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 0)
                   (i32.const {READ}) (i32.const 32))
                 {}
                 (call $drop-descriptor (i32.load (i32.const 36)))",
                succeeded(32)
            ),
        )
        .at_least(2.0)
        .beside(native::open),
    ]
}

/// A guest that does `before` once, and `step` in its loop.
fn wasi(name: &str, before: &str, step: &str) -> Workload {
    let loop_ = run("(local $h i32)", before, step);
    let guest = format!(
        r#"(component {IMPORTS} {LOWERED}
          (core module $Core {CORE_IMPORTS} {loop_})
          (core instance $core (instantiate $Core (with "w" (instance {GIVEN}))))
          {LIFT_RUN})"#
    );
    Workload::new(GROUP, name, guest).driven(Driver::Wasi)
}

/// Traps unless the `result` at an address is `ok`.
fn succeeded(at: u32) -> String {
    format!("(if (i32.load8_u (i32.const {at})) (then unreachable))")
}

/// A poll of so many timers that have expired.
fn poll(count: u32) -> Workload {
    let subscribe = format!(
        "(loop $more
           (i32.store offset=4096 (i32.shl (local.get $h) (i32.const 2)) (call $subscribe (i64.const 0)))
           (local.set $h (i32.add (local.get $h) (i32.const 1)))
           (br_if $more (i32.lt_u (local.get $h) (i32.const {count}))))"
    );
    let step = format!("(call $poll (i32.const 4096) (i32.const {count}) (i32.const 32))");
    wasi(&format!("poll of {count} timers"), &subscribe, &(step + &sum("(i32.load (i32.const 36))")))
}

/// Bytes for a stream to a file that forgets them.
fn stream(len: u32) -> Workload {
    let open = format!(
        "(call $via-stream (call $file (i32.const 20) (i32.const {WRITE})) (i64.const 0) (i32.const 32))
         {} (local.set $h (i32.load (i32.const 36)))",
        succeeded(32)
    );
    let step = format!(
        "(call $stream-write (local.get $h) (i32.const 65536) (i32.const {len}) (i32.const 32)) {}",
        succeeded(32)
    );
    wasi(&format!("blocking-write-and-flush, {}", size(len)), &open, &step)
}

/// Bytes from the beginning of a file.
fn read(len: u32) -> Workload {
    let open = format!("(local.set $h (call $file (i32.const 16) (i32.const {READ})))");
    let step = format!(
        "(call $read (local.get $h) (i64.const {len}) (i64.const 0) (i32.const 32)) {} {}",
        succeeded(32),
        sum("(i32.load (i32.const 40))")
    );
    wasi(&format!("descriptor.read, {}", size(len)), &open, &step)
}

/// Bytes to the beginning of a file.
fn write(len: u32) -> Workload {
    let open = format!("(local.set $h (call $file (i32.const 20) (i32.const {WRITE})))");
    let step = format!(
        "(call $write (local.get $h) (i32.const 65536) (i32.const {len}) (i64.const 0) (i32.const 32)) {} {}",
        succeeded(32),
        sum("(i32.load (i32.const 40))")
    );
    wasi(&format!("descriptor.write, {}", size(len)), &open, &step)
}

fn size(len: u32) -> String {
    if len < 1024 { format!("{len} B") } else { format!("{} KiB", len >> 10) }
}
