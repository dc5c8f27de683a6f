//! A disk that breaks on demand, the same way for the same seed.
//!
//! Keeps for each file what is durable and, apart from it, what was written since. Power loss keeps
//! of the latter an arbitrary part: any of the writes, each torn at any sector. Names that were not
//! synced are lost from some point on. So a test sees what a real disk may do, at its worst.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Space, Storage, StorageFile};

/// What a sector's write does, it does whole.
const SECTOR: usize = 512;

/// Faults to come.
#[derive(Debug, Clone, Default)]
pub struct SimFaults {
    /// The power goes at the n-th change (write, sync, rename, …) from now; from then on all fails.
    pub power_off_after: Option<u64>,
    /// The n-th sync from now fails.
    pub sync_fails_after: Option<u64>,
    /// Bytes that fit, all files together.
    pub capacity: Option<u64>,
    /// Reads and writes take only a part of what they are given.
    pub short: bool,
}

/// A folder in memory. Clones see the same one.
#[derive(Clone)]
pub struct Sim(Arc<Mutex<State>>);

struct State {
    random: Random,
    faults: SimFaults,
    powered: bool,
    files: BTreeMap<u64, Content>,
    next_file: u64,
    /// As the running system sees them.
    names: BTreeMap<String, u64>,
    /// As they are on the disk.
    durable_names: BTreeMap<String, u64>,
    /// Not durable yet, in order.
    name_changes: Vec<BTreeMap<String, u64>>,
}

#[derive(Clone, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Sim {
    /// An empty, flawless folder.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: Random(seed),
            faults: SimFaults::default(),
            powered: true,
            files: BTreeMap::new(),
            next_file: 0,
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            name_changes: Vec::new(),
        })))
    }

    /// Sets the faults to come, in place of those set before.
    pub fn set_faults(&self, faults: SimFaults) {
        self.0.lock().faults = faults;
    }

    /// Whether the power is still on.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.0.lock().powered
    }

    /// The folder as it is found after a power loss at this moment. The old one answers no more.
    #[must_use]
    pub fn reboot(&self) -> Self {
        let mut state = self.0.lock();
        state.powered = false;
        let mut random = Random(state.random.next());
        let mut names = state.durable_names.clone();
        let kept = random.below(state.name_changes.len() as u64 + 1) as usize;
        if let Some(last) = kept
            .checked_sub(1)
            .and_then(|last| state.name_changes.get(last))
        {
            names.clone_from(last);
        }
        let mut files = BTreeMap::new();
        for id in names.values() {
            let content = state.files.get(id).cloned().unwrap_or_default();
            let found = content.after_power_loss(&mut random);
            files.insert(
                *id,
                Content {
                    live: found.clone(),
                    durable: found,
                    changes: Vec::new(),
                },
            );
        }
        Self(Arc::new(Mutex::new(State {
            random,
            faults: SimFaults::default(),
            powered: true,
            files,
            next_file: state.next_file,
            durable_names: names.clone(),
            names,
            name_changes: Vec::new(),
        })))
    }

    /// Turns one bit of a file, on the disk and in the cache.
    ///
    /// # Panics
    /// When there is no such bit: a mistake of the test.
    pub fn flip_bit(&self, name: &str, bit: u64) {
        let mut state = self.0.lock();
        let id = state.names.get(name).copied();
        let content = id.and_then(|id| state.files.get_mut(&id));
        let content = content.unwrap_or_else(|| panic!("no file {name}"));
        let (byte, mask) = ((bit / 8) as usize, 1 << (bit % 8));
        content.live[byte] ^= mask;
        if let Some(durable) = content.durable.get_mut(byte) {
            *durable ^= mask;
        }
    }

    /// A file's bytes as the running system sees them; empty when it is missing.
    #[must_use]
    pub fn content(&self, name: &str) -> Vec<u8> {
        let state = self.0.lock();
        let content = state.names.get(name).and_then(|id| state.files.get(id));
        content
            .map(|content| content.live.clone())
            .unwrap_or_default()
    }
}

impl State {
    fn powered(&self) -> io::Result<()> {
        if self.powered {
            Ok(())
        } else {
            Err(io::Error::other("the power is off"))
        }
    }

    /// Before each change: counts down to the power loss.
    fn change(&mut self) -> io::Result<()> {
        self.powered()?;
        if count_down(&mut self.faults.power_off_after) {
            self.powered = false;
        }
        self.powered()
    }

    fn rename_in(&mut self, change: impl FnOnce(&mut BTreeMap<String, u64>)) {
        change(&mut self.names);
        self.name_changes.push(self.names.clone());
    }

    fn id(&self, name: &str) -> io::Result<u64> {
        self.names
            .get(name)
            .copied()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn used(&self) -> u64 {
        let named = self.names.values().filter_map(|id| self.files.get(id));
        named.map(|content| content.live.len() as u64).sum()
    }

    fn free(&self) -> u64 {
        self.faults
            .capacity
            .unwrap_or(u64::MAX / 4)
            .saturating_sub(self.used())
    }

    fn file(&mut self, id: u64) -> &mut Content {
        self.files.entry(id).or_default()
    }
}

impl Content {
    fn resize(&mut self, length: usize) {
        self.live.resize(length, 0);
        self.changes.push(Change::Length(length));
    }

    /// Any of the changes since the last sync, each write torn at any sector.
    fn after_power_loss(&self, random: &mut Random) -> Vec<u8> {
        let mut found = self.durable.clone();
        for change in &self.changes {
            match change {
                Change::Length(length) if random.below(2) == 0 => found.resize(*length, 0),
                Change::Length(_) => {}
                Change::Write { at, bytes } => {
                    let chance = random.below(4);
                    for (index, sector) in sectors(*at, bytes) {
                        // All, none, or each by itself.
                        if chance == 0 || (chance > 1 && random.below(2) == 0) {
                            write(&mut found, index, sector);
                        }
                    }
                }
            }
        }
        found
    }
}

/// The parts of a write that fall into different sectors.
fn sectors(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (SECTOR - at % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let rest = rest.chunks(SECTOR).enumerate();
    [(at, head)]
        .into_iter()
        .chain(rest.map(move |(n, part)| (at + first + n * SECTOR, part)))
}

fn write(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

fn count_down(count: &mut Option<u64>) -> bool {
    match count {
        Some(0) => {
            *count = None;
            true
        }
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    }
}

impl Storage for Sim {
    fn list(&self) -> io::Result<Vec<String>> {
        let state = self.0.lock();
        state.powered()?;
        Ok(state.names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let mut state = self.0.lock();
        state.change()?;
        let id = state.next_file;
        state.next_file += 1;
        state.files.insert(id, Content::default());
        state.rename_in(|names| {
            names.insert(name.to_owned(), id);
        });
        Ok(Arc::new(SimFile {
            sim: self.clone(),
            id,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let state = self.0.lock();
        state.powered()?;
        Ok(Arc::new(SimFile {
            sim: self.clone(),
            id: state.id(name)?,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.0.lock();
        state.change()?;
        let id = state.id(from)?;
        state.rename_in(|names| {
            names.remove(from);
            names.insert(to.to_owned(), id);
        });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.0.lock();
        state.change()?;
        state.id(name)?;
        state.rename_in(|names| {
            names.remove(name);
        });
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.change()?;
        state.durable_names = state.names.clone();
        state.name_changes.clear();
        Ok(())
    }

    fn space(&self) -> io::Result<Space> {
        let state = self.0.lock();
        state.powered()?;
        let free = state.free();
        Ok(Space {
            free,
            total: free.saturating_add(state.used()),
        })
    }

    fn salt(&self) -> u64 {
        self.0.lock().random.next()
    }
}

struct SimFile {
    sim: Sim,
    id: u64,
}

impl StorageFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut state = self.sim.0.lock();
        state.powered()?;
        let wanted = if state.faults.short && buffer.len() > 1 {
            1 + state.random.below(buffer.len() as u64 - 1) as usize
        } else {
            buffer.len()
        };
        let content = &state.file(self.id).live;
        let from = (at as usize).min(content.len());
        let read = wanted.min(content.len() - from);
        buffer[..read].copy_from_slice(&content[from..from + read]);
        Ok(read)
    }

    fn write_at(&self, slices: &[IoSlice<'_>], at: u64) -> io::Result<usize> {
        let mut state = self.sim.0.lock();
        let mut bytes: Vec<u8> = slices
            .iter()
            .flat_map(|slice| slice.iter().copied())
            .collect();
        let last = state.change();
        if state.faults.short && bytes.len() > 1 {
            let taken = 1 + state.random.below(bytes.len() as u64 - 1) as usize;
            bytes.truncate(taken);
        }
        let length = state.file(self.id).live.len();
        let room = (length as u64).saturating_add(state.free());
        bytes.truncate(room.saturating_sub(at) as usize);
        if bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let content = state.file(self.id);
        write(&mut content.live, at as usize, &bytes);
        let written = bytes.len();
        content.changes.push(Change::Write {
            at: at as usize,
            bytes,
        });
        // The write that the power fails in may still reach the disk, in part.
        last.map(|()| written)
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.sim.0.lock();
        state.change()?;
        if count_down(&mut state.faults.sync_fails_after) {
            return Err(io::Error::other("sync failed"));
        }
        let content = state.file(self.id);
        content.durable = content.live.clone();
        content.changes.clear();
        Ok(())
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        let mut state = self.sim.0.lock();
        state.change()?;
        let free = state.free();
        let content = state.file(self.id);
        let more = length.saturating_sub(content.live.len() as u64);
        if more > free {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if more > 0 {
            content.resize(length as usize);
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.sim.0.lock();
        state.change()?;
        state.file(self.id).resize(length as usize);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        let mut state = self.sim.0.lock();
        state.powered()?;
        Ok(state.file(self.id).live.len() as u64)
    }
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}
