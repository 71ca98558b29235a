//! What a core function type is beside its parameters and results: a member of a recursion group,
//! maybe a subtype.
//!
//! Types are equal when their groups are (iso-recursive equality), so a declaration takes part in a
//! type's identity. Pure data; nothing here knows code or the validator.

use super::types::CoreTypeId;

/// How a core function type is declared. The default is how most types are: alone in their group,
/// final, without a declared supertype.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct CoreTypeDecl {
    /// How many types of its recursion group stand before it. Identities in a group are
    /// consecutive.
    pub position: u32,
    /// Can it have no subtypes?
    pub is_final: bool,
    /// The type of which it is declared to be a subtype.
    pub supertype: Option<CoreTypeId>,
}

impl Default for CoreTypeDecl {
    fn default() -> Self {
        CoreTypeDecl { position: 0, is_final: true, supertype: None }
    }
}
