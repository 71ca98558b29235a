//! What instances that were compiled to debug handles tell about them: which live, and where they
//! were created and dropped.

use crate::error::frame::Frame;
use crate::error::message::func_key;
use crate::image::loaded::Image;
use cantilever_abi::block::HandleEvent;
use std::fmt;

/// A handle that has not been dropped, in an instance that was compiled to debug handles.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveHandle {
    /// Its type, such as `own<r>`.
    pub ty: String,
    /// Whose handle table it is in.
    pub holder: HandleHolder,
    /// Its index there.
    pub index: u32,
    /// Where it was created.
    pub created: HandleSite,
}

/// Who holds a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleHolder {
    /// A component instance, by its number among those that the root is made of.
    Guest(u32),
    /// The host.
    Host,
}

/// Where a handle was created or dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleSite {
    /// The symbol of the built-in or adapter that did it. `None` is the host.
    pub by: Option<String>,
    /// The calls of core code that led there, innermost first; the outer ones of many are left out.
    /// None when no core code ran.
    pub calls: Vec<Frame>,
}

impl HandleSite {
    pub(crate) fn new(image: &Image, event: &HandleEvent) -> Self {
        let name = image.artifact.name(func_key(event.by)).filter(|_| event.by != HandleEvent::HOST);
        let calls = event.calls.into_iter().take_while(|source| *source != 0);
        HandleSite { by: name.map(str::to_owned), calls: calls.filter_map(|source| image.call(source)).collect() }
    }
}

impl fmt::Display for HandleSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}", self.by.as_deref().unwrap_or("the host"))?;
        for (i, call) in self.calls.iter().enumerate() {
            write!(f, "{} {call}", if i == 0 { " in" } else { ", called by" })?;
            call.offset.map_or(Ok(()), |offset| write!(f, " ({offset:#x})"))?;
        }
        Ok(())
    }
}

impl fmt::Display for HandleHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HandleHolder::Guest(instance) => write!(f, "component instance {instance}"),
            HandleHolder::Host => f.write_str("the host"),
        }
    }
}

impl fmt::Display for LiveHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, index {} of {}, created {}", self.ty, self.index, self.holder, self.created)
    }
}

/// Is told which handles live when their store ends.
pub(crate) struct LeakReport(pub(crate) Box<dyn FnOnce(Vec<LiveHandle>) + Send>);

impl fmt::Debug for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeakReport")
    }
}
