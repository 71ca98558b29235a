//! The imports that a linker has nothing for, as data, and as WIT to read.

use std::fmt;

/// Imports that a linker has nothing for, by interface.
///
/// As text it is a line for each import under a line for its interface, in the notation of WIT. It
/// ends after [`Self::SHOWN`] imports with how many more there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownImports {
    interfaces: Vec<UnknownInterface>,
}

/// An interface of whose items a linker lacks some.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownInterface {
    /// The names of the instances that its items lie in, outermost first. None for imports that lie
    /// in no instance.
    pub path: Vec<String>,
    /// The instance that the linker has in its place, which lacks the items or is of an
    /// incompatible version.
    pub nearest: Option<String>,
    /// What is missing, in the order of the component.
    pub items: Vec<UnknownItem>,
}

/// An import that a linker has nothing for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownItem {
    /// Its name, such as `get-random-bytes` or `[method]descriptor.read`.
    pub name: String,
    /// Its type, such as `func(len: u64) -> list<u8>` or `resource`; in words where WIT has none.
    pub ty: String,
}

impl UnknownInterface {
    /// The names of the instances, joined by `/`. Empty for imports that lie in no instance.
    pub fn name(&self) -> String {
        self.path.join("/")
    }
}

impl UnknownImports {
    /// How many imports the text names.
    pub const SHOWN: usize = 12;

    /// Groups imports, each a path and a type in words, by interface. `nearest` says what there is
    /// instead.
    pub(crate) fn new<'a>(
        imports: impl IntoIterator<Item = (&'a [String], String)>,
        nearest: impl Fn(&[String]) -> Option<String>,
    ) -> Self {
        let mut interfaces: Vec<UnknownInterface> = Vec::new();
        for (path, ty) in imports {
            let Some((name, outer)) = path.split_last() else { continue };
            let item = UnknownItem { name: name.clone(), ty };
            // Imports of an interface stand together.
            match interfaces.last_mut() {
                Some(last) if last.path == outer => last.items.push(item),
                _ => {
                    interfaces.push(UnknownInterface {
                        path: outer.to_vec(),
                        nearest: nearest(outer),
                        items: vec![item],
                    });
                }
            }
        }
        UnknownImports { interfaces }
    }

    /// The interfaces, in the order of the component, with what is missing of each.
    pub fn interfaces(&self) -> &[UnknownInterface] {
        &self.interfaces
    }

    /// How many imports are missing.
    pub fn count(&self) -> usize {
        self.interfaces.iter().map(|interface| interface.items.len()).sum()
    }
}

impl fmt::Display for UnknownImports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown imports, which the host does not define:")?;
        let mut left = Self::SHOWN;
        for interface in &self.interfaces {
            if left == 0 {
                break;
            }
            interface.write_heading(f)?;
            for item in interface.items.iter().take(left) {
                write!(f, "\n    {item}")?;
            }
            left = left.saturating_sub(interface.items.len());
        }
        match self.count().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n    … and {more} more"),
        }
    }
}

impl UnknownInterface {
    fn write_heading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        if !name.is_empty() {
            write!(f, "\n  {name}")?;
        }
        match &self.nearest {
            Some(nearest) if *nearest == name => f.write_str(" (the host defines other items of it)"),
            Some(nearest) => write!(f, " (the host defines {nearest})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for UnknownItem {
    /// The item as WIT declares it, with the end of a long type left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_TYPE: usize = 200;
        if self.ty == "resource" {
            return write!(f, "resource {};", self.name);
        }
        match self.ty.char_indices().nth(MAX_TYPE) {
            Some((end, _)) => write!(f, "{}: {}…;", self.name, &self.ty[..end]),
            None => write!(f, "{}: {};", self.name, self.ty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(path: &[&str], ty: &str) -> (Vec<String>, String) {
        (path.iter().map(|name| (*name).to_owned()).collect(), ty.to_owned())
    }

    #[test]
    fn the_text_is_grouped_and_ends() {
        let mut imports = vec![
            import(&["hook"], "func(x: u32)"),
            import(&["a:b/c@0.3.0", "r"], "resource"),
            import(&["a:b/c@0.3.0", "f"], "func() -> own<r>"),
            import(&["a:b/d"], "func()"),
        ];
        let new = |imports: &[(Vec<String>, String)]| {
            let near = |path: &[String]| path.last().is_some_and(|name| name == "a:b/c@0.3.0");
            let nearest = |path: &[String]| near(path).then(|| "a:b/c@0.2.0".to_owned());
            UnknownImports::new(imports.iter().map(|(path, ty)| (&**path, ty.clone())), nearest)
        };
        let expected = "unknown imports, which the host does not define:
    hook: func(x: u32);
  a:b/c@0.3.0 (the host defines a:b/c@0.2.0)
    resource r;
    f: func() -> own<r>;";
        assert_eq!(new(&imports[..3]).to_string(), expected);
        imports.extend((0..UnknownImports::SHOWN).map(|i| import(&["many", &i.to_string()], "func()")));
        let text = new(&imports).to_string();
        assert!(text.ends_with("    7: func();\n    … and 4 more"), "{text}");
        let long = UnknownItem { name: "f".into(), ty: "ü".repeat(300) };
        assert_eq!(long.to_string(), format!("f: {}…;", "ü".repeat(200)));
    }
}
