//! Names for people: of modules, instances and resource types.

/// The longest of these names that is kept, in bytes. Names of many functions are made of each.
const MAX_NAME: usize = 256;

/// A name for people: what is too long of it is left out.
pub fn short_name(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    const CUT: &str = "…";
    let end = (0..=MAX_NAME - CUT.len()).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{CUT}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_end_between_characters() {
        for name in ["", "a", &"a".repeat(MAX_NAME)] {
            assert_eq!(short_name(name), name);
        }
        for name in ["a".repeat(MAX_NAME + 1), "é".repeat(MAX_NAME), format!("a{}", "日本".repeat(MAX_NAME))] {
            let short = short_name(&name);
            assert!((MAX_NAME - 3..=MAX_NAME).contains(&short.len()), "{}", short.len());
            assert!(name.starts_with(short.strip_suffix('…').unwrap()));
        }
    }
}
