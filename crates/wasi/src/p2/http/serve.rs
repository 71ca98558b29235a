//! Guests that answer requests: an instance of a component for each, on the thread of the request.

use crate::bindings::exports::wasi::http::incoming_handler as wit;
use crate::http::{Handler, IncomingRequest, Interruption, ResponseOutparam};
use crate::p2::ctx::WasiCtx;
use cantilever_runtime::{
    Component, Engine, Error, ExportKind, HostError, InstancePre, Limits, LinkError, Linker, Resource, Store,
};
use http::Method;
use http::uri::PathAndQuery;

/// The interface that guests export, in any version that is compatible.
const INTERFACE: &str = "wasi:http/incoming-handler@0.2.";

/// What is done when a guest has failed.
type Report = dyn Fn(&RequestLine, &GuestFailure) + Send + Sync;

/// Has a new instance of a component answer each request, in a store of its own.
///
/// The component must have been compiled with `interruptible`, and the linker must have what it
/// imports.
pub struct ComponentHandler<T: 'static> {
    engine: Engine,
    component: InstancePre<T>,
    /// The path of `handle` among the exports.
    handle: String,
    get: fn(&mut T) -> &mut WasiCtx,
    data: Box<dyn Fn() -> T + Send + Sync>,
    limits: Limits,
    report: Box<Report>,
}

impl<T> std::fmt::Debug for ComponentHandler<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentHandler").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// Which request it was, for a report.
#[derive(Debug, Clone)]
pub struct RequestLine {
    method: Method,
    path: Option<PathAndQuery>,
}

impl std::fmt::Display for RequestLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path.as_ref().map_or("", PathAndQuery::as_str))
    }
}

/// How a guest failed to answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuestFailure {
    /// It trapped, or could not be made.
    #[error(transparent)]
    Failed(#[from] Error),
    /// It ended without an answer.
    #[error("the guest ended without a response")]
    Unanswered,
    /// The host had no room for the request.
    #[error(transparent)]
    Host(HostError),
}

impl<T: 'static> ComponentHandler<T> {
    /// Instances of this component. Each store has its `data`, in which `get` finds the context.
    pub fn new(
        linker: &Linker<T>,
        component: &Component,
        get: fn(&mut T) -> &mut WasiCtx,
        data: impl Fn() -> T + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let handle = find_handle(component)?;
        Ok(ComponentHandler {
            engine: component.engine().clone(),
            component: linker.instantiate_pre(component)?,
            handle,
            get,
            data: Box::new(data),
            limits: Limits::default(),
            report: Box::new(|_, _| ()),
        })
    }

    /// What each instance may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Calls this, on the guest's thread, when a guest has failed.
    pub fn on_failure(mut self, report: impl Fn(&RequestLine, &GuestFailure) + Send + Sync + 'static) -> Self {
        self.report = Box::new(report);
        self
    }

    /// Runs a guest from beginning to end.
    fn run(
        &self,
        request: IncomingRequest,
        respond: ResponseOutparam,
        interruption: &Interruption,
    ) -> Result<(), GuestFailure> {
        let mut store = Store::new(&self.engine, (self.data)());
        store.set_limits(self.limits.clone());
        let interrupt = store.interrupt_handle()?;
        interruption.on_interrupt(move || interrupt.interrupt());
        let event = store.interrupt_event().map_err(|error| GuestFailure::Host(error.into()))?;
        let ctx = (self.get)(store.data_mut());
        ctx.set_interrupt_event(event);
        let request = ctx.push_incoming_request(request).map_err(GuestFailure::Host)?;
        let respond = ctx.push_response_outparam(respond).map_err(GuestFailure::Host)?;
        let instance = self.component.instantiate(&mut store)?;
        let handle = instance.get_typed_func::<(Resource<wit::IncomingRequest>, Resource<wit::ResponseOutparam>), ()>(
            &mut store,
            &self.handle,
        )?;
        match handle.call(&mut store, (request, respond)) {
            Err(error) if error.exit_code() != Some(0) => return Err(error.into()),
            _ => {}
        }
        if (self.get)(store.data_mut()).has_answered() { Ok(()) } else { Err(GuestFailure::Unanswered) }
    }
}

impl<T: 'static> Handler for ComponentHandler<T> {
    fn handle(&self, request: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption) {
        let line = RequestLine { method: request.method.clone(), path: request.path_with_query.clone() };
        if let Err(failure) = self.run(request, respond, interruption) {
            (self.report)(&line, &failure);
        }
    }
}

/// The path of `handle` among a component's exports.
fn find_handle(component: &Component) -> Result<String, Error> {
    let exports = component.exports();
    let found = exports.iter().find(|item| {
        matches!(item.kind, ExportKind::Func(_))
            && matches!(&item.path[..], [interface, name] if name == "handle" && interface.starts_with(INTERFACE))
    });
    let missing = || LinkError::UnknownExport { what: "interface", name: "wasi:http/incoming-handler@0.2".to_owned() };
    Ok(found.ok_or_else(missing)?.path.join("/"))
}
