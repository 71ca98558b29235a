//! Rust names as labels of the Component Model: words in lower case, joined by hyphens.

/// The label for a field's name, `snake_case`.
pub(crate) fn of_field(name: &str) -> String {
    name.trim_start_matches("r#").trim_matches('_').replace('_', "-").to_lowercase()
}

/// The label for a variant's name, `CamelCase`. Of a run of capitals, the last begins a word if a
/// small letter follows.
pub(crate) fn of_variant(name: &str) -> String {
    let chars: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut label = String::new();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1);
        let begins_word = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_numeric() || after.is_some_and(|after| after.is_lowercase())
            });
        if (begins_word || c == '_') && !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
        if c != '_' {
            label.extend(c.to_lowercase());
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        assert_eq!(of_field("key"), "key");
        assert_eq!(of_field("last_modified_at"), "last-modified-at");
        assert_eq!(of_field("r#type"), "type");
        assert_eq!(of_field("type_"), "type");
    }

    #[test]
    fn variants() {
        assert_eq!(of_variant("NotFound"), "not-found");
        assert_eq!(of_variant("Full"), "full");
        assert_eq!(of_variant("HTTPError"), "http-error");
        assert_eq!(of_variant("Utf8Error"), "utf8-error");
        assert_eq!(of_variant("Snake_Case"), "snake-case");
        assert_eq!(of_variant("A"), "a");
    }
}
