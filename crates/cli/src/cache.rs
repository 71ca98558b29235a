//! The cache of compiled objects: how `run` and `compile` use it, and `cantilever cache`.

use super::Failure;
use super::progress::ProgressLine;
use cantilever::cache::{Cache, CacheEntry, CacheError, CacheOptions, Content, compile_cached};
use cantilever::runtime::{Component, Engine, Error};
use cantilever::{Compile, CompileOptions};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Whether what is compiled is kept, and where.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Cache")]
pub struct CacheChoice {
    /// Compile anew, and keep nothing
    #[arg(long)]
    no_cache: bool,

    /// Keep what is compiled in this directory
    ///
    /// The default is $CANTILEVER_CACHE_DIR, else $XDG_CACHE_HOME/cantilever, else
    /// ~/.cache/cantilever. Code in it is run, so it must be yours, and nobody else may be able to
    /// write to it.
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache_dir: Option<PathBuf>,
}

impl CacheChoice {
    /// Loads a component from the cache, or compiles and keeps it.
    pub fn component(
        &self,
        engine: &Engine,
        file: &Path,
        wasm: &[u8],
        options: &CompileOptions,
    ) -> Result<Component, Error> {
        let progress = ProgressLine::new();
        self.with_cache(file, |cache| match cache {
            Some(cache) => Component::cached(engine, wasm, options, &progress, cache),
            None => Component::with_progress(engine, wasm, options, &progress),
        })
    }

    /// Takes an object from the cache, or compiles and keeps it.
    pub fn object(&self, file: &Path, wasm: &[u8], options: &CompileOptions) -> Result<Vec<u8>, cantilever::Error> {
        let progress = ProgressLine::new();
        self.with_cache(file, |cache| match cache {
            Some(cache) => compile_cached(wasm, options, &progress, cache),
            None => cantilever::compile(wasm, options, &progress),
        })
    }

    /// Compiles with the cache, if there is to be one. What is wrong with it is told, and keeps
    /// nothing from being compiled.
    fn with_cache<R>(&self, file: &Path, compile: impl FnOnce(Option<&Cache>) -> R) -> R {
        if self.no_cache {
            return compile(None);
        }
        match directory(self.cache_dir.as_deref()).and_then(Cache::open) {
            Ok(cache) => {
                // Files in other directories may have the same name.
                let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
                let cache = cache.for_input(file.display().to_string());
                let compiled = compile(Some(&cache));
                cache.take_warnings().iter().for_each(warn);
                compiled
            }
            Err(error) => {
                warn(&error);
                compile(None)
            }
        }
    }
}

fn warn(error: &CacheError) {
    eprintln!(
        "warning: what is compiled is not kept: {error}\n  help: name a directory with `--cache-dir`, or add `--no-cache`"
    );
}

fn directory(chosen: Option<&Path>) -> Result<PathBuf, CacheError> {
    chosen.map_or_else(Cache::default_directory, |chosen| Ok(chosen.to_owned()))
}

/// See, and remove, what was compiled before and is kept
#[derive(Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct CacheCommand {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  cantilever cache list
  cantilever cache prune --size 500000000
      What was not used for longest is removed, until 500 MB are left.
  cantilever cache clear --cache-dir /tmp/objects

`run` and `compile` keep what they compile, and take it from there when the
same input is compiled again with the same options, by the same build of the
command and for the same machine. It is never out of date. When a large input
has changed, only its functions that did are compiled. The limit is 2 GiB, and
what was not used for longest goes first.";

#[derive(Subcommand)]
enum Action {
    /// Print what is kept: size, last use, input, options
    List(Place),
    /// Remove everything
    Clear(Place),
    /// Remove what was not used for longest, and what writers left behind
    Prune(Prune),
    /// Print the name of the directory
    Path(Place),
}

/// Which cache.
#[derive(Args)]
struct Place {
    /// The directory, if not that of `run` and `compile`
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

#[derive(Args)]
struct Prune {
    #[command(flatten)]
    place: Place,

    /// How much may be left, in bytes
    ///
    /// The default is 2147483648, 2 GiB.
    #[arg(long, value_name = "BYTES")]
    size: Option<u64>,
}

impl Place {
    fn directory(&self) -> Result<PathBuf, Failure> {
        directory(self.cache_dir.as_deref()).map_err(refused)
    }

    fn open(&self, options: CacheOptions) -> Result<Cache, Failure> {
        Cache::with_options(self.directory()?, options).map_err(refused)
    }
}

fn refused(error: CacheError) -> Failure {
    match error {
        CacheError::NoPlace => Failure::remedied(error, "set CANTILEVER_CACHE_DIR, or name one with `--cache-dir`"),
        CacheError::Distrusted { .. } => {
            Failure::remedied(error, "code in a cache is run: name a directory of your own, with mode 0700")
        }
        error => Failure::refused(error),
    }
}

impl CacheCommand {
    /// Looks at the cache, or removes from it.
    pub fn execute(&self) -> Result<(), Failure> {
        match &self.action {
            Action::List(place) => {
                let cache = place.open(CacheOptions::default())?;
                let entries = cache.list().map_err(refused)?;
                print!("{}", listing(&entries, SystemTime::now()));
            }
            Action::Clear(place) => {
                let removed = place.open(CacheOptions::default())?.clear().map_err(refused)?;
                println!("removed {}", total(removed.files, removed.bytes));
            }
            Action::Prune(prune) => {
                let defaults = CacheOptions::default();
                let options = CacheOptions { size_limit: prune.size.unwrap_or(defaults.size_limit), ..defaults };
                let removed = prune.place.open(options)?.prune().map_err(refused)?;
                println!("removed {}", total(removed.files, removed.bytes));
            }
            Action::Path(place) => println!("{}", place.directory()?.display()),
        }
        Ok(())
    }
}

/// One line for each entry, and their sum.
fn listing(entries: &[CacheEntry], now: SystemTime) -> String {
    let mut text = String::new();
    for entry in entries {
        let input = if entry.input.is_empty() { "(no name)" } else { &entry.input };
        // Names of files may have anything in them.
        let input: String = input.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        let options = if entry.options.is_empty() { String::new() } else { format!("  {}", entry.options) };
        let content = if entry.content == Content::Functions { "  (functions)" } else { "" };
        let build = if entry.is_current { "" } else { "  (of another build)" };
        text += &format!("{:>10}  {:>8}  {input}{options}{content}{build}\n", size(entry.bytes), age(now, entry.used));
    }
    text + &total(entries.len() as u64, entries.iter().map(|entry| entry.bytes).sum()) + "\n"
}

fn total(files: u64, bytes: u64) -> String {
    format!("{files} {}, {}", if files == 1 { "file" } else { "files" }, size(bytes))
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut amount = bytes as f64 / 1024.0;
    for unit in UNITS {
        if amount < 1000.0 || unit == "TiB" {
            return format!("{amount:.1} {unit}");
        }
        amount /= 1024.0;
    }
    unreachable!("the last unit takes everything")
}

/// How long ago something was, for people. Uses are known to about an hour.
fn age(now: SystemTime, used: SystemTime) -> String {
    let hours = now.duration_since(used).map_or(0, |age| age.as_secs() / 3600);
    match hours {
        0 | 1 => "now".to_owned(),
        2..48 => format!("{hours} h ago"),
        _ => format!("{} d ago", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sizes_and_ages_are_short() {
        assert_eq!(size(0), "0.0 KiB");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(1_020_000), "996.1 KiB");
        assert_eq!(size(27 << 20), "27.0 MiB");
        assert_eq!(size(u64::MAX), "16777216.0 TiB");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100 * 86400);
        let ago = |hours: u64| age(now, now - Duration::from_secs(hours * 3600));
        assert_eq!([ago(0), ago(5), ago(72)], ["now", "5 h ago", "3 d ago"]);
        assert_eq!(age(now, now + Duration::from_secs(1)), "now");
    }
}
