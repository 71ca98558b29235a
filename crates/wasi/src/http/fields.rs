//! Headers and trailers, as guests make and read them.
//!
//! Names are kept in lower case, as HTTP/2 and the `http` crate have them. It must not know whether
//! the fields are headers or trailers, nor of what.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// The most that one list of fields may have, in bytes by [`Fields::size`].
pub const MAX_SIZE: usize = 128 << 10;

/// What each value of a field counts beside its bytes and those of its name. HPACK counts the same
/// (RFC 7541, section 4.1).
const OVERHEAD: usize = 32;

/// What belongs to a connection or is made from other parts of a message. No guest sets or sees
/// these fields (RFC 9110, section 7.6.1).
static FORBIDDEN: [HeaderName; 9] = [
    header::CONNECTION,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
];

/// Why fields are as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// A name or value is not of HTTP's syntax.
    #[error("the name or value of a field has invalid syntax")]
    InvalidSyntax,
    /// The name is one that guests do not set.
    #[error("the field belongs to the connection")]
    Forbidden,
    /// The fields are those of a message.
    #[error("the fields are immutable")]
    Immutable,
    /// There would be more than [`MAX_SIZE`].
    #[error("the fields are larger than {MAX_SIZE} bytes")]
    TooLarge,
}

/// A list of fields. Clones share it until one of them is changed.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    map: Arc<HeaderMap>,
    size: usize,
    immutable: bool,
}

impl Fields {
    /// No fields; they can be changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields of a message that came in, without those of its connection. They cannot be
    /// changed.
    pub fn received(mut map: HeaderMap) -> Self {
        FORBIDDEN.iter().for_each(|name| drop(map.remove(name)));
        let size = map.iter().map(|(name, value)| size_of(name, value)).sum();
        Fields { map: Arc::new(map), size, immutable: true }
    }

    /// A copy that can be changed.
    pub fn to_mutable(&self) -> Self {
        Fields { immutable: false, ..self.clone() }
    }

    /// The same fields, which cannot be changed through what this gives.
    pub fn to_immutable(&self) -> Self {
        Fields { immutable: true, ..self.clone() }
    }

    /// How much of [`MAX_SIZE`] is in use, in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Names and values; values of one name in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.map.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    /// The values of a name. A name of invalid syntax has none.
    pub fn get(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok();
        let values = name.map(|name| self.map.get_all(name).into_iter());
        values.into_iter().flatten().map(HeaderValue::as_bytes)
    }

    /// Has the name a value?
    pub fn has(&self, name: &str) -> bool {
        HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| self.map.contains_key(name))
    }

    /// Adds a value to those of a name.
    pub fn append(&mut self, name: &str, value: &[u8]) -> Result<(), FieldsError> {
        self.check_mutable()?;
        let (name, value) = (settable(name)?, parse_value(value)?);
        self.push(name, value)
    }

    /// Gives a name these values instead of what it had; on an error nothing is changed.
    pub fn set<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a [u8]>) -> Result<(), FieldsError> {
        self.check_mutable()?;
        let name = settable(name)?;
        let values = values.into_iter().map(parse_value).collect::<Result<Vec<_>, _>>()?;
        let added: usize = values.iter().map(|value| size_of(&name, value)).sum();
        if self.size - self.size_of_all(&name) + added > MAX_SIZE {
            return Err(FieldsError::TooLarge);
        }
        self.remove(&name);
        values.into_iter().try_for_each(|value| self.push(name.clone(), value))
    }

    /// Removes all values of a name.
    pub fn delete(&mut self, name: &str) -> Result<(), FieldsError> {
        self.check_mutable()?;
        let name = settable(name)?;
        self.remove(&name);
        Ok(())
    }

    /// The length that the fields announce for a body, if they do: `content-length`, once.
    pub fn content_length(&self) -> Result<Option<u64>, FieldsError> {
        let mut values = self.map.get_all(header::CONTENT_LENGTH).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => parse_length(value).map(Some).ok_or(FieldsError::InvalidSyntax),
            _ => Err(FieldsError::InvalidSyntax),
        }
    }

    /// The map, for the message that these fields go with.
    pub fn into_map(self) -> HeaderMap {
        Arc::unwrap_or_clone(self.map)
    }

    fn check_mutable(&self) -> Result<(), FieldsError> {
        if self.immutable { Err(FieldsError::Immutable) } else { Ok(()) }
    }

    fn push(&mut self, name: HeaderName, value: HeaderValue) -> Result<(), FieldsError> {
        let size = self.size + size_of(&name, &value);
        if size > MAX_SIZE {
            return Err(FieldsError::TooLarge);
        }
        Arc::make_mut(&mut self.map).try_append(name, value).map_err(|_| FieldsError::TooLarge)?;
        self.size = size;
        Ok(())
    }

    fn remove(&mut self, name: &HeaderName) {
        self.size -= self.size_of_all(name);
        Arc::make_mut(&mut self.map).remove(name);
    }

    /// The size of all values of a name.
    fn size_of_all(&self, name: &HeaderName) -> usize {
        self.map.get_all(name).iter().map(|value| size_of(name, value)).sum()
    }
}

fn size_of(name: &HeaderName, value: &HeaderValue) -> usize {
    name.as_str().len() + value.len() + OVERHEAD
}

/// A name that a guest may set.
fn settable(name: &str) -> Result<HeaderName, FieldsError> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| FieldsError::InvalidSyntax)?;
    if FORBIDDEN.contains(&name) { Err(FieldsError::Forbidden) } else { Ok(name) }
}

/// A value. White space around it does not belong to it (RFC 9110, section 5.5).
fn parse_value(value: &[u8]) -> Result<HeaderValue, FieldsError> {
    let value = value.trim_ascii();
    HeaderValue::from_bytes(value).map_err(|_| FieldsError::InvalidSyntax)
}

/// Digits alone: Rust's parser would take a sign, too.
fn parse_length(value: &HeaderValue) -> Option<u64> {
    let text = value.to_str().ok()?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(fields: &Fields, name: &str) -> Vec<String> {
        fields.get(name).map(|value| String::from_utf8(value.to_vec()).unwrap()).collect()
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        let mut fields = Fields::new();
        fields.append("X-One", b"1").unwrap();
        fields.append("x-one", b" 2 ").unwrap();
        assert_eq!(values(&fields, "X-ONE"), ["1", "2"]);
        assert!(fields.has("x-One") && !fields.has("x-two") && !fields.has("no name"));
        fields.set("X-One", [b"3".as_slice()]).unwrap();
        assert_eq!(values(&fields, "x-one"), ["3"]);
        fields.delete("X-ONE").unwrap();
        assert_eq!((fields.iter().count(), fields.size()), (0, 0));
    }

    #[test]
    fn what_is_invalid_forbidden_or_immutable_changes_nothing() {
        let mut fields = Fields::new();
        fields.append("a", b"1").unwrap();
        assert_eq!(fields.append("a b", b"1"), Err(FieldsError::InvalidSyntax));
        assert_eq!(fields.append("", b"1"), Err(FieldsError::InvalidSyntax));
        assert_eq!(fields.append("a", b"1\r\nb: 2"), Err(FieldsError::InvalidSyntax));
        assert_eq!(fields.set("a", [b"2".as_slice(), b"\0"]), Err(FieldsError::InvalidSyntax));
        assert_eq!(fields.append("Transfer-Encoding", b"chunked"), Err(FieldsError::Forbidden));
        assert_eq!(fields.delete("host"), Err(FieldsError::Forbidden));
        let mut shared = fields.to_immutable();
        assert_eq!(shared.append("a", b"2"), Err(FieldsError::Immutable));
        assert_eq!(shared.delete("a"), Err(FieldsError::Immutable));
        assert_eq!((values(&fields, "a"), values(&shared, "a")), (vec!["1".into()], vec!["1".into()]));
    }

    #[test]
    fn copies_change_alone() {
        let mut fields = Fields::new();
        fields.append("a", b"1").unwrap();
        let mut copy = fields.to_immutable().to_mutable();
        copy.append("a", b"2").unwrap();
        assert_eq!((values(&fields, "a").len(), values(&copy, "a").len()), (1, 2));
    }

    #[test]
    fn there_is_a_limit() {
        let mut fields = Fields::new();
        let mut count = 0;
        let error = loop {
            match fields.append("a", &[b'x'; 1000]) {
                Ok(()) => count += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((error, count), (FieldsError::TooLarge, MAX_SIZE / 1033));
        assert_eq!(fields.set("b", [[b'x'; MAX_SIZE].as_slice()]), Err(FieldsError::TooLarge));
        fields.set("a", [b"1".as_slice()]).unwrap();
        assert_eq!(fields.size(), 1 + 1 + OVERHEAD);
        // Many names: the map has a limit of its own, past which it would panic.
        let outcome = (0..100_000).try_for_each(|i| fields.append(&format!("n{i}"), b""));
        assert_eq!(outcome, Err(FieldsError::TooLarge));
    }

    #[test]
    fn a_length_is_digits_alone() {
        let length = |value: &[u8]| {
            let mut fields = Fields::new();
            fields.append("content-length", value).unwrap();
            fields.content_length()
        };
        assert_eq!(length(b"12"), Ok(Some(12)));
        assert_eq!(length(b"+12"), Err(FieldsError::InvalidSyntax));
        assert_eq!(length(b"99999999999999999999"), Err(FieldsError::InvalidSyntax));
        assert_eq!(Fields::new().content_length(), Ok(None));
    }

    #[test]
    fn fields_of_the_connection_do_not_arrive() {
        let mut map = HeaderMap::new();
        map.append("connection", HeaderValue::from_static("close"));
        map.append("connection", HeaderValue::from_static("x"));
        map.append("accept", HeaderValue::from_static("*/*"));
        let fields = Fields::received(map);
        assert_eq!(fields.iter().collect::<Vec<_>>(), [("accept", b"*/*".as_slice())]);
    }
}
