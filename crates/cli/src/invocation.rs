//! `--invoke 'name(arguments)'`: which export is called, and with what.

/// A call as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The path to the function: the names of the instances it lies in, outermost first, then its
    /// own.
    name: String,
    /// WAVE text with its parentheses.
    arguments: String,
}

impl Invocation {
    /// Splits `name(arguments)` at the first parenthesis, which no export's name contains.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some(open) = text.find('(') else {
            return Err(format!("`{text}` is not a call; write the arguments in parentheses: `{text}()`"));
        };
        if !text.ends_with(')') {
            return Err(format!("`{text}` is not a call: the closing parenthesis is missing at its end"));
        }
        let name = text[..open].trim();
        if name.is_empty() {
            return Err(format!("`{text}` names no function; write its name before the parenthesis"));
        }
        Ok(Invocation { name: name.to_string(), arguments: text[open..].to_string() })
    }

    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The arguments as written, with their parentheses.
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Which of the functions is meant? Each is given by its path.
    ///
    /// A path is written with `/` between its parts. The name of the function alone will do when
    /// only one has it, and so will an interface's name without package or version.
    pub fn find<'p>(&self, paths: impl Iterator<Item = &'p [String]> + Clone) -> Found {
        let exact = paths.clone().position(|path| path.join("/") == self.name);
        if let Some(index) = exact {
            return Found::One(index);
        }
        let mut matches = paths.enumerate().filter(|(_, path)| self.abbreviates(path)).map(|(index, _)| index);
        match (matches.next(), matches.next()) {
            (None, _) => Found::Nothing,
            (Some(index), None) => Found::One(index),
            (Some(first), Some(second)) => Found::Several([vec![first, second], matches.collect()].concat()),
        }
    }

    fn abbreviates(&self, path: &[String]) -> bool {
        let Some((func, instances)) = path.split_last() else { return false };
        let rest = match self.name.strip_suffix(func.as_str()) {
            Some("") => return true,
            Some(rest) => rest,
            None => return false,
        };
        let Some(interface) = rest.strip_suffix('/').or_else(|| rest.strip_suffix('#')) else { return false };
        instances.last().is_some_and(|name| name == interface || bare_interface(name) == interface)
    }
}

/// What [`Invocation::find`] found, by index.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The function.
    One(usize),
    /// The name fits none.
    Nothing,
    /// The name fits several.
    Several(Vec<usize>),
}

/// `store` of `demo:kv/store@0.1.0`.
fn bare_interface(name: &str) -> &str {
    let unversioned = name.split_once('@').map_or(name, |(name, _)| name);
    unversioned.rsplit_once('/').map_or(unversioned, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&[&str]]) -> Vec<Vec<String>> {
        paths.iter().map(|path| path.iter().map(|s| s.to_string()).collect()).collect()
    }

    fn find(text: &str, all: &[Vec<String>]) -> Found {
        Invocation::parse(text).unwrap().find(all.iter().map(Vec::as_slice))
    }

    #[test]
    fn splits_at_the_first_parenthesis() {
        let call = Invocation::parse(" demo:kv/store@0.1.0/get(\"a(b)\", some(1)) ").unwrap();
        assert_eq!(call.name(), "demo:kv/store@0.1.0/get");
        assert_eq!(call.arguments(), "(\"a(b)\", some(1))");
        assert!(Invocation::parse("run").unwrap_err().contains("`run()`"));
        assert!(Invocation::parse("run(1").is_err());
        assert!(Invocation::parse("(1)").is_err());
    }

    #[test]
    fn finds_by_path_by_interface_and_by_bare_name() {
        let all = paths(&[&["demo:kv/store@0.1.0", "live"], &["run"], &["demo:kv/other@0.1.0", "live"]]);
        assert_eq!(find("demo:kv/store@0.1.0/live()", &all), Found::One(0));
        assert_eq!(find("demo:kv/store@0.1.0#live()", &all), Found::One(0));
        assert_eq!(find("other/live()", &all), Found::One(2));
        assert_eq!(find("run(5000)", &all), Found::One(1));
        assert_eq!(find("live()", &all), Found::Several(vec![0, 2]));
        assert_eq!(find("liv()", &all), Found::Nothing);
        assert_eq!(find("store-live()", &all), Found::Nothing);
    }

    #[test]
    fn an_exact_name_wins() {
        let all = paths(&[&["i", "run"], &["run"]]);
        assert_eq!(find("run()", &all), Found::One(1));
    }
}
