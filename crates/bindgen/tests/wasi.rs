//! The bindings of `crates/wasi` are what its WIT says.

use cantilever_bindgen::{Options, generate};
use std::path::Path;

#[test]
fn the_bindings_of_wasi_are_not_out_of_date() {
    let wasi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasi");
    let mut options = Options::new(wasi.join("wit"));
    options.all_features = true;
    let bindings = generate(&options).unwrap();
    let directory = wasi.join("src/bindings");
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        bindings.write(&directory).unwrap();
    }
    let stale = bindings.stale(&directory).unwrap();
    assert!(
        stale.is_empty(),
        "edited, or older than the WIT or the generator: {stale:?}; see crates/wasi/wit/README.md"
    );
}
