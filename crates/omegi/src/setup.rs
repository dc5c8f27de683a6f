//! Applies the provisioning file, and the demo's own project.

use anyhow::Context as _;
use omegi_api::Accounts;
use omegi_model::workspace::provision::{ProvisionFile, RawProject, RawProvisionFile, RawService};

use crate::demo;

/// Slug of the demo's project.
pub const DEMO_PROJECT: &str = "demo";

/// Creates what `text` names and is missing, sets what it names; deletes nothing.
///
/// # Errors
/// Every mistake in the file, or what the workspace refuses.
pub async fn apply_file(accounts: &Accounts, text: &str) -> anyhow::Result<()> {
    let raw: RawProvisionFile = toml::from_str(text).context("cannot read provisioning file")?;
    apply(accounts, raw).await
}

/// Creates the demo's project with its services.
///
/// # Errors
/// What the workspace refuses.
pub async fn apply_demo(accounts: &Accounts) -> anyhow::Result<()> {
    let services = demo::services().map(|(name, kind)| RawService {
        name: name.into(),
        service_type: Some(kind.into()),
    });
    let project = RawProject {
        slug: DEMO_PROJECT.into(),
        name: Some("Demo shop".into()),
        services: services.collect(),
        tokens: Vec::new(),
        members: Vec::new(),
    };
    let raw = RawProvisionFile {
        projects: vec![project],
        ..RawProvisionFile::default()
    };
    apply(accounts, raw).await
}

async fn apply(accounts: &Accounts, raw: RawProvisionFile) -> anyhow::Result<()> {
    let file = ProvisionFile::try_from(raw).context("provisioning file")?;
    accounts.provision(file).await?;
    Ok(())
}
