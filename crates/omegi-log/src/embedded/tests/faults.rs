//! A disk that fails while it is written to.

use super::*;
use crate::{AppendError, Clock, Storage};

#[tokio::test]
async fn a_failed_sync_stops_the_writer_until_restart_and_shows_nothing() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    append(&log, &["safe"]).await;
    sim.set_faults(SimFaults {
        sync_fails_after: Some(0),
        ..SimFaults::default()
    });
    let failed = log.append(FIRST, batch(["doubtful"]), soon()).await;
    assert!(matches!(failed, Err(AppendError::Unknown)), "{failed:?}");
    // The next sync would succeed, as it does on Linux: that must not be believed.
    let refused = log.append(FIRST, batch(["later"]), soon()).await;
    assert!(
        matches!(&refused, Err(AppendError::Stopped(why)) if why.contains("fsync")),
        "{refused:?}"
    );
    assert_eq!(bodies(&read_all(&log).await), ["safe"]);

    let after = sim.reboot();
    drop(log);
    let (log, _) = open(&after, config());
    append(&log, &["again"]).await;
    let records = read_all(&log).await;
    let found = bodies(&records);
    assert!(
        found == ["safe", "again"] || found == ["safe", "doubtful", "again"],
        "{found:?}"
    );
}

#[tokio::test]
async fn edge_33_a_full_disk_refuses_until_there_is_space_and_loses_nothing() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    sim.set_faults(SimFaults {
        capacity: Some(150 << 10),
        ..SimFaults::default()
    });
    let large = "x".repeat(20 << 10);
    let mut acknowledged = 0;
    let refused = loop {
        match log.append(FIRST, batch([large.as_str()]), soon()).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, AppendError::NoSpace), "{refused:?}");
    assert!(acknowledged >= 2, "a segment holds that much");
    assert_eq!(read_all(&log).await.len(), acknowledged);
    sim.set_faults(SimFaults::default());
    append(&log, &["there is room again"]).await;

    let after = sim.reboot();
    drop(log);
    let (log, _) = open(&after, config());
    assert_eq!(read_all(&log).await.len(), acknowledged + 1);
}

#[tokio::test]
async fn edge_33_a_write_that_fills_the_disk_half_way_leaves_nothing_behind() {
    let sim = Sim::new(3);
    let (log, _) = open(&sim, config());
    append(&log, &["first"]).await;
    // A batch larger than its segment has room for, in a segment of its own that cannot be made.
    sim.set_faults(SimFaults {
        capacity: Some(100 << 10),
        ..SimFaults::default()
    });
    let huge = "y".repeat(300 << 10);
    let refused = log.append(FIRST, batch([huge.as_str()]), soon()).await;
    assert!(matches!(refused, Err(AppendError::NoSpace)), "{refused:?}");
    append(&log, &["small ones still fit"]).await;
    let after = sim.reboot();
    drop(log);
    let (log, report) = open(&after, config());
    assert_eq!((report.cut, report.segments), (None, 1));
    assert_eq!(
        bodies(&read_all(&log).await),
        ["first", "small ones still fit"]
    );
}

#[tokio::test]
async fn appends_are_refused_below_the_watermark_and_counted() {
    let sim = Sim::new(1);
    sim.set_faults(SimFaults {
        capacity: Some(1 << 20),
        ..SimFaults::default()
    });
    let (log, _) = open(
        &sim,
        LogConfig {
            free_percent_min: 50,
            ..config()
        },
    );
    append(&log, &["a"]).await;
    let (strict, _) = open(
        &Sim::new(1),
        LogConfig {
            free_bytes_min: u64::MAX,
            ..config()
        },
    );
    let refused = strict.append(FIRST, batch(["b"]), soon()).await;
    assert!(matches!(refused, Err(AppendError::NoSpace)));
    let mut page = String::new();
    omegi_metrics::Registry::default()
        .with(strict.metrics())
        .render(&mut page);
    let refusals = "omegi_log_refused_batches_total{topic=\"test\",reason=\"no_space\"} 1\n";
    assert!(page.contains(refusals), "{page}");
}

/// The same on a file system that is really full, where one can be mounted.
#[tokio::test]
async fn edge_33_a_full_tmpfs_refuses_until_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_mounted) = Tmpfs::mount(folder.path()) else {
        println!("skipped: no tmpfs can be mounted here");
        return;
    };
    let config = LogConfig {
        segment_bytes: 256 << 10,
        ..config()
    };
    let (log, _) = EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config.clone()).unwrap();
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let large = "x".repeat(30 << 10);
    let mut acknowledged = 0;
    while log
        .append(FIRST, batch([large.as_str()]), soon())
        .await
        .is_ok()
    {
        acknowledged += 1;
        assert!(acknowledged < 1000, "a tmpfs of 2 MiB is never full");
    }
    let refused = log.append(FIRST, batch([large.as_str()]), soon()).await;
    assert!(matches!(refused, Err(AppendError::NoSpace)), "{refused:?}");
    std::fs::remove_file(&ballast).unwrap();
    log.append(FIRST, batch([large.as_str()]), soon())
        .await
        .unwrap();
    assert_eq!(read_all(&log).await.len(), acknowledged + 1);
    log.shutdown().await;
    drop(log);
    let (log, report) = EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config).unwrap();
    assert_eq!(report.cut, None);
    assert_eq!(read_all(&log).await.len(), acknowledged + 1);
}

/// A mounted tmpfs of 2 MiB; gone when dropped.
struct Tmpfs(std::path::PathBuf);

impl Tmpfs {
    fn mount(at: &std::path::Path) -> Option<Self> {
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(at)
            .output()
            .ok()?;
        mount.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: the log's files may still be open when a test fails.
        let unmount = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .output();
        assert!(
            unmount.is_ok_and(|done| done.status.success()),
            "tmpfs stays mounted"
        );
    }
}

#[tokio::test]
async fn a_folder_has_one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = EmbeddedLog::open(Disk::open(folder.path()).unwrap(), config()).unwrap();
    let second = Disk::open(folder.path()).map(|_| ()).unwrap_err();
    assert_eq!(second.kind(), std::io::ErrorKind::WouldBlock);
    append(&log, &["a"]).await;
    let reader = Disk::read_only(folder.path()).unwrap();
    assert_eq!(verify(&reader).unwrap().data, 1);
    drop(log);
    assert!(Disk::open(folder.path()).is_ok());
}

#[tokio::test]
async fn after_shutdown_appends_are_refused_and_the_rest_can_be_read() {
    let sim = Sim::new(1);
    let (log, _) = open(&sim, config());
    append(&log, &["a"]).await;
    log.shutdown().await;
    log.shutdown().await;
    let refused = log.append(FIRST, batch(["b"]), soon()).await;
    assert!(
        matches!(refused, Err(AppendError::Stopped(_))),
        "{refused:?}"
    );
    assert!(matches!(log.roll().await, Err(AppendError::Stopped(_))));
    assert_eq!(bodies(&read_all(&log).await), ["a"]);
}

#[test]
fn wrong_settings_are_told_all_at_once() {
    let wrong = LogConfig {
        segment_bytes: 1,
        tick_interval: Duration::ZERO,
        ..config()
    };
    let told = EmbeddedLog::open(Sim::new(1), wrong)
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(told, OpenError::Config(mistakes) if mistakes.len() == 2));
}

#[test]
fn the_system_clock_goes_forward() {
    let clock = crate::SystemClock::default();
    assert!(clock.elapsed() <= clock.elapsed());
    assert!(Sim::new(1).space().unwrap().free > 0);
}
