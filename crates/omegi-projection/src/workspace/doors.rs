//! Tokens by the hash of their secret, and when each was last used.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use omegi_model::id::{ProjectId, SecretHash, TokenId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::project::ProjectSettings;
use omegi_model::workspace::{Workspace, WorkspaceEvent};
use parking_lot::RwLock;

/// What an ingest token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestGrant {
    /// The token.
    pub token: TokenId,
    /// Where telemetry goes.
    pub project: ProjectId,
    /// The one service it may send for.
    pub service: Option<String>,
    /// Rates, and whether unknown services register.
    pub settings: ProjectSettings,
    /// Until when; none: until revoked.
    pub expires_at: Option<UnixNanos>,
}

/// What each secret opens.
#[derive(Default)]
pub(super) struct Doors {
    ingest: HashMap<SecretHash, Arc<IngestGrant>>,
    api: HashMap<SecretHash, (TokenId, Option<UnixNanos>)>,
}

impl Doors {
    /// True when `event` may open or close a door.
    pub(super) fn concerned_by(event: &WorkspaceEvent) -> bool {
        use WorkspaceEvent::{Project, Token, User};
        matches!(event, Token(_) | Project(_) | User(_))
    }

    /// All doors of `workspace`. Made anew as a whole: tokens are few, and nothing can be missed.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let ingest = workspace.ingest_tokens.values().filter_map(|token| {
            let project = workspace.projects.get(&token.project)?;
            let grant = IngestGrant {
                token: token.id,
                project: token.project,
                service: token.service.clone(),
                settings: project.settings.clone(),
                expires_at: token.expires_at,
            };
            Some((token.hash, Arc::new(grant)))
        });
        let api = workspace.api_tokens.values();
        let api = api.map(|token| (token.hash, (token.id, token.expires_at)));
        Self {
            ingest: ingest.collect(),
            api: api.collect(),
        }
    }

    pub(super) fn ingest(&self, hash: SecretHash, now: UnixNanos) -> Option<Arc<IngestGrant>> {
        let grant = self.ingest.get(&hash)?;
        alive(grant.expires_at, now).then(|| Arc::clone(grant))
    }

    pub(super) fn api(&self, hash: SecretHash, now: UnixNanos) -> Option<TokenId> {
        let (token, expires_at) = self.api.get(&hash)?;
        alive(*expires_at, now).then_some(*token)
    }
}

fn alive(expires_at: Option<UnixNanos>, now: UnixNanos) -> bool {
    expires_at.is_none_or(|at| now < at)
}

/// When tokens were last used; in memory alone, because a write a request would cost a sync.
#[derive(Default)]
pub(super) struct Uses(RwLock<HashMap<TokenId, AtomicI64>>);

impl Uses {
    pub(super) fn mark(&self, token: TokenId, now: UnixNanos) {
        if let Some(last) = self.0.read().get(&token) {
            last.fetch_max(now.0, Ordering::Relaxed);
            return;
        }
        self.0.write().entry(token).or_insert(AtomicI64::new(now.0));
    }

    pub(super) fn last(&self, token: TokenId) -> Option<UnixNanos> {
        let uses = self.0.read();
        Some(UnixNanos(uses.get(&token)?.load(Ordering::Relaxed)))
    }

    /// Forgets tokens that are gone, so that the list is never longer than that of tokens.
    pub(super) fn keep(&self, workspace: &Workspace) {
        let living = |token: &TokenId| {
            workspace.ingest_tokens.contains_key(token) || workspace.api_tokens.contains_key(token)
        };
        self.0.write().retain(|token, _| living(token));
    }
}
