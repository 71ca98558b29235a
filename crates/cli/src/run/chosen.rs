//! The export that `run` calls.

use crate::Failure;
use crate::invocation::{Found, Invocation};
use cantilever::runtime::wave::{self, WaveError};
use cantilever::runtime::{Component, ExportKind, FuncSignature, Val};
use std::fmt::Write;

/// The function that is called.
pub struct Chosen {
    /// Its path.
    pub path: String,
    signature: FuncSignature,
}

impl Chosen {
    /// The one that the user named, or `wasi:cli/run`.
    pub fn new(component: &Component, call: Option<&Invocation>) -> Result<Self, Failure> {
        let functions: Vec<(Vec<String>, FuncSignature)> = component
            .exports()
            .into_iter()
            .filter_map(|item| match item.kind {
                ExportKind::Func(signature) => Some((item.path, signature)),
                _ => None,
            })
            .collect();
        let found = match call {
            Some(call) => call.find(functions.iter().map(|(path, _)| path.as_slice())),
            None => functions.iter().position(|(path, _)| is_wasi_run(path)).map_or(Found::Nothing, Found::One),
        };
        match (found, call) {
            (Found::One(index), _) => {
                let (path, signature) = &functions[index];
                Ok(Chosen { path: path.join("/"), signature: signature.clone() })
            }
            (Found::Several(indices), Some(call)) => Err(Failure::remedied(
                format!("`{}` is the name of {} exported functions", call.name(), indices.len()),
                format!("write the whole name of one:{}", list(indices.iter().map(|i| &functions[*i]))),
            )),
            (_, Some(call)) => Err(Failure::remedied(
                format!("there is no exported function `{}`", call.name()),
                format!("the component exports:{}", list(functions.iter())),
            )),
            (_, None) => Err(Failure::remedied(
                "no function was named, and the component does not export `wasi:cli/run`",
                format!("name one with --invoke 'NAME(ARGS)'; the component exports:{}", list(functions.iter())),
            )),
        }
    }

    /// The arguments that the user wrote, as values of its types.
    pub fn arguments(&self, call: &Invocation) -> Result<Vec<Val>, Failure> {
        let expected = format!("the function is `{}: {}`", self.path, self.signature);
        if let Some(result) = &self.signature.result {
            wave::check(result).map_err(|e| Failure::remedied(e, &expected))?;
        }
        wave::read_arguments(call.arguments(), &self.signature).map_err(|error| match error {
            WaveError::NoText(_) => Failure::remedied(error, &expected),
            WaveError::Text { message, span } => {
                let (before, marked) = (&call.arguments()[..span.start], &call.arguments()[span]);
                let indent = call.name().chars().count() + before.chars().count();
                let marks = "^".repeat(marked.chars().count().max(1));
                let shown = format!("    {}{}\n    {:indent$}{marks}", call.name(), call.arguments(), "");
                Failure::remedied(format!("wrong arguments: {message}\n{shown}"), &expected)
            }
        })
    }
}

fn is_wasi_run(path: &[String]) -> bool {
    matches!(path, [interface, func] if func == "run" && (interface == "wasi:cli/run" || interface.starts_with("wasi:cli/run@")))
}

fn list<'a>(functions: impl Iterator<Item = &'a (Vec<String>, FuncSignature)>) -> String {
    let mut text = String::new();
    for (path, signature) in functions {
        write!(text, "\n    {}: {signature}", path.join("/")).expect("a string takes everything");
    }
    if text.is_empty() { " no functions".to_owned() } else { text }
}
