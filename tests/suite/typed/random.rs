//! Values by chance, the same ones in every run.

/// A generator of numbers (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new() -> Self {
        Random(0x9e37_79b9_7f4a_7c15)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    pub fn bool(&mut self) -> bool {
        self.bits() & 1 == 1
    }

    /// A number that is equal to itself.
    pub fn float(&mut self) -> f64 {
        self.bits() as i64 as f64 / 1024.0
    }

    pub fn char(&mut self) -> char {
        ['a', 'ß', '€', '🦀', '\0', char::MAX][self.below(6) as usize]
    }

    pub fn string(&mut self) -> String {
        (0..self.below(9)).map(|_| self.char()).collect()
    }

    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(6)).map(|_| item(self)).collect()
    }

    pub fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.bool().then(|| value(self))
    }

    /// Some values of a type.
    pub fn values<T>(mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut random = Random::new();
        (0..20).map(|_| item(&mut random)).collect()
    }
}
