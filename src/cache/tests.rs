//! A cache in directories of its own: what it finds, what it refuses, and what it survives.

use super::*;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

/// A directory for one test, which is removed when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cantilever-cache-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    /// The directory of a cache in it.
    fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    /// The files of the cache that have objects, in the order of their names.
    fn objects(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.to_str().unwrap().ends_with(OBJECT)).collect();
        files.sort();
        files
    }

    fn only_object(&self) -> PathBuf {
        let objects = self.objects();
        assert_eq!(objects.len(), 1, "{objects:?}");
        objects.into_iter().next().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A module that is like no other with another number.
fn module(number: u32) -> Vec<u8> {
    wat::parse_str(format!(r#"(module (func (export "f") (result i32) (i32.const {number})))"#)).unwrap()
}

/// Counts compilations.
#[derive(Default)]
struct Compilations(AtomicUsize);

impl Progress for Compilations {
    fn start(&self, _functions: usize) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// The object of a module, and how many compilations it took.
fn object(cache: &Cache, number: u32) -> (Vec<u8>, usize) {
    let compilations = Compilations::default();
    let object = compile_cached(&module(number), &CompileOptions::default(), &compilations, cache).unwrap();
    assert_eq!(object, crate::compile(&module(number), &CompileOptions::default(), &()).unwrap());
    (object, compilations.0.into_inner())
}

fn compilations(cache: &Cache, number: u32) -> usize {
    object(cache, number).1
}

fn set_used(path: &Path, ago: Duration) {
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - ago).unwrap();
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn what_was_compiled_once_is_found() {
    let scratch = Scratch::new("found");
    let cache = Cache::open(scratch.cache()).unwrap().for_input("one.wasm");
    assert_eq!([compilations(&cache, 1), compilations(&cache, 1), compilations(&cache, 2)], [1, 0, 1]);
    let options = CompileOptions { fuel: true, ..CompileOptions::default() };
    let fuelled = Compilations::default();
    compile_cached(&module(1), &options, &fuelled, &cache).unwrap();
    assert_eq!(fuelled.0.into_inner(), 1, "another option is another object");
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.stored, stats.damaged), (1, 3, 3, 0));
    // Another process would see the same.
    let other = Cache::open(scratch.cache()).unwrap();
    assert_eq!(compilations(&other, 2), 0);
    let list = other.list().unwrap();
    assert_eq!(list.len(), 3);
    assert!(list.iter().all(|entry| entry.input == "one.wasm" && entry.is_current && entry.input_bytes > 0));
    assert_eq!(list.iter().filter(|entry| entry.options == "count-fuel").count(), 1);
    assert_eq!(list.iter().map(|entry| entry.bytes).sum::<u64>(), stats.stored_bytes);
    assert!(cache.take_warnings().is_empty() && other.take_warnings().is_empty());
}

#[test]
fn an_error_of_the_input_is_no_entry() {
    let scratch = Scratch::new("error");
    let cache = Cache::open(scratch.cache()).unwrap();
    for _ in 0..2 {
        let error = compile_cached(b"\0asm\x01\0\0\0\xff", &CompileOptions::default(), &(), &cache).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    assert!(scratch.objects().is_empty());
}

#[test]
fn damaged_files_are_made_anew() {
    let scratch = Scratch::new("damaged");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    let path = scratch.only_object();
    let good = fs::read(&path).unwrap();
    let cut = [0, 1, 15, good.len() / 2, good.len() - 1].map(|len| good[..len].to_vec());
    let step = good.len() / 40;
    let flipped = (0..good.len()).step_by(step).map(|at| {
        let mut damaged = good.clone();
        damaged[at] ^= 1 << (at % 8);
        damaged
    });
    for (number, damaged) in cut.into_iter().chain(flipped).enumerate() {
        fs::write(&path, &damaged).unwrap();
        assert_eq!(compilations(&cache, 1), 1, "damage {number} is not noticed");
        assert_eq!(fs::read(&path).unwrap(), good, "damage {number} is not repaired");
        assert_eq!(cache.stats().damaged, number as u64 + 1);
    }
    assert_eq!(compilations(&cache, 1), 0);
    assert!(cache.take_warnings().is_empty());
}

#[test]
fn a_file_with_another_name_is_not_taken_for_it() {
    let scratch = Scratch::new("renamed");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    let first = scratch.only_object();
    compilations(&cache, 2);
    let second = scratch.objects().into_iter().find(|path| *path != first).unwrap();
    fs::rename(first, second).unwrap();
    assert_eq!(compilations(&cache, 2), 1);
}

#[test]
fn directories_of_others_are_refused() {
    let scratch = Scratch::new("directory");
    let path = scratch.cache();
    Cache::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    for mode in [0o770, 0o702, 0o1777] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = Cache::open(&path).unwrap_err();
        assert!(matches!(error, CacheError::Distrusted { distrust: Distrust::Writable(found), .. } if found == mode));
    }
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    Cache::open(&path).unwrap();
    let (link, file) = (scratch.0.join("link"), scratch.0.join("file"));
    symlink(&path, &link).unwrap();
    fs::write(&file, "").unwrap();
    for path in [link, file] {
        let error = Cache::open(&path).unwrap_err();
        let is_no_directory = matches!(error, CacheError::Distrusted { distrust: Distrust::Kind("directory"), .. });
        assert!(is_no_directory || matches!(error, CacheError::Io { .. }), "{error}");
    }
}

#[test]
fn files_of_others_are_not_used() {
    let scratch = Scratch::new("file");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    let path = scratch.only_object();
    fs::set_permissions(&path, Permissions::from_mode(0o622)).unwrap();
    assert_eq!(compilations(&cache, 1), 1);
    let [CacheError::Distrusted { distrust: Distrust::Writable(0o622), .. }] = cache.take_warnings()[..] else {
        panic!("it is told that others could have written the file")
    };
    assert_eq!(compilations(&cache, 1), 0, "one of our own has replaced it");
    let elsewhere = scratch.0.join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert_eq!(compilations(&cache, 1), 1);
    let [CacheError::Distrusted { distrust: Distrust::Kind("file"), .. }] = cache.take_warnings()[..] else {
        panic!("it is told that the file is a link")
    };
    assert!(elsewhere.exists());
}

/// A directory of this user in which nobody can make a file.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_keeps_nothing_from_compiling() {
    let cache = Cache::open("/proc/self/task").unwrap();
    assert_eq!([compilations(&cache, 1), compilations(&cache, 1)], [1, 1]);
    let warnings = cache.take_warnings();
    assert!(!warnings.is_empty() && warnings.iter().all(|warning| matches!(warning, CacheError::Io { .. })));
    for _ in 0..2 * MAX_WARNINGS {
        compilations(&cache, 1);
    }
    assert_eq!(cache.take_warnings().len(), MAX_WARNINGS);
    assert_eq!(cache.stats().stored, 0);
}

#[test]
fn a_directory_that_vanishes_is_made_again() {
    let scratch = Scratch::new("vanishes");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    fs::remove_dir_all(scratch.cache()).unwrap();
    assert_eq!([compilations(&cache, 1), compilations(&cache, 1)], [1, 0]);
    assert!(cache.take_warnings().is_empty());
    // What was put in its place is looked at as the first one was.
    fs::remove_dir_all(scratch.cache()).unwrap();
    fs::write(scratch.cache(), "no directory").unwrap();
    assert_eq!(compilations(&cache, 1), 1);
    assert!(!cache.take_warnings().is_empty());
}

#[test]
fn a_mapped_file_may_be_removed() {
    let scratch = Scratch::new("mapped");
    let cache = Cache::open(scratch.cache()).unwrap();
    let (expected, _) = object(&cache, 1);
    let name = scratch.only_object().file_name().unwrap().to_str().unwrap().to_owned();
    let map = cache.map(&cache.current(), &name).unwrap();
    cache.clear().unwrap();
    assert!(scratch.objects().is_empty());
    assert!(map.starts_with(&expected));
}

#[test]
fn a_use_is_noted_once_an_hour() {
    let scratch = Scratch::new("use");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    let path = scratch.only_object();
    let age = || fs::metadata(&path).unwrap().modified().unwrap().elapsed().unwrap_or_default();
    set_used(&path, 10 * MINUTE);
    compilations(&cache, 1);
    assert!(age() > 9 * MINUTE, "it was used a moment ago");
    set_used(&path, 70 * MINUTE);
    compilations(&cache, 1);
    assert!(age() < 9 * MINUTE);
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let scratch = Scratch::new("limit");
    let cache = Cache::open(scratch.cache()).unwrap();
    let path_of = |number| {
        let before = scratch.objects();
        compilations(&cache, number);
        scratch.objects().into_iter().find(|path| !before.contains(path)).unwrap()
    };
    let paths: Vec<PathBuf> = [1, 2, 3].map(path_of).into();
    for (path, minutes) in paths.iter().zip([300, 500, 400]) {
        set_used(path, minutes * MINUTE);
    }
    // The least recently used becomes the most recently used.
    assert_eq!(compilations(&cache, 2), 0);
    let bytes = fs::metadata(&paths[0]).unwrap().len();
    // A fourth one is more than the limit; nine tenths of it are room for two.
    let options = CacheOptions { size_limit: 3 * bytes + bytes / 5, ..CacheOptions::default() };
    let small = Cache::with_options(scratch.cache(), options).unwrap();
    compilations(&small, 4);
    assert_eq!(paths.iter().map(|path| path.exists()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!([compilations(&small, 2), compilations(&small, 4)], [0, 0]);
    // What is larger than the whole cache is not kept.
    let options = CacheOptions { size_limit: bytes / 2, ..CacheOptions::default() };
    let tiny = Cache::with_options(scratch.cache(), options).unwrap();
    assert_eq!([compilations(&tiny, 5), compilations(&tiny, 5)], [1, 1]);
    assert_eq!(tiny.prune().unwrap().files, 2);
}

#[test]
fn only_what_is_the_caches_is_removed_and_by_one_at_a_time() {
    let scratch = Scratch::new("clear");
    let cache = Cache::open(scratch.cache()).unwrap();
    compilations(&cache, 1);
    let [foreign, old, new] = ["notes.object", ".unfinished-1", ".unfinished-2"].map(|name| scratch.cache().join(name));
    [&foreign, &old, &new].iter().for_each(|path| fs::write(path, "text").unwrap());
    set_used(&old, 70 * MINUTE);
    let lock = cache.current().try_lock().unwrap().expect("nobody else has it");
    assert_eq!(cache.clear().unwrap(), Removed::default(), "somebody else is removing");
    drop(lock);
    assert_eq!(cache.prune().unwrap().files, 0);
    assert!(!old.exists() && new.exists());
    assert_eq!(cache.clear().unwrap().files, 1);
    assert!(foreign.exists() && !new.exists());
}

#[test]
fn threads_share_a_cache() {
    let scratch = Scratch::new("threads");
    let cache = Cache::open(scratch.cache()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let other = Cache::open(scratch.cache()).unwrap();
            let cache = if thread % 2 == 0 { cache.clone() } else { other };
            scope.spawn(move || {
                for number in 0..20 {
                    compilations(&cache, number % 5);
                }
                assert!(cache.take_warnings().is_empty());
            });
        }
    });
    assert_eq!(scratch.objects().len(), 5);
    assert_eq!((0..5).map(|number| compilations(&cache, number)).sum::<usize>(), 0);
    let names = fs::read_dir(scratch.cache()).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_str().unwrap().starts_with(".unfinished")));
}
