//! The message of a trap: the kind's text with its values filled in.

use cantilever_abi::block::{HandleEntry, TrapKind};
use cantilever_abi::{FuncKey, Resource, ResourceImpl};

/// The message for a kind with the values that the trap site stored. `resource` finds a resource
/// type by its identity in handle tags, `function` the symbol of a function.
pub(crate) fn describe<'a>(
    kind: TrapKind,
    values: &[u64; 4],
    resource: impl Fn(u32) -> Option<&'a Resource>,
    function: impl Fn(FuncKey) -> Option<&'a str>,
) -> String {
    let template = kind.message();
    if !template.contains('{') {
        return template.to_owned();
    }
    let expected = Tag::read(values[1], &resource);
    let found = Tag::read(values[2], &resource);
    // Two types may have the same name, in two components.
    let different = if expected.class == found.class { "a different " } else { "" };
    template
        .replace("{0}", &values[0].to_string())
        .replace("{t1}", expected.class)
        .replace("{t2}", &format!("{different}{}", found.class))
        .replace("{n1}", &expected.full_name())
        .replace("{n2}", &found.full_name())
        .replace("{f3}", function(func_key(values[3])).unwrap_or("an unknown function"))
}

/// A function from its CLIF user name: namespace in the upper half, index in the lower.
pub(crate) fn func_key(name: u64) -> FuncKey {
    FuncKey::decode((name >> u32::BITS) as u32, name as u32)
}

/// The type of the handle with a tag, such as `own<r>`.
pub(crate) fn handle_type<'a>(tag: u32, resource: impl Fn(u32) -> Option<&'a Resource>) -> String {
    Tag::read(tag.into(), &resource).full_name()
}

/// A handle's tag, in words.
struct Tag<'a> {
    class: &'static str,
    /// The resource type's name; none for what is no resource.
    name: Option<&'a str>,
    borrow: bool,
}

impl<'a> Tag<'a> {
    fn read(value: u64, resource: &impl Fn(u32) -> Option<&'a Resource>) -> Self {
        let unknown = Tag { class: "an unknown resource", name: Some("?"), borrow: false };
        let Some(tag) = u32::try_from(value).ok().filter(|tag| *tag > 1) else { return unknown };
        let (identity, borrow) = HandleEntry::untag(tag);
        if identity == HandleEntry::ERROR_CONTEXT {
            return Tag { class: "error-context", name: None, borrow };
        }
        let Some(resource) = resource(identity) else { return unknown };
        let class = match resource.implementer {
            ResourceImpl::Guest(_) => "guest-defined resource",
            ResourceImpl::Host { .. } => "host-defined resource",
        };
        Tag { class, name: Some(&resource.name), borrow }
    }

    fn full_name(&self) -> String {
        match self.name {
            Some(name) => format!("{}<{name}>", if self.borrow { "borrow" } else { "own" }),
            None => self.class.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_handle_and_both_types() {
        let resources = ["r1", "r2"].map(|name| Resource {
            name: name.to_owned(),
            implementer: ResourceImpl::Guest(0),
            has_dtor: false,
        });
        let find = |id: u32| resources.get(id as usize);
        let tags = [HandleEntry::tag(1, false), HandleEntry::tag(0, true)].map(u64::from);
        let function = |key| (key == FuncKey::Canon(3)).then_some("adapter[lower f → lift f]");
        let describe = |kind, values: [u64; 4]| describe(kind, &values, find, function);
        let message = describe(TrapKind::WrongHandleType, [1, tags[0], tags[1], 0]);
        assert!(
            message.starts_with(
                "handle index 1 used with the wrong type, \
                 expected guest-defined resource but found a different guest-defined resource"
            ),
            "{message}"
        );
        assert!(message.contains("own<r2>") && message.contains("borrow<r1>"), "{message}");
        let error_context = u64::from(HandleEntry::tag(HandleEntry::ERROR_CONTEXT, false));
        let message = describe(TrapKind::WrongHandleType, [1, error_context, tags[0], 0]);
        assert!(message.contains("expected error-context but found guest-defined resource"), "{message}");
        assert_eq!(describe(TrapKind::UnknownHandle, [5, 0, 0, 0]), "unknown handle index 5");
        assert!(describe(TrapKind::HandleLent, [5, 0, 0, 0]).starts_with("cannot remove owned resource"));
        let (namespace, index) = FuncKey::Canon(3).encode();
        let lender = u64::from(namespace) << 32 | u64::from(index);
        assert_eq!(
            describe(TrapKind::BorrowsRemain, [2, tags[1], 7, lender]),
            "borrow handles still remain at the end of the call \
             (2 of them; the first is borrow<r1>, lent by adapter[lower f → lift f])"
        );
    }
}
