//! Cancellations: the caller went away. They are logged as errors and are no incident.

/// Last segments of type names, sorted.
const TYPES: &[&str] = &[
    "AbortError",
    "CancellationError",
    "CancellationException",
    "CancelledError",
    "CancelledException",
    "ClientAbortException",
    "JobCancellationException",
    "OperationCanceledException",
    "OperationCancelledException",
    "RequestAbortedException",
    "TaskCanceledException",
];

/// Whole messages, lowercase, sorted; Go and gRPC have no type for it.
const MESSAGES: &[&str] = &[
    "canceled",
    "cancelled",
    "context canceled",
    "request aborted",
    "rpc error: code = canceled desc = context canceled",
    "this operation was aborted",
];

/// Whether an exception says that the work was called off, and not that a limit of time was hit:
/// .NET reports timeouts as cancelled tasks.
pub(crate) fn is_cancellation(kind: &str, message: &str) -> bool {
    let lower = message.get(..200).unwrap_or(message).to_ascii_lowercase();
    if lower.contains("timeout") || lower.contains("timed out") || lower.contains("deadline") {
        return false;
    }
    let last = kind
        .rsplit(['.', ':', '\\', '$', '*'])
        .next()
        .unwrap_or(kind);
    TYPES.binary_search(&last).is_ok() || MESSAGES.binary_search(&lower.trim()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_61_a_cancellation_is_told_from_a_timeout() {
        for (kind, message, expected) in [
            ("java.util.concurrent.CancellationException", "", true),
            ("asyncio.exceptions.CancelledError", "", true),
            ("*errors.errorString", "context canceled", true),
            (
                "System.Threading.Tasks.TaskCanceledException",
                "A task was canceled.",
                true,
            ),
            (
                "System.Threading.Tasks.TaskCanceledException",
                "The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
                false,
            ),
            (
                "",
                "failed to send message, size 3, err context canceled",
                false,
            ),
            ("*errors.errorString", "context deadline exceeded", false),
        ] {
            assert_eq!(
                is_cancellation(kind, message),
                expected,
                "{kind}: {message}"
            );
        }
    }

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(TYPES.is_sorted() && MESSAGES.is_sorted());
    }
}
