//! `wasi:random`: random bytes and numbers.
//!
//! It must not know where they come from.

use super::misuse::Misuse;
use crate::bindings::wasi::random::{insecure, insecure_seed, random};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use crate::random::{QuickRandom, RandomSource, SystemRandom};
use cantilever_runtime::{Fill, Filled, HostError, LinkError, Linker};

/// How many bytes a guest gets with one call, unless the host chooses. The functions have no error
/// for more.
const MAX_BYTES: u64 = 64 << 20;

/// The random numbers that guests have.
#[derive(Debug)]
pub(crate) struct Random {
    secure: Box<dyn RandomSource>,
    insecure: Box<dyn RandomSource>,
    /// What the host chose for `insecure-seed`, if it did.
    seed: Option<(u64, u64)>,
    max_bytes: u64,
}

impl Default for Random {
    fn default() -> Self {
        let (secure, insecure) = (Box::new(SystemRandom), Box::new(QuickRandom::default()));
        Random { secure, insecure, seed: None, max_bytes: MAX_BYTES }
    }
}

impl WasiCtxBuilder {
    /// Puts a source of the host in the place of the system's random numbers.
    pub fn secure_random(&mut self, source: impl RandomSource + 'static) -> &mut Self {
        self.ctx.random.secure = Box::new(source);
        self
    }

    /// Puts a source of the host in the place of the quick random numbers. Of them the seed of
    /// hash maps is made too, unless the host chooses one.
    pub fn insecure_random(&mut self, source: impl RandomSource + 'static) -> &mut Self {
        self.ctx.random.insecure = Box::new(source);
        self
    }

    /// Chooses the seed of the guests' hash maps.
    pub fn insecure_random_seed(&mut self, seed: u128) -> &mut Self {
        self.ctx.random.seed = Some((seed as u64, (seed >> 64) as u64));
        self
    }

    /// How many random bytes a guest gets with one call; a guest that wants more traps.
    pub fn max_random_bytes(&mut self, limit: u64) -> &mut Self {
        self.ctx.random.max_bytes = limit;
        self
    }
}

/// Random bytes, no more than the limit.
fn bytes(source: &mut dyn RandomSource, len: u64, limit: u64, fill: Fill<'_>) -> Result<Filled, HostError> {
    if len > limit {
        return Err(Misuse::RandomBytes { len, limit }.into());
    }
    fill.bytes(usize::try_from(len)?, |room| source.fill(room).map(|()| room.len()))?.map_err(HostError::from)
}

impl random::Random for WasiCtx {
    fn get_random_bytes(&mut self, len: u64, fill: Fill<'_>) -> Result<Filled, HostError> {
        bytes(&mut *self.random.secure, len, self.random.max_bytes, fill)
    }

    fn get_random_u64(&mut self) -> Result<u64, HostError> {
        Ok(self.random.secure.u64()?)
    }
}

impl insecure::Insecure for WasiCtx {
    fn get_insecure_random_bytes(&mut self, len: u64, fill: Fill<'_>) -> Result<Filled, HostError> {
        bytes(&mut *self.random.insecure, len, self.random.max_bytes, fill)
    }

    fn get_insecure_random_u64(&mut self) -> Result<u64, HostError> {
        Ok(self.random.insecure.u64()?)
    }
}

impl insecure_seed::InsecureSeed for WasiCtx {
    fn insecure_seed(&mut self) -> Result<(u64, u64), HostError> {
        match self.random.seed {
            Some(seed) => Ok(seed),
            // Programs put it into their hash maps against those who choose colliding keys.
            None => Ok((self.random.insecure.u64()?, self.random.insecure.u64()?)),
        }
    }
}

/// Defines `wasi:random/{random,insecure,insecure-seed}`. `get` finds the context in the data of a
/// store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    random::add_to_linker(linker, get)?;
    insecure::add_to_linker(linker, get)?;
    insecure_seed::add_to_linker(linker, get)
}
