//! What one compilation costs.

use anyhow::{Context, Result};
use object::{Object, ObjectSection};
use std::time::Duration;

/// What one compilation costs.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Time that passes, from the component's bytes to those of the image.
    pub seconds: f64,
    /// Processor time of the process until then, of all its threads.
    pub processor: f64,
    /// The greatest resident size of the process, in bytes.
    pub peak: u64,
    /// Machine code: the size of the image's `.text`, in bytes.
    pub code: u64,
    /// The whole image, in bytes.
    pub image: u64,
}

impl Cost {
    /// Of a compilation that this process has just done.
    pub fn of(time: Duration, image: &[u8]) -> Result<Self> {
        let text = object::File::parse(image)?.section_by_name(".text").context("an image without code")?.size();
        Ok(Cost {
            seconds: time.as_secs_f64(),
            processor: processor(),
            peak: peak()?,
            code: text,
            image: image.len() as u64,
        })
    }

    /// Each measure's median.
    pub fn median(costs: &[Cost]) -> Self {
        let median = |measure: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(measure).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Cost {
            seconds: median(|cost| cost.seconds),
            processor: median(|cost| cost.processor),
            peak: median(|cost| cost.peak as f64) as u64,
            code: median(|cost| cost.code as f64) as u64,
            image: median(|cost| cost.image as f64) as u64,
        }
    }

    /// As a line that [`Cost::parse`] reads.
    pub fn line(&self) -> String {
        format!("{} {} {} {} {}", self.seconds, self.processor, self.peak, self.code, self.image)
    }

    /// From what another process said.
    pub fn parse(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let mut word = || words.next().context("a line that is too short");
        Ok(Cost {
            seconds: word()?.parse()?,
            processor: word()?.parse()?,
            peak: word()?.parse()?,
            code: word()?.parse()?,
            image: word()?.parse()?,
        })
    }
}

/// The processor time of this process, in seconds.
fn processor() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the structure that it is given.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "the clock exists");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The greatest resident size that this process has had.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the system does not say")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes << 10)
}
