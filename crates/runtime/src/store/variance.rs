//! Which subtypes there are of the types whose parameters stand for what the compiler cannot see:
//! none.
//!
//! A store gives its data and takes it, a linker's closures do so from behind a pointer, and a type
//! check holds for exactly the types that were checked. If one of them could become another with a
//! longer or shorter lifetime inside, safe programs could read freed memory. Each pair below is a
//! program that must not compile and one that differs from it in the types alone and does.
//!
//! # Store
//!
//! ```
//! # use cantilever::runtime::Store;
//! fn same<'a>(store: Store<&'a str>) -> Store<&'a str> { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Store;
//! fn shorter<'a>(store: Store<&'static str>) -> Store<&'a str> { store }
//! ```
//! ```
//! # use cantilever::runtime::Store;
//! fn same(store: Store<fn(&'static str)>) -> Store<fn(&'static str)> { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Store;
//! fn longer(store: Store<fn(&'static str)>) -> Store<fn(&str)> { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Store;
//! fn shorter(store: Store<fn(&str)>) -> Store<fn(&'static str)> { store }
//! ```
//!
//! # Contexts of stores
//!
//! Their own lifetime can become shorter.
//!
//! ```
//! # use cantilever_runtime::{Caller, StoreContextMut};
//! fn same<'c, 'a>(caller: Caller<'c, &'a str>) -> Caller<'c, &'a str> { caller }
//! fn shorter<'c>(caller: Caller<'static, ()>) -> Caller<'c, ()> { caller }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Caller;
//! fn shorter<'c, 'a>(caller: Caller<'c, &'static str>) -> Caller<'c, &'a str> { caller }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Caller;
//! fn longer<'c>(caller: Caller<'c, ()>) -> Caller<'static, ()> { caller }
//! ```
//!
//! # Linker
//!
//! ```
//! # use cantilever::runtime::Linker;
//! fn same(linker: Linker<fn(&'static str)>) -> Linker<fn(&'static str)> { linker }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Linker;
//! fn longer(linker: Linker<fn(&'static str)>) -> Linker<fn(&str)> { linker }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Linker;
//! fn shorter(linker: Linker<fn(&str)>) -> Linker<fn(&'static str)> { linker }
//! ```
//! ```
//! # use cantilever::runtime::LinkerInstance;
//! fn same<'l>(linker: LinkerInstance<'l, fn(&str)>) -> LinkerInstance<'l, fn(&str)> { linker }
//! fn shorter<'l>(linker: LinkerInstance<'static, ()>) -> LinkerInstance<'l, ()> { linker }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::LinkerInstance;
//! fn longer<'l>(linker: LinkerInstance<'l, fn(&'static str)>) -> LinkerInstance<'l, fn(&str)> { linker }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::LinkerInstance;
//! fn shorter<'l>(linker: LinkerInstance<'l, fn(&str)>) -> LinkerInstance<'l, fn(&'static str)> { linker }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::LinkerInstance;
//! fn longer<'l>(linker: LinkerInstance<'l, ()>) -> LinkerInstance<'static, ()> { linker }
//! ```
//!
//! # Component with its imports bound
//!
//! ```
//! # use cantilever::runtime::InstancePre;
//! fn same(pre: InstancePre<fn(&'static str)>) -> InstancePre<fn(&'static str)> { pre }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::InstancePre;
//! fn longer(pre: InstancePre<fn(&'static str)>) -> InstancePre<fn(&str)> { pre }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::InstancePre;
//! fn shorter(pre: InstancePre<fn(&str)>) -> InstancePre<fn(&'static str)> { pre }
//! ```
//!
//! # Typed functions and handles
//!
//! Types are checked by their identities, which differ where lifetimes do.
//!
//! ```
//! # use cantilever_runtime::{Resource, TypedFunc};
//! fn same(func: TypedFunc<fn(&str), fn(&str)>) -> TypedFunc<fn(&str), fn(&str)> { func }
//! fn same_handle(handle: Resource<fn(&str)>) -> Resource<fn(&str)> { handle }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::TypedFunc;
//! fn longer(func: TypedFunc<fn(&'static str), ()>) -> TypedFunc<fn(&str), ()> { func }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::TypedFunc;
//! fn shorter(func: TypedFunc<(), fn(&str)>) -> TypedFunc<(), fn(&'static str)> { func }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Resource;
//! fn longer(handle: Resource<fn(&'static str)>) -> Resource<fn(&str)> { handle }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Resource;
//! fn shorter(handle: Resource<fn(&str)>) -> Resource<fn(&'static str)> { handle }
//! ```
//!
//! # Closures of the host
//!
//! They outlive every borrow, and so does the data that they are given.
//!
//! ```
//! # use cantilever_runtime::{Engine, Linker};
//! fn linker(engine: &Engine) -> Linker<&'static str> { Linker::new(engine) }
//! ```
//! ```compile_fail
//! # use cantilever_runtime::{Engine, Linker};
//! fn linker<'a>(engine: &Engine) -> Linker<&'a str> { Linker::new(engine) }
//! ```
//! ```
//! # use cantilever_runtime::{Caller, CoreFunc, CoreVal};
//! # use cantilever::object::artifact::CoreFuncType;
//! fn func(ty: CoreFuncType) -> CoreFunc {
//!     CoreFunc::new(ty, |_: Caller<'_, &'static str>, _: &[CoreVal]| Ok(vec![]))
//! }
//! ```
//! ```compile_fail
//! # use cantilever_runtime::{Caller, CoreFunc, CoreVal};
//! # use cantilever::object::artifact::CoreFuncType;
//! fn func<'a>(ty: CoreFuncType) -> CoreFunc {
//!     CoreFunc::new(ty, |_: Caller<'_, &'a str>, _: &[CoreVal]| Ok(vec![]))
//! }
//! ```
//! ```
//! # use cantilever_runtime::{CoreInstance, Module, Store};
//! fn make(store: &mut Store<&'static str>, module: &Module) { drop(CoreInstance::new(store, module, &[])) }
//! ```
//! ```compile_fail
//! # use cantilever_runtime::{CoreInstance, Module, Store};
//! fn make<'a>(store: &mut Store<&'a str>, module: &Module) { drop(CoreInstance::new(store, module, &[])) }
//! ```
//! ```
//! # use cantilever_runtime::{Caller, Linker};
//! fn define(linker: &mut Linker<()>, text: &'static str) {
//!     linker.func_wrap("f", move |_: Caller<'_, ()>, (): ()| Ok(text.len() as u64)).unwrap();
//! }
//! ```
//! ```compile_fail
//! # use cantilever_runtime::{Caller, Linker};
//! fn define(linker: &mut Linker<()>, text: &str) {
//!     linker.func_wrap("f", move |_: Caller<'_, ()>, (): ()| Ok(text.len() as u64)).unwrap();
//! }
//! ```
//!
//! # Threads
//!
//! A store goes where its data may go, one thread at a time; a context of it stays.
//!
//! ```
//! # use cantilever::runtime::Store;
//! fn send(store: Store<u32>) -> impl Send { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Store;
//! fn send(store: Store<std::rc::Rc<u32>>) -> impl Send { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Store;
//! fn share(store: Store<u32>) -> impl Sync { store }
//! ```
//! ```compile_fail
//! # use cantilever::runtime::Caller;
//! fn send(caller: Caller<'static, u32>) -> impl Send { caller }
//! ```

use std::marker::PhantomData;

/// Makes a type invariant in `T`. It has no `T`, so it is `Send` and `Sync` whatever `T` is.
pub(crate) type Invariant<T> = PhantomData<fn(T) -> T>;
