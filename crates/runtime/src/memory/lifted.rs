//! The account of what a store spends on values that guests give to the host:
//! [`Limits::lifted_bytes`] bounds it.
//!
//! Whoever charges gives back: the arena when it frees, a lifting context when its values have been
//! handed over. So calls that nest share the account, and a host function that calls a guest does
//! not double what guests may use.

use crate::error::limits::{LimitExceeded, Limits};

/// How many bytes are in use.
#[derive(Debug, Default)]
pub(crate) struct Lifted(u64);

impl Lifted {
    /// May so many more bytes be used?
    #[inline]
    pub(crate) fn check(&self, bytes: u64, limits: &Limits) -> Result<(), LimitExceeded> {
        limits.check_lifted(self.0.saturating_add(bytes))
    }

    /// Uses so many more bytes.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: u64, limits: &Limits) -> Result<(), LimitExceeded> {
        self.check(bytes, limits)?;
        self.0 += bytes;
        Ok(())
    }

    /// Gives back what was charged.
    #[inline]
    pub(crate) fn give_back(&mut self, bytes: u64) {
        debug_assert!(bytes <= self.0, "more is given back than was charged");
        self.0 -= bytes;
    }

    /// How many bytes are in use.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_counts() {
        let (mut lifted, mut limits) = (Lifted::default(), Limits::default());
        limits.lifted_bytes = 10;
        assert_eq!(lifted.charge(6, &limits), Ok(()));
        let error = lifted.charge(5, &limits).unwrap_err();
        assert_eq!(error.to_string(), "`Limits::lifted_bytes` is 10 bytes, and 11 would be needed");
        assert_eq!(lifted.charge(u64::MAX, &limits).unwrap_err().needed, u64::MAX);
        assert_eq!((lifted.charge(4, &limits), lifted.bytes()), (Ok(()), 10));
        lifted.give_back(10);
        assert_eq!(lifted.bytes(), 0);
    }
}
