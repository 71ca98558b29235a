//! Every reason for which a guest can trap, and the message for each.
//!
//! A trap site is an instruction; the object's trap table maps its offset to a [`TrapKind`]. Kinds
//! whose messages name values have those values in
//! [`Header::trap_values`](super::Header::trap_values), stored by the cold block before it traps.
//! In an object that debugs handles, value 3 of a kind about one handle is the component instance
//! whose table it is about.

/// Makes the enumeration, its numbering and its fixed messages from one list.
macro_rules! trap_kinds {
    ($( $(#[$doc:meta])* $variant:ident = $code:literal, $message:literal; )*) => {
        /// Why a guest trapped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum TrapKind { $( $(#[$doc])* $variant = $code, )* }

        impl TrapKind {
            /// Every kind.
            pub const ALL: &'static [TrapKind] = &[$(TrapKind::$variant),*];

            /// The kind with this code, if there is one.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $( $code => Some(TrapKind::$variant), )* _ => None }
            }

            /// The message. Where it needs values, they replace what is in braces. `{0}` is value 0
            /// as a number. `{t1}` and `{t2}` are what the handle tags in values 1 and 2 mean, and
            /// `{n1}` and `{n2}` the names of their resource types. `{f3}` is the name of the
            /// function in value 3.
            pub const fn message(self) -> &'static str {
                match self { $( TrapKind::$variant => $message, )* }
            }
        }
    };
}

trap_kinds! {
    /// Core: `unreachable`.
    Unreachable = 1, "wasm trap: wasm `unreachable` instruction executed";
    /// Core: an access outside linear memory.
    MemoryOutOfBounds = 2, "wasm trap: out of bounds memory access";
    /// Core: an access outside a table.
    TableOutOfBounds = 3, "wasm trap: out of bounds table access";
    /// Core: call of a null element.
    IndirectCallToNull = 4, "wasm trap: uninitialized element";
    /// Core: a call through a reference to a function of another type.
    BadSignature = 5, "wasm trap: indirect call type mismatch";
    /// Core: signed division overflow.
    IntegerOverflow = 6, "wasm trap: integer overflow";
    /// Core: division by zero.
    IntegerDivisionByZero = 7, "wasm trap: integer divide by zero";
    /// Core: conversion of NaN or of a value out of range.
    BadConversionToInteger = 8, "wasm trap: invalid conversion to integer";
    /// The native stack is exhausted.
    StackOverflow = 9, "wasm trap: call stack exhausted";
    /// Core: `call_ref` or `ref.as_non_null` on null.
    NullReference = 10, "wasm trap: null reference";
    /// A host function failed; the error itself is kept by the store.
    HostError = 11, "the host function failed";
    /// Core: an exception reached a component boundary, or nobody caught it.
    UncaughtException = 12, "wasm trap: uncaught exception";
    /// Core: `call_indirect` beyond the end of the table.
    UndefinedElement = 13, "wasm trap: undefined element: out of bounds table access";
    /// Core: `throw` when the exceptions of the store fill their quota.
    ExceptionsExhausted = 14, "wasm trap: no memory for another exception";
    /// Core: `throw_ref` of a reference that the host kept for too long, or made up.
    StaleException = 15, "wasm trap: the exception of this reference no longer exists";
    /// Another thread stopped the guests of the store.
    Interrupted = 16, "wasm trap: interrupted by the host";
    /// There is less fuel than the next operators cost.
    OutOfFuel = 17, "wasm trap: all fuel consumed";

    /// Core: `ref.cast` of a reference of another type.
    CastFailure = 18, "wasm trap: cast failure";

    /// `trap_if(not inst.may_leave)`.
    CannotLeave = 32, "wasm trap: cannot leave component instance";
    /// Value 0: the index.
    UnknownHandle = 33, "unknown handle index {0}";
    /// Value 0: the index; 1: the expected tag; 2: the tag found.
    WrongHandleType = 34, "handle index {0} used with the wrong type, expected {t1} but found {t2} (expected {n1}, found {n2})";
    /// Value 0: the index; 1: the tag found.
    HandleLent = 35, "cannot remove owned resource while borrowed (handle index {0}, {n1})";
    /// Value 0: the index; 1: the tag found. A borrow where an own was needed.
    NotOwned = 36, "handle index {0} is {n1} where an owned handle is needed";
    /// Value 0: how many; 1: the component instance that has them; 2: their scope; 3: the function
    /// that lent them, as its CLIF user name (namespace in the upper half). The runtime puts the
    /// tag of the first of them in place of 1.
    BorrowsRemain = 37, "borrow handles still remain at the end of the call ({0} of them; the first is {n1}, lent by {f3})";
    /// Value 0: the quota.
    HandleTableFull = 38, "handle table is full: its quota is {0} entries (`Limits::handles`, \
        `Config::handle_quota`, at most `CompileOptions::handle_capacity`), and one more would be needed";
    /// The array of borrow scopes is full: calls nest too deeply, or lists of borrow handles are
    /// too long.
    ScopesExhausted = 39, "too many nested calls hold borrow handles, or too many handles are lent in lists: there \
        is room for 1048576 of them";

    /// `trap_if(ptr != align_to(ptr, …))` on a pointer that a guest gave.
    UnalignedPointer = 48, "wasm trap: unaligned pointer";
    /// A range outside memory for spilled parameters or results.
    PointerOutOfBounds = 49, "wasm trap: pointer out of bounds of memory";
    /// `load_list_from_range`: range outside memory.
    ListOutOfBounds = 50, "wasm trap: list content out-of-bounds: pointer/length out of bounds of memory";
    /// `load_string_from_range`: range outside memory.
    StringOutOfBounds = 51, "wasm trap: string content out-of-bounds: string pointer/length out of bounds of memory";
    /// `realloc` gave a range outside memory.
    ReallocOutOfBounds = 52, "wasm trap: realloc return: beyond end of memory";
    /// `realloc` gave a misaligned pointer.
    ReallocUnaligned = 53, "wasm trap: unaligned pointer: realloc return: result not aligned";
    /// `realloc` gave a range outside memory for the elements of a list.
    ReallocListOutOfBounds = 65, "wasm trap: list content out-of-bounds: realloc return: beyond end of memory";
    /// A string is longer than `MAX_STRING_BYTE_LENGTH`. Value 0: its length in bytes.
    StringTooLong = 54, "wasm trap: string content out-of-bounds: string is longer than the maximum byte length ({0})";
    /// A list is longer than `MAX_LIST_BYTE_LENGTH`.
    ListTooLong = 55, "wasm trap: list content out-of-bounds: list is longer than the maximum byte length ({0})";
    /// A discriminant out of range. Value 0: the discriminant.
    InvalidDiscriminant = 56, "wasm trap: invalid variant discriminant ({0})";
    /// A `char` that is no Unicode scalar value. Value 0: its bits.
    InvalidChar = 57, "wasm trap: invalid `char` bit pattern ({0})";
    /// Ill-formed UTF-8.
    InvalidUtf8 = 58, "invalid utf-8 in string";
    /// UTF-8 that ends inside a sequence.
    IncompleteUtf8 = 59, "incomplete utf-8 byte sequence in string";
    /// A lone surrogate in UTF-16.
    InvalidUtf16 = 60, "invalid utf-16: unpaired surrogate in string";
    /// The host had no memory for a value it was to receive.
    HostAllocFailed = 61, "the host has no memory for a value";
    /// A guest gives the host more than the store's limit allows. No code raises it: the runtime
    /// knows it from [`HostAllocFailed`](Self::HostAllocFailed), and says which limit that is.
    LiftedBytesExceeded = 66, "the guest gives the host too much";
    /// A host function returned a value that its type does not have (discriminant, char, string out
    /// of range).
    InvalidHostValue = 62, "the host gave a value that its type does not have";
    /// A synchronous call of an asynchronous function that would block.
    CannotBlock = 63, "wasm trap: cannot block a synchronous task before returning";
    /// A built-in that validates and links but is not supported at run time yet.
    Unsupported = 64, "this built-in is not supported yet";
    /// A task of an asynchronous lift ended and has not returned.
    TaskNotReturned = 80, "wasm trap: the task ended without a call of `task.return`";
    /// `trap_if(self.state == Task.State.RESOLVED)`.
    TaskReturnedTwice = 81, "wasm trap: `task.return` was called more than once in a task";
    /// `task.return` in a task that is not asynchronous, or whose result type or options are
    /// others.
    TaskReturnInvalid = 82, "wasm trap: this `task.return` is not that of the current task (result type and options must be those of its lift)";
    /// Value 0: the code.
    UnsupportedCallbackCode = 83, "wasm trap: unsupported callback code ({0})";
    /// `backpressure.inc` above the greatest count, or `backpressure.dec` at 0.
    BackpressureOutOfRange = 84, "wasm trap: backpressure counter out of range";
}
