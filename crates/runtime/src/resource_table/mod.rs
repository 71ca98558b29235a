//! Where a host keeps what its resources stand for: tables from representations to Rust values.
//!
//! [`table::Table`] holds values of one type. [`erased::ResourceTable`] holds values of any type,
//! with children that keep their parents. Both stand on one [`slab`], whose keys are the
//! representations.
//!
//! It must not know stores, guests, or how handles cross a boundary.

pub(crate) mod erased;
pub(crate) mod slab;
pub(crate) mod table;

#[cfg(test)]
mod tests;
