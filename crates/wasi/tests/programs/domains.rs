//! Which domains of WASI the crate has. Programs that use others are compiled, and listed instead
//! of run. Programs that import them without using them run all the same.

use crate::program::Run;
use cantilever::runtime::{Component, Linker, Resource};
use cantilever_wasi::WasiCtx;

/// Does the crate have `wasi:filesystem`?
const FILESYSTEM: bool = false;

/// Does the crate have `wasi:sockets`?
const SOCKETS: bool = false;

/// Does the crate have `wasi:http`?
const HTTP: bool = false;

/// What stands for a folder, where there are none.
enum Folder {}

/// The first domain that a run uses and that the crate does not have.
pub fn missing(run: &Run<'_>) -> Option<&'static str> {
    let uses = [
        ("wasi:filesystem", run.folder.is_some(), FILESYSTEM),
        ("wasi:sockets", run.network, SOCKETS),
        ("wasi:http", run.http, HTTP),
    ];
    uses.into_iter().find(|(_, used, there)| *used && !there).map(|(domain, ..)| domain)
}

/// Defines what programs import of domains that the crate does not have: there are no folders, and
/// every other function traps.
pub fn define_missing(linker: &mut Linker<WasiCtx>, component: &Component) {
    if !FILESYSTEM {
        let mut types = linker.instance("wasi:filesystem/types@0.2.12");
        types.resource::<Folder>("descriptor", |_, _| Ok(())).expect("nothing is defined twice");
        let mut preopens = linker.instance("wasi:filesystem/preopens@0.2.12");
        let defined = preopens.func_wrap("get-directories", |_, (): ()| Ok(Vec::<(Resource<Folder>, String)>::new()));
        defined.expect("nothing is defined twice");
    }
    if !(FILESYSTEM && SOCKETS && HTTP) {
        linker.define_unknown_imports_as_traps(component);
    }
}
