//! When to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Returns at SIGTERM or SIGINT, with its name.
///
/// # Errors
/// The system gives no signal handler.
pub async fn asked() -> std::io::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}
