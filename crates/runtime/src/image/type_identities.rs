//! Identities of core function types, the same for equal types of all objects of an engine.
//!
//! It must not know objects: only types whose references to others have been resolved.

use cantilever_object::artifact::CoreFuncType;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Core function types. Identities are consecutive in a recursion group; identity 0 means "no
/// type".
#[derive(Debug, Default)]
pub(crate) struct TypeIdentities(RwLock<Known>);

/// The types that have identities.
#[derive(Debug, Default)]
struct Known {
    /// Recursion groups, with the identity of the first type of each.
    groups: HashMap<Vec<GroupMember>, u32>,
    /// The declared supertype of each type, 0 if it has none, by identity minus one.
    supertypes: Vec<u32>,
}

/// A type of a recursion group. It names types outside of the group by their identities and others
/// by their positions, so that groups that are equal are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct GroupMember {
    pub(super) ty: CoreFuncType,
    pub(super) is_final: bool,
    pub(super) supertype: Option<u32>,
}

/// Marks a type as one of the group whose identity is asked for, by its position. No identity is
/// that great.
const OF_THE_GROUP: u32 = 1 << 31;

impl TypeIdentities {
    /// The identity of a core function type that is declared by itself, as most are.
    pub(crate) fn type_id(&self, ty: &CoreFuncType) -> u32 {
        self.group_id(vec![GroupMember { ty: ty.clone(), is_final: true, supertype: None }])
    }

    /// The identity of the first type of a recursion group; the others follow.
    pub(super) fn group_id(&self, group: Vec<GroupMember>) -> u32 {
        let mut types = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Known { groups, supertypes } = &mut *types;
        let next = supertypes.len() as u32 + 1;
        let absolute = |id: u32| position(id).map_or(id, |position| next + position);
        *groups.entry(group).or_insert_with_key(|group| {
            supertypes.extend(group.iter().map(|member| member.supertype.map_or(0, absolute)));
            next
        })
    }

    /// Is a function type another, or a declared subtype of it?
    pub(crate) fn is_subtype(&self, ty: u32, supertype: u32) -> bool {
        let types = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // Supertypes are declared before their subtypes, so that this comes to an end.
        let parent = |ty: &u32| types.supertypes.get((*ty as usize).checked_sub(1)?).copied();
        core::iter::successors(Some(ty), parent).any(|ty| ty == supertype)
    }
}

/// What stands for the type at a position of the group whose identity is asked for.
pub(super) fn mark(position: u32) -> u32 {
    OF_THE_GROUP | position
}

/// The position in its group of the type with this mark, if it is one of the group.
fn position(id: u32) -> Option<u32> {
    (id & OF_THE_GROUP != 0).then_some(id & !OF_THE_GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_abi::CoreTypeId;
    use cantilever_object::artifact::CoreValType;

    fn member(refers_to: Option<u32>, is_final: bool, supertype: Option<u32>) -> GroupMember {
        let reference = |id| CoreValType::TypedFuncRef { nullable: true, ty: CoreTypeId::from_u32(mark(id)) };
        let ty = CoreFuncType { params: refers_to.map(reference).into_iter().collect(), results: vec![] };
        GroupMember { ty, is_final, supertype }
    }

    #[test]
    fn equal_groups_have_equal_identities_and_no_others() {
        let identities = TypeIdentities::default();
        let pair = || vec![member(Some(1), true, None), member(Some(0), true, None)];
        let first = identities.group_id(pair());
        assert_eq!(identities.group_id(pair()), first);
        let plain = identities.group_id(vec![member(None, true, None)]);
        assert_eq!(plain, first + 2);
        assert_eq!(identities.type_id(&CoreFuncType { params: vec![], results: vec![] }), plain);
        let open = identities.group_id(vec![member(None, false, None)]);
        assert_ne!(open, plain);
        assert_ne!(identities.group_id(vec![member(None, true, Some(open))]), plain);
    }

    #[test]
    fn subtypes_are_declared_and_transitive() {
        let identities = TypeIdentities::default();
        let top = identities.group_id(vec![member(None, false, None)]);
        let middle = identities.group_id(vec![member(None, false, Some(top))]);
        let bottom = identities.group_id(vec![member(None, true, Some(middle))]);
        let other = identities.group_id(vec![member(None, true, Some(top))]);
        assert!(identities.is_subtype(bottom, top) && identities.is_subtype(bottom, bottom));
        assert!(!identities.is_subtype(top, bottom) && !identities.is_subtype(other, middle));
        assert!(!identities.is_subtype(0, top) && !identities.is_subtype(u32::MAX, top));
    }
}
