//! Host functions that fill bytes of their results in their caller's memory.
//!
//! The function asks for room there, which is an entry into the guest: its `realloc` runs. So the
//! function has nothing of the guest's at hand: its parameters are lifted, not looked at. Then it
//! writes, and what it returns says where the room is.

use super::entry::{Entry, enter};
use super::host_func::{BindHostFunc, Bound, HostBinding, guarded, lower_result};
use crate::error::HostError;
use crate::error::value::{PathStep, ValueError};
use crate::store::arena_scope::ArenaScope;
use crate::store::record::InstanceRecord;
use crate::store::state::{StoreContextMut, StoreState};
use crate::value::fill::{Bytes, FillId, Filled, FilledString, InPlace};
use crate::value::{ComponentType, LiftContext, LiftParams, Lower, RawSlice};
use cantilever_abi::block::fill::fill_entry_index;
use cantilever_abi::block::{FILL_ENTRY, FillRequest, Header};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

/// What a host function fills bytes of its result with, once in a call
/// ([`LinkerInstance::func_fill`](crate::LinkerInstance::func_fill)).
///
/// It asks the guest for room by the guest's `realloc`, and lends the room to a closure. The guest
/// then has the bytes without another copy. Where that cannot be done, the room is the host's, and
/// the bytes are copied to the guest like those of any result: where nothing is to be filled, where
/// the guest does not write its strings in UTF-8, and where the result has no part to be filled.
#[derive(Debug)]
pub struct Fill<'a> {
    /// Invariant: it owns `record`, and no reference to it is alive while this is used.
    store: *mut StoreState,
    record: &'a InstanceRecord,
    /// Who makes room, if anybody does: a function of the record's image.
    entry: Option<Entry>,
    in_place: &'a Cell<Option<InPlace>>,
}

impl Fill<'_> {
    /// Makes room for `len` bytes of a `list<u8>`, and has them written. `write` says how many it
    /// has written, from the start of the room on.
    ///
    /// What the room holds before is unspecified. If `write` fails, its error is returned, and the
    /// room stays with the guest, which does not know of it. If it writes fewer bytes than the room
    /// has, they are copied to a list of their own.
    ///
    /// # Errors
    ///
    /// The outer error is to be passed on: there is no memory, or the guest's `realloc` has
    /// trapped. After a trap the guest does not go on, whatever the host function returns.
    ///
    /// # Panics
    ///
    /// If `write` says that it has written more than there is room for.
    pub fn bytes<E>(
        self,
        len: usize,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Result<Filled, E>, HostError> {
        Ok(self.fill((len, Content::Any), write)?.map(Filled))
    }

    /// Makes room for `len` bytes of a `string`, and has them written, as [`bytes`](Self::bytes)
    /// does.
    ///
    /// # Errors
    ///
    /// As for bytes. It is an outer error too, a [`Utf8Error`](std::str::Utf8Error), if what was
    /// written is not well-formed UTF-8.
    ///
    /// # Panics
    ///
    /// As for bytes.
    pub fn string<E>(
        self,
        len: usize,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Result<FilledString, E>, HostError> {
        Ok(self.fill((len, Content::Utf8), write)?.map(FilledString))
    }

    fn fill<E>(
        self,
        (len, content): (usize, Content),
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Result<Bytes, E>, HostError> {
        let Some(room) = self.room(len, content)? else {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(len).map_err(|_| ValueError::NoMemory)?;
            bytes.resize(len, 0);
            return Ok(content.written(&mut bytes, write)?.map(|written| {
                bytes.truncate(written);
                Bytes::Host(bytes)
            }));
        };
        // SAFETY: the guest's adapter has checked that so many bytes from there on are its
        // memory's, which is mapped for as long as the store lives. No guest runs before the host
        // function returns, and the function has no access to the store.
        let bytes = unsafe { std::slice::from_raw_parts_mut(room.as_ptr(), len) };
        let written = match content.written(bytes, write)? {
            Ok(written) => written,
            Err(error) => return Ok(Err(error)),
        };
        if written == len {
            return Ok(Ok(self.leave_in_place(room, len)));
        }
        let mut copy = Vec::new();
        copy.try_reserve_exact(written).map_err(|_| ValueError::NoMemory)?;
        copy.extend_from_slice(&bytes[..written]);
        Ok(Ok(Bytes::Host(copy)))
    }

    /// Asks the guest for room. It is not asked for nothing: its `realloc` is called for an empty
    /// value when that is lowered.
    fn room(&self, len: usize, content: Content) -> Result<Option<NonNull<u8>>, HostError> {
        let Some(entry) = self.entry.filter(|_| len != 0) else { return Ok(None) };
        let request = FillRequest { bytes: len as u64, of_string: u64::from(content == Content::Utf8) };
        let mut room: *mut u8 = std::ptr::null_mut();
        let (params, results) = ((&raw const request).cast(), (&raw mut room).cast());
        // SAFETY: the store owns the record, and nobody refers to its state. The entry is one of
        // the record's image, and takes these parameters and results.
        unsafe {
            let _scope = ArenaScope::of_activation(self.store);
            enter(self.store, self.record, |block, landing| entry(block, params, results, landing))?;
        }
        Ok(NonNull::new(room))
    }

    /// The room is full: notes where it is, for the result.
    fn leave_in_place(&self, room: NonNull<u8>, len: usize) -> Bytes {
        // SAFETY: nobody refers to the store's state.
        let id = unsafe {
            (*self.store).fills += 1;
            FillId { store: (*self.store).id, number: (*self.store).fills }
        };
        self.in_place.set(Some(InPlace { id, bytes: RawSlice { ptr: room.as_ptr(), len: len as u64 } }));
        Bytes::InPlace(id)
    }
}

/// What the bytes of a fill must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Any,
    Utf8,
}

impl Content {
    /// Has bytes written, and checks them. How many were written.
    fn written<E>(
        self,
        bytes: &mut [u8],
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Result<usize, E>, HostError> {
        let written = match write(bytes) {
            Ok(written) => written,
            Err(error) => return Ok(Err(error)),
        };
        let room = bytes.len();
        assert!(written <= room, "a room of {room} bytes cannot have been filled with {written}");
        self.check(&bytes[..written])?;
        Ok(Ok(written))
    }

    fn check(self, bytes: &[u8]) -> Result<(), HostError> {
        match self {
            Content::Any => Ok(()),
            Content::Utf8 if simdutf8::basic::from_utf8(bytes).is_ok() => Ok(()),
            // Says where.
            Content::Utf8 => Ok(std::str::from_utf8(bytes).map(drop)?),
        }
    }
}

/// A closure bound to the type of an import.
struct FillingBound<F> {
    bound: Bound<F>,
    /// Does the adapter say who makes room for the result?
    is_fillable: bool,
}

/// A function that fills bytes of its result, with access to the host's data alone.
pub(crate) fn filling<T, P, R, F>(closure: F) -> Arc<BindHostFunc>
where
    T: 'static,
    P: LiftParams + 'static,
    R: Lower + ComponentType + 'static,
    F: for<'a> Fn(&'a mut T, P, Fill<'a>) -> Result<R, HostError> + Send + Sync + 'static,
{
    let closure = Arc::new(closure);
    Arc::new(move |ty, cx| {
        P::typecheck(&ty.params, cx)?;
        R::typecheck(ty.result, cx).map_err(|e| e.within(PathStep::Result))?;
        let bound = Bound { ty: ty.clone(), closure: closure.clone() };
        let bound = FillingBound { bound, is_fillable: cx.is_fillable(ty.result) };
        Ok(HostBinding { func: filling_stub::<T, P, R, F>, closure: Arc::new(bound), keeps_strings: true })
    })
}

/// The function that makes room in the caller's memory, if the adapter offers one.
///
/// # Safety
///
/// An adapter of the record's image must have written to `results` whom to ask.
unsafe fn offered(record: &InstanceRecord, results: *mut u8) -> Result<Option<Entry>, HostError> {
    // SAFETY: the caller vouches for the word, which is aligned as a fillable value is.
    let number = unsafe { results.add(FILL_ENTRY).cast::<u64>().read() };
    let Some(index) = fill_entry_index(number) else { return Ok(None) };
    let entry = record.image.fill_entry(index)?;
    // SAFETY: it is the entry trampoline with that key, and has this signature.
    Ok(Some(unsafe { std::mem::transmute::<*const u8, Entry>(entry) }))
}

unsafe extern "C" fn filling_stub<T, P, R, F>(
    data: *mut c_void,
    block: *mut Header,
    params: *mut u8,
    results: *mut u8,
) -> u32
where
    T: 'static,
    P: LiftParams,
    R: Lower + ComponentType,
    F: for<'a> Fn(&'a mut T, P, Fill<'a>) -> Result<R, HostError>,
{
    // SAFETY: as in `typed_stub`. The adapter has written whom to ask for room where the type of
    // the result is fillable. The closure has no access to the store but through the `Fill`, which
    // runs the caller's `realloc`: that cannot leave its instance, so it reaches neither the
    // closure's data nor the lifted parameters.
    unsafe {
        let FillingBound { bound, is_fillable } = &*data.cast::<FillingBound<F>>();
        guarded(block, |store, record| {
            let entry = if *is_fillable { offered(record, results)? } else { None };
            let mut cx = LiftContext::new(record);
            let params = P::lift(&mut cx, &bound.ty.params, &*params.cast::<P::Raw>())?;
            let in_place = Cell::new(None);
            let fill = Fill { store, record, entry, in_place: &in_place };
            let result = (bound.closure)(StoreContextMut::<T>::from_state(store).data_mut(), params, fill)?;
            lower_result((store, record), bound.ty.result, (&result, in_place.get()), results)
        })
    }
}
