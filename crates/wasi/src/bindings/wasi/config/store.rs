//! The interface `wasi:config/store@0.2.0-rc.1`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{ComponentType, HostError, Lift, LinkError, Linker, Lower};

/// An error type that encapsulates the different errors that can occur fetching configuration values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Error {
    /// This indicates an error from an "upstream" config source.
    /// As this could be almost _anything_ (such as Vault, Kubernetes ConfigMaps, KeyValue buckets, etc),
    /// the error message is a string.
    Upstream(String),
    /// This indicates an error from an I/O operation.
    /// As this could be almost _anything_ (such as a file read, network connection, etc),
    /// the error message is a string.
    /// Depending on how this ends up being consumed,
    /// we may consider moving this to use the `wasi:io/error` type instead.
    /// For simplicity right now in supporting multiple implementations, it is being left as a string.
    Io(String),
}

/// What a host does for guests that import `wasi:config/store@0.2.0-rc.1`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Store {
    /// Gets a configuration value of type `string` associated with the `key`.
    ///
    /// The value is returned as an `option<string>`. If the key is not found,
    /// `Ok(none)` is returned. If an error occurs, an `Err(error)` is returned.
    fn get(&mut self, key: &str) -> Result<Result<Option<String>, Error>, HostError>;

    /// Gets a list of configuration key-value pairs of type `string`.
    ///
    /// If an error occurs, an `Err(error)` is returned.
    fn get_all(&mut self) -> Result<Result<Vec<(String, String)>, Error>, HostError>;
}

/// Defines `wasi:config/store@0.2.0-rc.1`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Store + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:config/store@0.2.0-rc.1");
    instance.func_view::<(&str,), _, _>("get", move |data, (key,)| {
        get(data).get(key)
    })?;
    instance.func_wrap("get-all", move |mut caller, ()| {
        get(caller.data_mut()).get_all()
    })?;
    Ok(())
}
