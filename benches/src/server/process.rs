//! What a process has used, from `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

/// `USER_HZ`: 100 on every Linux platform that Rust supports, whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used since it started.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Used {
    /// User and system time of all threads, ended ones too.
    pub(crate) cpu_seconds: f64,
    /// The same by name of thread, digits at the end left out; running threads only.
    pub(crate) cpu_seconds_by_thread: BTreeMap<String, f64>,
    /// Bytes handed to storage.
    pub(crate) written_bytes: u64,
    /// Peak of resident memory.
    pub(crate) peak_bytes: u64,
    /// Resident memory now.
    pub(crate) resident_bytes: u64,
}

/// Reads what process `pid` has used.
pub(crate) fn used(pid: u32) -> anyhow::Result<Used> {
    let folder = Path::new("/proc").join(pid.to_string());
    let read = |name: &str| fs::read_to_string(folder.join(name)).context("the server has ended");
    let status = read("status")?;
    // The kernel shows `io` to the owner alone; in some containers to nobody.
    let io = read("io").unwrap_or_default();
    Ok(Used {
        cpu_seconds: cpu_seconds(&read("stat")?)
            .context("no CPU time in stat")?
            .1,
        cpu_seconds_by_thread: by_thread(&folder)?,
        written_bytes: number(&io, "write_bytes:").unwrap_or(0),
        peak_bytes: number(&status, "VmHWM:").context("no VmHWM in status")? * 1024,
        resident_bytes: number(&status, "VmRSS:").context("no VmRSS in status")? * 1024,
    })
}

fn by_thread(folder: &Path) -> anyhow::Result<BTreeMap<String, f64>> {
    let mut threads = BTreeMap::new();
    for thread in fs::read_dir(folder.join("task"))? {
        // A thread may end between the listing and the reading.
        let Ok(stat) = fs::read_to_string(thread?.path().join("stat")) else {
            continue;
        };
        if let Some((name, seconds)) = cpu_seconds(&stat) {
            *threads.entry(name).or_default() += seconds;
        }
    }
    Ok(threads)
}

/// Name and CPU time of a `stat` line: `pid (name) state …`, times in fields 14 and 15. The name may
/// hold blanks and parentheses.
fn cpu_seconds(stat: &str) -> Option<(String, f64)> {
    let (head, rest) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let mut times = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    Some((name.to_owned(), (user + system) as f64 / TICKS_PER_SECOND))
}

/// The number after `key` at the beginning of a line.
fn number(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_blanks_and_parentheses_do_not_shift_the_times() {
        let stat = "42 (log (a) b-3) S 1 42 42 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 1 0";
        assert_eq!(cpu_seconds(stat), Some(("log (a) b".to_owned(), 2.0)));
    }

    #[test]
    fn this_process_has_used_something() {
        let used = used(std::process::id()).unwrap();
        assert!(used.peak_bytes >= used.resident_bytes && used.resident_bytes > 0);
        assert!(!used.cpu_seconds_by_thread.is_empty());
    }
}
