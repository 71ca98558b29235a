//! The client that sends guests' HTTP requests, where `-S http` grants them.
//!
//! It must not know who the guests are.

use super::Failure;
use cantilever_wasi::WasiCtxBuilder;
use cantilever_wasi::http::{Client, ClientConfig};
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};

/// A client, and the threads on which its connections live if nobody else has any.
pub struct HttpClient {
    client: Arc<Client>,
    _runtime: Option<Runtime>,
}

impl HttpClient {
    /// A client with a thread of its own.
    pub fn start() -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| Failure::refused(format!("no thread for HTTP requests: {e}")))?;
        let client = Arc::new(Client::new(&ClientConfig::default(), runtime.handle().clone()));
        Ok(HttpClient { client, _runtime: Some(runtime) })
    }

    /// A client on the threads of a server.
    pub fn on(runtime: &Handle) -> Self {
        let client = Arc::new(Client::new(&ClientConfig::default(), runtime.clone()));
        HttpClient { client, _runtime: None }
    }

    /// Lets a guest send requests anywhere.
    pub fn grant(&self, builder: &mut WasiCtxBuilder) {
        builder.allow_http(self.client.clone(), |_| true);
    }
}
