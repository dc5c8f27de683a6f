//! Applies the provisioning file, and the demo's own project.

use anyhow::{Context as _, bail};
use omegi_api::{Commands, password};
use omegi_model::workspace::provision::{
    Outside, ProvisionFile, RawProject, RawProvisionFile, RawService, provision,
};
use omegi_model::workspace::secret::PasswordHash;
use omegi_model::workspace::{Actor, Command};

use crate::demo;

/// Slug of the demo's project.
pub const DEMO_PROJECT: &str = "demo";

/// Creates what `text` names and is missing, sets what it names; deletes nothing.
///
/// # Errors
/// Every mistake in the file, or a command that the workspace refuses.
pub async fn apply_file(commands: &Commands, text: &str) -> anyhow::Result<()> {
    let raw: RawProvisionFile = toml::from_str(text).context("cannot read provisioning file")?;
    apply(commands, raw).await
}

/// Creates the demo's project with its services.
///
/// # Errors
/// A command that the workspace refuses.
pub async fn apply_demo(commands: &Commands) -> anyhow::Result<()> {
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
    apply(commands, RawProvisionFile { projects: vec![project], ..RawProvisionFile::default() })
        .await
}

async fn apply(commands: &Commands, raw: RawProvisionFile) -> anyhow::Result<()> {
    let file = ProvisionFile::try_from(raw).context("provisioning file")?;
    let (workspace, _) = commands.view().copy();
    let plan = move || -> anyhow::Result<Vec<Command>> {
        let mut outside = Chance { trouble: None };
        let plan = provision(&workspace, &file, &mut outside).context("provisioning file")?;
        match outside.trouble {
            Some(trouble) => bail!("cannot hash passwords: {trouble}"),
            None => Ok(plan),
        }
    };
    let plan = tokio::task::spawn_blocking(plan).await??;
    for command in plan {
        commands.execute(command, Actor::Operator).await.context("provisioning")?;
    }
    Ok(())
}

/// Chance and slow hashes.
struct Chance {
    trouble: Option<String>,
}

impl Outside for Chance {
    fn fresh_id(&mut self) -> [u8; 8] {
        let mut bytes = [0; 8];
        if let Err(error) = getrandom::fill(&mut bytes) {
            self.trouble = Some(error.to_string());
        }
        bytes[7] |= 1;
        bytes
    }

    fn hash_password(&mut self, password: &str) -> PasswordHash {
        password::hash(password).unwrap_or_else(|trouble| {
            self.trouble = Some(trouble);
            PasswordHash(String::new())
        })
    }

    fn password_matches(&mut self, password: &str, hash: &PasswordHash) -> bool {
        password::verify(password, hash)
    }
}
