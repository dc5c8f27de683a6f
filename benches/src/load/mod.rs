//! Sending requests as SDKs do: over kept connections, again where the server asks to wait.

pub(crate) mod client;
pub(crate) mod replay;

#[cfg(test)]
mod tests;
