//! `generate`: writes the generated corpus to files, for other programs and for a look at it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::corpus::generator;

/// Flags of `generate`.
#[derive(Debug, Clone, Args)]
pub(crate) struct GenerateFlags {
    /// Spans at least; the last trace is whole.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) spans: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Folder that gets `requests.bin` (each request: u32 little-endian length and the bytes of an
    /// `ExportTraceServiceRequest`) and `truth.json`.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Writes.
pub(crate) fn generate(flags: &GenerateFlags) -> anyhow::Result<()> {
    std::fs::create_dir_all(&flags.out)?;
    let corpus = generator::generate(flags.seed, flags.spans);
    let mut requests = BufWriter::new(File::create(flags.out.join("requests.bin"))?);
    for request in corpus.requests {
        let length = u32::try_from(request.body.len()).context("a request is too large")?;
        requests.write_all(&length.to_le_bytes())?;
        requests.write_all(&request.body)?;
    }
    requests.flush()?;
    let truth = File::create(flags.out.join("truth.json"))?;
    serde_json::to_writer_pretty(BufWriter::new(truth), &corpus.truth)?;
    Ok(())
}
