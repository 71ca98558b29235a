//! `option` and `result`.

use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext, View};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::{TypeDef, ValType};
use std::mem::MaybeUninit;

/// A variant with two cases in the canonical layout: `P` is the payload, or a union of payloads.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RawVariant<P: Copy> {
    discriminant: u8,
    payload: MaybeUninit<P>,
}

/// Room for either payload.
#[repr(C)]
#[derive(Clone, Copy)]
pub union RawPayload<A: Copy, B: Copy> {
    ok: MaybeUninit<A>,
    err: MaybeUninit<B>,
}

/// The place of the payload, after the discriminant was written.
fn write_discriminant<P: Copy>(dst: &mut MaybeUninit<RawVariant<P>>, case: u8) -> &mut MaybeUninit<P> {
    let dst = dst.as_mut_ptr();
    // SAFETY: both are fields of the place that `dst` borrows; a `MaybeUninit` may be
    // uninitialised.
    unsafe {
        (&raw mut (*dst).discriminant).write(case);
        &mut (*dst).payload
    }
}

#[cold]
fn payload_of(label: &str) -> PathStep {
    PathStep::Case(label.to_owned())
}

#[cold]
fn some() -> PathStep {
    payload_of("some")
}

// SAFETY: `option<T>` is a variant whose second case has the payload; `RawVariant` is its layout.
unsafe impl<T: ComponentType> ComponentType for Option<T> {
    type Raw = RawVariant<T::Raw>;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(TypeDef::Option(payload)) => T::typecheck(Some(*payload), cx).map_err(|e| e.within(some())),
            _ => Err(cx.mismatch(ty, "option")),
        }
    }
}

fn option_payload(def: Option<&TypeDef>) -> Option<ValType> {
    match def {
        Some(TypeDef::Option(payload)) => Some(*payload),
        _ => None,
    }
}

// SAFETY: writes the discriminant and the payload that it says is there.
unsafe impl<T: Lower> Lower for Option<T> {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<Self::Raw>,
    ) -> Result<(), ValueError> {
        let payload = write_discriminant(dst, u8::from(self.is_some()));
        match self {
            Some(value) => value.lower(cx, option_payload(cx.def(ty)), payload).map_err(|e| e.within(some())),
            None => Ok(()),
        }
    }
}

// SAFETY: reads the payload only when the discriminant says that it is there.
unsafe impl<T: Lift> Lift for Option<T> {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &Self::Raw) -> Result<Self, ValueError> {
        let payload = option_payload(cx.def(ty));
        match src.discriminant {
            0 => Ok(None),
            // SAFETY: an adapter has written the payload of this case.
            1 => T::lift(cx, payload, unsafe { src.payload.assume_init_ref() }).map(Some).map_err(|e| e.within(some())),
            _ => Err(ValueError::Invalid("discriminant")),
        }
    }
}

// SAFETY: looks at the payload only when the discriminant says that it is there.
unsafe impl<T: View> View for Option<T> {
    type Of<'a> = Option<T::Of<'a>>;

    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError> {
        let payload = option_payload(cx.def(ty));
        match src.discriminant {
            0 => Ok(None),
            1 => {
                // SAFETY: an adapter has written the payload of this case; the caller vouches for
                // what it points to.
                let view = unsafe { T::view(cx, payload, src.payload.assume_init_ref()) };
                view.map(Some).map_err(|e| e.within(some()))
            }
            _ => Err(ValueError::Invalid("discriminant")),
        }
    }
}

// SAFETY: `result<T, E>` is a variant of two cases; an absent payload is `()`, of size 0 and
// alignment 1.
unsafe impl<T: ComponentType, E: ComponentType> ComponentType for Result<T, E> {
    type Raw = RawVariant<RawPayload<T::Raw, E::Raw>>;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(TypeDef::Result { ok, err }) => {
                T::typecheck(*ok, cx).map_err(|e| e.within(payload_of("ok")))?;
                E::typecheck(*err, cx).map_err(|e| e.within(payload_of("error")))
            }
            _ => Err(cx.mismatch(ty, "result")),
        }
    }
}

fn result_payloads(def: Option<&TypeDef>) -> (Option<ValType>, Option<ValType>) {
    match def {
        Some(TypeDef::Result { ok, err }) => (*ok, *err),
        _ => (None, None),
    }
}

// SAFETY: writes the discriminant and the payload of its case.
unsafe impl<T: Lower, E: Lower> Lower for Result<T, E> {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<Self::Raw>,
    ) -> Result<(), ValueError> {
        let (ok, err) = result_payloads(cx.def(ty));
        let payload = write_discriminant(dst, u8::from(self.is_err())).as_mut_ptr();
        // SAFETY: fields of the place that `dst` borrows; a `MaybeUninit` may be uninitialised.
        unsafe {
            match self {
                Ok(value) => value.lower(cx, ok, &mut (*payload).ok).map_err(|e| e.within(payload_of("ok"))),
                Err(error) => error.lower(cx, err, &mut (*payload).err).map_err(|e| e.within(payload_of("error"))),
            }
        }
    }
}

// SAFETY: reads the payload of the case that the discriminant names.
unsafe impl<T: Lift, E: Lift> Lift for Result<T, E> {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &Self::Raw) -> Result<Self, ValueError> {
        let (ok, err) = result_payloads(cx.def(ty));
        let payload = src.payload.as_ptr();
        // SAFETY: an adapter has written the payload of this case.
        unsafe {
            match src.discriminant {
                0 => T::lift(cx, ok, (*payload).ok.assume_init_ref()).map(Ok).map_err(|e| e.within(payload_of("ok"))),
                1 => E::lift(cx, err, (*payload).err.assume_init_ref())
                    .map(Err)
                    .map_err(|e| e.within(payload_of("error"))),
                _ => Err(ValueError::Invalid("discriminant")),
            }
        }
    }
}

// SAFETY: looks at the payload of the case that the discriminant names.
unsafe impl<T: View, E: View> View for Result<T, E> {
    type Of<'a> = Result<T::Of<'a>, E::Of<'a>>;

    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError> {
        let (ok, err) = result_payloads(cx.def(ty));
        let payload = src.payload.as_ptr();
        // SAFETY: an adapter has written the payload of this case; the caller vouches for what it
        // points to.
        unsafe {
            match src.discriminant {
                0 => T::view(cx, ok, (*payload).ok.assume_init_ref()).map(Ok).map_err(|e| e.within(payload_of("ok"))),
                1 => E::view(cx, err, (*payload).err.assume_init_ref())
                    .map(Err)
                    .map_err(|e| e.within(payload_of("error"))),
                _ => Err(ValueError::Invalid("discriminant")),
            }
        }
    }
}
