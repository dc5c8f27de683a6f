//! Signing in and out: passwords, one-time links, sessions behind a cookie, provisioning.
//!
//! Holds no state of its own but counts of failed attempts; users and sessions are in the
//! workspace. Invariants: a secret leaves here once and is never logged; an unknown address costs
//! an attacker as much time as a known one, and tells as little.

mod fresh;
mod password;
mod throttle;

use std::net::IpAddr;
use std::sync::Arc;

use omegi_eventstore::Position;
use omegi_model::id::{SecretHash, UserId};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::provision::{ProvisionErrors, ProvisionFile, provision};
use omegi_model::workspace::secret::{Secret, SecretKind};
use omegi_model::workspace::session::{SessionCommand, SignInMethod};
use omegi_model::workspace::{Actor, Rejection};
use tokio::sync::Semaphore;

use crate::commands::{CommandError, Commands, now};

pub use fresh::{RandomError, fresh_id, fresh_secret};
pub use password::{PasswordError, Passwords};
pub use throttle::Throttle;

use fresh::Chance;

const HOUR: i64 = 3_600_000_000_000;
/// A session lives so long after it was opened or renewed.
pub const SESSION_NANOS: i64 = 30 * 24 * HOUR;
/// It is renewed once it has less than this left, so that not every request writes.
const RENEW_BELOW_NANOS: i64 = SESSION_NANOS - 24 * HOUR;
/// A link that signs in lives so long.
const LINK_NANOS: i64 = 24 * HOUR;
/// Slow hashes at once: each takes 19 MiB and a core.
const HASHES_MAX: usize = 2;

/// Signs people in and out; clones share it.
#[derive(Clone)]
pub struct Accounts {
    commands: Commands,
    passwords: Passwords,
    throttle: Arc<Throttle>,
    hashing: Arc<Semaphore>,
}

/// Somebody who has just come in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Goes into the cookie, and nowhere else.
    pub cookie: Secret,
    /// Who.
    pub user: UserId,
    /// Until when.
    pub expires_at: UnixNanos,
}

/// A session that a request came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// To close it.
    pub session: SecretHash,
    /// The cookie must be set again with this end, where there is one.
    pub renewed_until: Option<UnixNanos>,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Too many attempts failed; try again after so many seconds.
    #[error("too many failed attempts, try again in {retry_after_s} s")]
    Throttled {
        /// Seconds.
        retry_after_s: u64,
    },
    /// Unknown address or wrong password; which of the two is not told.
    #[error("address or password is wrong")]
    Wrong,
    /// The link is unknown, used, or too old.
    #[error("link is not valid any more")]
    LinkInvalid,
    /// The operating system gives no random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The session could not be written.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The password could not be hashed or compared.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The server is stopping.
    #[error("server is stopping")]
    Stopping,
}

/// Why a provisioning file was not applied; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// It names what nobody has.
    #[error(transparent)]
    File(#[from] ProvisionErrors),
    /// It asks for what cannot be.
    #[error("provisioning file cannot be applied")]
    Command(#[from] CommandError),
    /// No random numbers, or no memory for a slow hash.
    #[error("provisioning file cannot be applied: {0}")]
    Outside(String),
    /// The server is stopping.
    #[error("server is stopping")]
    Stopping,
}

impl Accounts {
    /// Signs people into the workspace behind `commands`.
    #[must_use]
    pub fn new(commands: Commands, passwords: Passwords) -> Self {
        Self {
            commands,
            passwords,
            throttle: Arc::new(Throttle::default()),
            hashing: Arc::new(Semaphore::new(HASHES_MAX)),
        }
    }

    /// Checks a password and opens a session.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        peer: IpAddr,
    ) -> Result<SignedIn, SignInError> {
        let attempt = self.throttle.attempt(email, peer, now());
        attempt.map_err(|retry_after_s| SignInError::Throttled { retry_after_s })?;
        let known = self.commands.view().read(|workspace| {
            let user = workspace.user_by_email(email)?;
            Some((user.id, user.password.clone()?))
        });
        let (user, hash) = known.unzip();
        let password = password.to_owned();
        let passwords = self.passwords.clone();
        let matches = self.hash(move || match hash {
            Some(hash) => passwords.matches(&password, &hash),
            // As slow as a known address.
            None => passwords.hash(&password).map(|_| false),
        });
        match (matches.await??, user) {
            (true, Some(user)) => {
                self.throttle.succeeded(email);
                self.open(user, SignInMethod::Password).await
            }
            _ => Err(SignInError::Wrong),
        }
    }

    /// Opens a session for a user whom something else vouches for, such as an identity provider.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn open(&self, user: UserId, method: SignInMethod) -> Result<SignedIn, SignInError> {
        let cookie = fresh_secret(SecretKind::Session)?;
        let expires_at = now().plus(SESSION_NANOS);
        let command = SessionCommand::OpenSession {
            session: cookie.hash(),
            user,
            method,
            expires_at,
        };
        self.commands.execute(command, Actor::User(user)).await?;
        Ok(SignedIn {
            cookie,
            user,
            expires_at,
        })
    }

    /// Uses a one-time link.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn redeem_link(&self, code: &str, peer: IpAddr) -> Result<SignedIn, SignInError> {
        let attempt = self.throttle.attempt("", peer, now());
        attempt.map_err(|retry_after_s| SignInError::Throttled { retry_after_s })?;
        let link = Secret::parse(code).filter(|code| code.kind() == SecretKind::Link);
        let link = link.ok_or(SignInError::LinkInvalid)?;
        let cookie = fresh_secret(SecretKind::Session)?;
        let expires_at = now().plus(SESSION_NANOS);
        let command = SessionCommand::RedeemSignInLink {
            link: link.hash(),
            new_user: fresh_id(UserId::new)?,
            session: cookie.hash(),
            expires_at,
        };
        match self.commands.execute(command, Actor::System).await {
            Err(CommandError::Rejected(Rejection::NotFound(_))) => {
                return Err(SignInError::LinkInvalid);
            }
            done => done?,
        };
        let session = self.commands.view().session(cookie.reveal(), now());
        let (_, session) = session.map_err(|_| SignInError::LinkInvalid)?;
        Ok(SignedIn {
            cookie,
            user: session.user,
            expires_at,
        })
    }

    /// A link for `user`, or for the first owner: to be printed on the console, once.
    ///
    /// # Errors
    /// [`SignInError`]; with the code `has_owner` where a first owner is not wanted any more.
    pub async fn issue_link(&self, user: Option<UserId>) -> Result<Secret, SignInError> {
        let link = fresh_secret(SecretKind::Link)?;
        let command = SessionCommand::IssueSignInLink {
            link: link.hash(),
            user,
            expires_at: now().plus(LINK_NANOS),
        };
        self.commands.execute(command, Actor::Operator).await?;
        Ok(link)
    }

    /// Who a cookie belongs to; renews the session once a day of use.
    pub async fn caller(&self, cookie: &str) -> Option<Caller> {
        let now = now();
        let (session, found) = self.commands.view().session(cookie, now).ok()?;
        let mut caller = Caller {
            user: found.user,
            session,
            renewed_until: None,
        };
        if found.expires_at.since(now) < RENEW_BELOW_NANOS {
            let expires_at = now.plus(SESSION_NANOS);
            let renew = SessionCommand::RenewSession {
                session,
                expires_at,
            };
            let renewed = self.commands.execute(renew, Actor::User(found.user)).await;
            // A session that cannot be renewed is still one.
            caller.renewed_until = renewed.ok().map(|_| expires_at);
        }
        Some(caller)
    }

    /// Ends a session; that it is gone already is no mistake.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn sign_out(&self, caller: Caller) -> Result<Position, CommandError> {
        let close = SessionCommand::CloseSession {
            session: caller.session,
        };
        self.commands.execute(close, Actor::User(caller.user)).await
    }

    /// Hashes a new password, for commands that carry one.
    ///
    /// # Errors
    /// [`SignInError`]: too short or too long, or the server is stopping.
    pub async fn hash_password(
        &self,
        password: &str,
    ) -> Result<omegi_model::workspace::secret::PasswordHash, SignInError> {
        Passwords::check(password)?;
        let (passwords, password) = (self.passwords.clone(), password.to_owned());
        Ok(self.hash(move || passwords.hash(&password)).await??)
    }

    /// Makes the workspace what the file says, all of it or nothing.
    ///
    /// # Errors
    /// [`ProvisionError`].
    pub async fn provision(&self, file: ProvisionFile) -> Result<Position, ProvisionError> {
        let (view, passwords) = (self.commands.view().clone(), self.passwords.clone());
        let planned = self.hash(move || {
            let mut chance = Chance::new(passwords);
            let (workspace, _) = view.copy();
            let commands = provision(&workspace, &file, &mut chance)?;
            match chance.failed {
                Some(failed) => Err(ProvisionError::Outside(failed)),
                None => Ok(commands),
            }
        });
        let commands = planned.await.map_err(|_| ProvisionError::Stopping)??;
        Ok(self.commands.execute_all(commands, Actor::Operator).await?)
    }

    /// Runs what is slow beside the runtime's threads, a few at a time.
    async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        let turn = self.hashing.acquire().await;
        let _turn = turn.map_err(|_| SignInError::Stopping)?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| SignInError::Stopping)
    }
}
