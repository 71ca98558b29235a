//! A directory of compiled objects: what was compiled once is loaded, not compiled again.
//!
//! An object is found by everything that decides about it (`key`): the input, what is provided for
//! its imports, the options, this build of the compiler, and this machine. So an entry is never
//! changed, and processes and machines that share a directory need not agree on anything. It is
//! mapped and checked against its seal before it is loaded. What is damaged is compiled anew.
//!
//! When an input has changed, most of its functions have not. So the functions of its last
//! compilation are kept as well (`functions`).
//!
//! Loading an object is running native code. So the directory must belong to this user, and nobody
//! else may be able to write to it ([`Trust`]).
//!
//! Whatever goes wrong with a cache, the program is compiled all the same; the cache notes a
//! [warning](Cache::take_warnings). It must not know how code is made or run.

mod counters;
mod directory;
mod entry;
mod error;
mod functions;
mod key;
mod listing;
mod size_limit;
#[cfg(test)]
mod tests;
mod trust;

pub use counters::CacheStats;
pub use error::{CacheError, Distrust};
pub use listing::{CacheEntry, Content, Removed};
pub use trust::Trust;

use crate::error::Error;
use crate::options::{CompileOptions, Progress};
use crate::pipeline;
use cantilever_object::seal::unseal;
use cantilever_object::trusted::TrustedObject;
use counters::Counters;
use directory::Directory;
use entry::Description;
use functions::Functions;
use key::Key;
use memmap2::{Mmap, MmapOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How many bytes a cache has at most, unless its [`CacheOptions`] say otherwise: 2 GiB.
const SIZE_LIMIT: u64 = 2 << 30;
/// How many warnings are kept that nobody has asked for.
const MAX_WARNINGS: usize = 16;
/// What names of files with objects end with.
const OBJECT: &str = ".object";
/// What names of files with functions end with.
const FUNCTIONS: &str = ".functions";
/// Inputs of fewer bytes than this are compiled sooner than functions are looked up.
const MANY_FUNCTIONS: usize = 64 << 10;

/// Choices for a cache.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// How many bytes the files have together at most. What was not used for longest is removed
    /// when there is more.
    pub size_limit: u64,
    /// Whose objects are run.
    pub trust: Trust,
}

impl Default for CacheOptions {
    fn default() -> Self {
        CacheOptions { size_limit: SIZE_LIMIT, trust: Trust::default() }
    }
}

/// A directory of compiled objects. Cheap to clone; any number of threads and processes may use one
/// directory.
#[derive(Debug, Clone)]
pub struct Cache {
    shared: Arc<Shared>,
    /// What the caller calls the inputs.
    input: Arc<str>,
}

/// What all clones share.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    options: CacheOptions,
    /// Opened anew when it has been removed.
    directory: Mutex<Arc<Directory>>,
    counters: Counters,
    warnings: Mutex<Vec<CacheError>>,
}

impl Cache {
    /// Opens a directory, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`CacheError`]: it cannot be made or opened, or others could put code there.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, CacheError> {
        Self::with_options(directory, CacheOptions::default())
    }

    /// The same, with choices about the cache.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub fn with_options(directory: impl AsRef<Path>, options: CacheOptions) -> Result<Self, CacheError> {
        let path = directory.as_ref().to_owned();
        let directory = Mutex::new(Arc::new(Directory::open(&path, &options.trust)?));
        let shared = Shared { path, options, directory, counters: Counters::default(), warnings: Mutex::default() };
        Ok(Cache { shared: Arc::new(shared), input: Arc::from("") })
    }

    /// The directory of this user: `$CANTILEVER_CACHE_DIR`, else `$XDG_CACHE_HOME/cantilever`, else
    /// `$HOME/.cache/cantilever`. Variables that are empty do not count, and the latter two must be
    /// absolute.
    ///
    /// # Errors
    ///
    /// [`CacheError::NoPlace`]: there is none of these.
    pub fn default_directory() -> Result<PathBuf, CacheError> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
        variable("CANTILEVER_CACHE_DIR")
            .or_else(|| absolute("XDG_CACHE_HOME").map(|path| path.join("cantilever")))
            .or_else(|| absolute("HOME").map(|path| path.join(".cache/cantilever")))
            .ok_or(CacheError::NoPlace)
    }

    /// The same cache, for an input that is known by this name, such as its path.
    ///
    /// [`list`](Self::list) shows the name. When the input has changed, functions that did not are
    /// taken from the last compilation with this name and the same options.
    #[must_use]
    pub fn for_input(&self, name: impl Into<Arc<str>>) -> Self {
        Cache { shared: self.shared.clone(), input: name.into() }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.shared.path
    }

    /// What this cache and its clones have done so far.
    pub fn stats(&self) -> CacheStats {
        self.shared.counters.stats()
    }

    /// What went wrong since this was asked last. Only the first few warnings are kept.
    pub fn take_warnings(&self) -> Vec<CacheError> {
        std::mem::take(&mut *self.shared.warnings.lock().expect("nothing panics while it holds the lock"))
    }

    /// Gives `load` the object of an input: the one that is kept, or a new one. If `load` refuses
    /// the former, it gets the latter.
    #[cfg(feature = "runtime")]
    pub(crate) fn load<T, E: From<Error>>(
        &self,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
        load: impl Fn(&TrustedObject<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = Key::of_object(bytes, options)?;
        match self.load_kept(key, &load) {
            Some(loaded) => Ok(loaded),
            None => load(&self.make(key, bytes, options, progress)?),
        }
    }

    /// Makes an object and keeps it.
    fn make(
        &self,
        key: Key,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<TrustedObject<'static>, Error> {
        self.shared.counters.missed();
        let object = if self.input.is_empty() || bytes.len() < MANY_FUNCTIONS {
            pipeline::compile_trusted(bytes, options, progress)?
        } else {
            self.compile_changed(bytes, options, progress)?
        };
        self.keep(key, OBJECT, bytes, options, object.bytes());
        Ok(object)
    }

    /// Compiles an input with the functions of the last compilation of the same name, and keeps
    /// those that are new.
    fn compile_changed(
        &self,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<TrustedObject<'static>, Error> {
        let key = Key::of_functions(&self.input, options)?;
        let file = self.map(&self.current(), &(key.text() + FUNCTIONS));
        let functions = Functions::new(file.as_deref().and_then(|file| entry::object(file, key)));
        let (object, reused) = pipeline::compile_reusing(bytes, options, progress, &functions)?;
        self.shared.counters.reused(reused);
        if let Some(pack) = functions.into_pack() {
            self.keep(key, FUNCTIONS, bytes, options, &pack);
        }
        Ok(object)
    }

    /// Gives `load` the object with this key, if it is there.
    fn load_kept<T, E>(&self, key: Key, load: impl Fn(&TrustedObject<'_>) -> Result<T, E>) -> Option<T> {
        let name = key.text() + OBJECT;
        let directory = self.current();
        let file = self.map(&directory, &name)?;
        // SAFETY: whoever could write to the file is trusted by whoever opened the cache, and this
        // build of the compiler wrote it, for its key names the build.
        let object = entry::object(&file, key).map(|object| unsafe { TrustedObject::new(object) });
        match object.and_then(|object| load(&object).ok()) {
            Some(loaded) => {
                self.shared.counters.hit();
                Some(loaded)
            }
            None => {
                self.shared.counters.damaged();
                self.warn_of(directory.remove(&name));
                None
            }
        }
    }

    /// Maps a file, if it is there.
    fn map(&self, directory: &Directory, name: &str) -> Option<Mmap> {
        let file = self.warn_of(directory.read(name))??;
        // SAFETY: nobody writes to a file or cuts it off once it has its name, as `directory` says;
        // it is only unlinked, which leaves the mapping as it is. Others than those who are trusted
        // cannot.
        let map = unsafe { MmapOptions::new().populate().map(&file) };
        self.warn_of(map.map_err(|error| CacheError::io(&self.shared.path.join(name), "map the file", error)))
    }

    /// Keeps an object, or functions, of an input.
    fn keep(&self, key: Key, ending: &str, bytes: &[u8], options: &CompileOptions, content: &[u8]) {
        let trailer = entry::trailer(&Description {
            key: key.0,
            input: self.input.to_string(),
            input_bytes: bytes.len() as u64,
            options: key::summary(options),
            build: key::BUILD.to_owned(),
        });
        self.write(&(key.text() + ending), &[content, &trailer]);
    }

    /// Writes a file, unless there is no room for it, and removes others if there are too many.
    fn write(&self, name: &str, parts: &[&[u8]]) {
        let bytes: u64 = parts.iter().map(|part| part.len() as u64).sum();
        if bytes > self.shared.options.size_limit {
            return;
        }
        let written = match self.current().write(name, parts) {
            Err(error) if error.is_missing() => self.reopen().and_then(|directory| directory.write(name, parts)),
            written => written,
        };
        if self.warn_of(written).is_some() {
            self.shared.counters.stored(bytes);
            self.warn_of(size_limit::enforce(&self.current(), self.shared.options.size_limit));
        }
    }

    /// The open directory.
    fn current(&self) -> Arc<Directory> {
        self.shared.directory.lock().expect("nothing panics while it holds the lock").clone()
    }

    /// Makes the directory again after somebody has removed it.
    fn reopen(&self) -> Result<Arc<Directory>, CacheError> {
        let directory = Arc::new(Directory::open(&self.shared.path, &self.shared.options.trust)?);
        *self.shared.directory.lock().expect("nothing panics while it holds the lock") = directory.clone();
        Ok(directory)
    }

    /// The value, or a warning.
    fn warn_of<T>(&self, result: Result<T, CacheError>) -> Option<T> {
        result
            .map_err(|error| {
                let mut warnings = self.shared.warnings.lock().expect("nothing panics while it holds the lock");
                if warnings.len() < MAX_WARNINGS {
                    warnings.push(error);
                }
            })
            .ok()
    }
}

/// Compiles a component or core module (binary form) to a native relocatable object, or gives the
/// one that the cache has.
///
/// # Errors
///
/// Those of [`compile`](crate::compile). What goes wrong with the cache is only a
/// [warning](Cache::take_warnings).
pub fn compile_cached(
    bytes: &[u8],
    options: &CompileOptions,
    progress: &dyn Progress,
    cache: &Cache,
) -> Result<Vec<u8>, Error> {
    let key = Key::of_object(bytes, options)?;
    match cache.load_kept(key, |object| unseal(object.bytes()).map(|_| object.bytes().to_vec())) {
        Some(object) => Ok(object),
        None => cache.make(key, bytes, options, progress).map(TrustedObject::into_bytes),
    }
}
