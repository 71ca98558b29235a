//! Whether UTF-16 is well-formed, round by round: whether each high surrogate is followed by a low
//! one, and no low one stands alone.

use super::block::{all, equal, halves};
use core::arch::x86_64::*;

/// What has been seen of a text.
pub struct Pairs {
    /// The last round that was checked.
    before: __m256i,
    /// Not zero where surrogates had no partners.
    wrong: __m256i,
}

impl Pairs {
    /// Before a text.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn new() -> Pairs {
        Pairs { before: all(0), wrong: all(0) }
    }

    /// The last round that was checked. If it has no surrogates, rounds without any need not be
    /// checked.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn before(&self) -> __m256i {
        self.before
    }

    /// Checks the next round; the units before those of the round.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn check(&mut self, round: __m256i) -> __m256i {
        let previous = _mm256_alignr_epi8::<14>(round, _mm256_permute2x128_si256::<0x21>(self.before, round));
        let kind = |units: __m256i| _mm256_and_si256(units, all(0xfc00));
        let unpaired = _mm256_xor_si256(equal(kind(round), 0xdc00), equal(kind(previous), 0xd800));
        self.wrong = _mm256_or_si256(self.wrong, unpaired);
        self.before = round;
        previous
    }

    /// Checks the next half of a round.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn check_block(&mut self, block: __m128i) {
        let [_, before] = halves(self.before);
        let all = |unit: u16| _mm_set1_epi16(unit as i16);
        let kind = |units: __m128i| _mm_and_si128(units, all(0xfc00));
        let after_high = _mm_cmpeq_epi16(kind(_mm_alignr_epi8::<14>(block, before)), all(0xd800));
        let unpaired = _mm_xor_si128(_mm_cmpeq_epi16(kind(block), all(0xdc00)), after_high);
        self.wrong = _mm256_or_si256(self.wrong, _mm256_zextsi128_si256(unpaired));
        self.before = _mm256_set_m128i(block, before);
    }

    /// Were all paired, in a text that has been checked up to its end?
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn are_whole(&self, text: &[u16]) -> bool {
        let ends_high = text.last().is_some_and(|unit| unit & 0xfc00 == 0xd800);
        _mm256_testz_si256(self.wrong, self.wrong) == 1 && !ends_high
    }
}

/// Which units of a round are surrogates.
#[inline]
#[target_feature(enable = "avx2")]
pub fn surrogates(round: __m256i) -> __m256i {
    equal(_mm256_and_si256(round, all(0xf800)), 0xd800)
}
