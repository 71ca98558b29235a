//! Lays out calls that define functions in a linker.
//!
//! There are more of them in bindings than of anything else, and a printer that does not know what
//! matters in them takes twice the lines.

/// The width that lines have at most, if nothing in them is too long by itself.
const WIDTH: usize = 100;
const INDENT: &str = "    ";

/// The definition of a function or a resource: a call of a method of `instance` with a label and a
/// closure, which makes one call.
pub(crate) struct Definition {
    /// The method.
    pub(crate) define: &'static str,
    /// Its type arguments.
    pub(crate) types: Vec<String>,
    /// The label.
    pub(crate) label: String,
    /// The head of the closure, `move |…|`.
    pub(crate) closure: String,
    /// What the closure calls.
    pub(crate) callee: String,
    /// What it calls it with.
    pub(crate) arguments: Vec<String>,
}

impl Definition {
    /// The statement, in the body of a function.
    pub(crate) fn print(&self) -> String {
        let Definition { define, types, label, closure, .. } = self;
        let types = if types.is_empty() { String::new() } else { format!("::<{}>", types.join(", ")) };
        let in_line = format!("{INDENT}instance.{define}{types}({label:?}, {closure} {{");
        if in_line.len() <= WIDTH {
            return format!("{in_line}\n{}{INDENT}}})?;\n", self.call(2));
        }
        let call = self.call(0);
        let in_line = format!("{INDENT}{INDENT}{closure} {},\n", call.trim_end());
        let closure = match in_line.len() <= WIDTH && !call.trim_end().contains('\n') {
            true => in_line,
            false => format!("{INDENT}{INDENT}{closure} {{\n{}{INDENT}{INDENT}}},\n", self.call(3)),
        };
        format!("{INDENT}instance.{define}{types}(\n{INDENT}{INDENT}{label:?},\n{closure}{INDENT})?;\n")
    }

    /// The call that the closure makes, so deep in the text.
    fn call(&self, depth: usize) -> String {
        let (Definition { callee, arguments, .. }, indent) = (self, INDENT.repeat(depth));
        let in_line = format!("{indent}{callee}({})", arguments.join(", "));
        if in_line.len() <= WIDTH {
            return in_line + "\n";
        }
        let arguments: String = arguments.iter().map(|argument| format!("{indent}{INDENT}{argument},\n")).collect();
        format!("{indent}{callee}(\n{arguments}{indent})\n")
    }
}
