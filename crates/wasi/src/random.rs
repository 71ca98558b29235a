//! Random numbers: the system's, quick ones, and those that a host puts in their place.
//!
//! It must not know what they are used for.

use std::io;

/// Where random bytes come from.
pub trait RandomSource: std::fmt::Debug + Send {
    /// Fills the room.
    fn fill(&mut self, room: &mut [u8]) -> io::Result<()>;

    /// A number of 64 bits.
    fn u64(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }
}

/// The system's random numbers: nobody can predict them. Each call asks the system anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&mut self, room: &mut [u8]) -> io::Result<()> {
        Ok(getrandom::fill(room)?)
    }

    fn u64(&mut self) -> io::Result<u64> {
        Ok(getrandom::u64()?)
    }
}

/// Quick numbers that are evenly spread, and that are no secret.
#[derive(Debug, Clone, Default)]
pub struct QuickRandom {
    /// Made from the system's random numbers when the first number is asked for, if the host gave
    /// no seed.
    generator: Option<fastrand::Rng>,
}

impl QuickRandom {
    /// The numbers that belong to this seed: the same each time.
    pub fn with_seed(seed: u64) -> Self {
        QuickRandom { generator: Some(fastrand::Rng::with_seed(seed)) }
    }

    fn generator(&mut self) -> io::Result<&mut fastrand::Rng> {
        match &mut self.generator {
            Some(generator) => Ok(generator),
            unseeded => Ok(unseeded.insert(fastrand::Rng::with_seed(SystemRandom.u64()?))),
        }
    }
}

impl RandomSource for QuickRandom {
    fn fill(&mut self, room: &mut [u8]) -> io::Result<()> {
        self.generator()?.fill(room);
        Ok(())
    }

    fn u64(&mut self) -> io::Result<u64> {
        Ok(self.generator()?.u64(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(source: &mut dyn RandomSource) -> [u8; 67] {
        let mut room = [0; 67];
        source.fill(&mut room).unwrap();
        room
    }

    #[test]
    fn sources_give_something_else_each_time() {
        let sources: [&mut dyn RandomSource; 3] =
            [&mut SystemRandom, &mut QuickRandom::default(), &mut QuickRandom::with_seed(1)];
        for source in sources {
            assert_ne!(bytes(source), bytes(source));
            assert_ne!(source.u64().unwrap(), source.u64().unwrap());
            source.fill(&mut []).unwrap();
        }
        assert_ne!(QuickRandom::default().u64().unwrap(), QuickRandom::default().u64().unwrap());
    }

    #[test]
    fn a_seed_repeats_its_numbers() {
        let (mut first, mut second) = (QuickRandom::with_seed(7), QuickRandom::with_seed(7));
        assert_eq!((bytes(&mut first), first.u64().unwrap()), (bytes(&mut second), second.u64().unwrap()));
    }
}
