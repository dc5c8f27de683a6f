//! From parts to keys, by a version of the algorithm.

use serde::{Deserialize, Serialize};

use super::frames::MINIFIED;
use crate::error_event::{GroupingException, GroupingParts};
use crate::id::{Fingerprint, ProjectId};

/// A version of the way from parts to keys. Old ones stay, so that a change can be previewed and
/// taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct AlgorithmVersion(u16);

impl AlgorithmVersion {
    /// The first.
    pub const V1: Self = Self(1);
    /// What new projects use.
    pub const CURRENT: Self = Self::V1;

    /// A version this build knows.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (1..=Self::CURRENT.0)
            .contains(&number)
            .then_some(Self(number))
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for AlgorithmVersion {
    type Error = UnknownVersion;

    fn try_from(number: u16) -> Result<Self, UnknownVersion> {
        Self::new(number).ok_or(UnknownVersion(number))
    }
}

impl From<AlgorithmVersion> for u16 {
    fn from(version: AlgorithmVersion) -> Self {
        version.0
    }
}

/// A version of the grouping algorithm that this build does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("grouping algorithm version {0} is unknown")]
pub struct UnknownVersion(pub u16);

/// An error's keys on three levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Keys {
    /// Level 2: what becomes an issue.
    pub group: Fingerprint,
    /// Level 1: type and topmost own frame, without the service; links one fault in many services.
    pub cause_family: Fingerprint,
    /// Level 3: with message and entry; sub-groups for display, never alerts.
    pub fine: Fingerprint,
}

/// How a group was found, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The sender named the fingerprint.
    Override,
    /// Type and the project's own frames.
    OwnFrames,
    /// Type and the innermost library frames, for want of own ones.
    SystemFrames,
    /// Type and message, for want of a stack.
    Message,
    /// Operation and `error.type`, for want of an exception.
    Status,
}

/// The keys of an error in a project.
#[must_use]
pub fn key(project: ProjectId, parts: &GroupingParts, version: AlgorithmVersion) -> Keys {
    let group = group_parts(parts);
    let fine = {
        let mut list = group.clone();
        let template = main(parts).map_or(parts.status_template.as_str(), |e| e.template.as_str());
        list.push(generalised(template));
        list.push(parts.entry_operation.clone());
        list
    };
    Keys {
        group: hash("omegi-group", project, version, &group),
        cause_family: hash("omegi-family", project, version, &family_parts(parts)),
        fine: hash("omegi-fine", project, version, &fine),
    }
}

/// The exception a group is about: the innermost that is no carrier, else the innermost.
pub(super) fn main(parts: &GroupingParts) -> Option<&GroupingException> {
    let tells = |e: &&GroupingException| {
        !e.carrier && (!e.kind.is_empty() || !e.template.is_empty() || !e.app_frames.is_empty())
    };
    parts
        .exceptions
        .iter()
        .find(tells)
        .or(parts.exceptions.first())
}

/// Which method these parts are grouped by.
#[must_use]
pub fn method(parts: &GroupingParts) -> Method {
    if !parts.override_parts.is_empty() {
        return Method::Override;
    }
    match main(parts) {
        Some(e) if has_names(&e.app_frames) => Method::OwnFrames,
        Some(e) if e.app_frames.is_empty() && has_names(&e.system_frames) => Method::SystemFrames,
        Some(e) if !e.kind.is_empty() || !e.template.is_empty() => Method::Message,
        _ => Method::Status,
    }
}

/// Whether some frame has a name of its own; a minifier's names change with every build.
fn has_names(frames: &[String]) -> bool {
    frames.iter().any(|frame| !frame.ends_with(MINIFIED))
}

/// The parts of the level-2 key, in order.
fn group_parts(parts: &GroupingParts) -> Vec<String> {
    match method(parts) {
        Method::Override => spliced(parts),
        _ => default_parts(parts),
    }
}

/// The override with `{{ default }}` replaced by what would be the key without it.
fn spliced(parts: &GroupingParts) -> Vec<String> {
    let mut list = vec!["override".to_owned()];
    for part in &parts.override_parts {
        if part.trim_matches(['{', '}', ' ']) == "default" && part.starts_with("{{") {
            list.extend(default_parts(parts));
        } else {
            list.push(part.clone());
        }
    }
    list
}

fn default_parts(parts: &GroupingParts) -> Vec<String> {
    let mut list = vec![service_family(&parts.service), parts.language.clone()];
    let Some(exception) = main(parts).filter(|e| {
        !e.kind.is_empty()
            || !e.template.is_empty()
            || !e.app_frames.is_empty()
            || !e.system_frames.is_empty()
    }) else {
        list.extend([
            "status".into(),
            parts.operation.clone(),
            parts.error_type.clone(),
        ]);
        list.push(generalised(&parts.status_template));
        return list;
    };
    list.push(exception.kind.clone());
    let own = has_names(&exception.app_frames);
    if own {
        list.push("own".into());
        list.extend(exception.app_frames.iter().cloned());
        return list;
    }
    // Only library code or none: the wrappers' types say where the call came from.
    for outer in parts
        .exceptions
        .iter()
        .filter(|e| !std::ptr::eq(*e, exception) && !e.kind.is_empty())
    {
        list.push(format!("in {}", outer.kind));
        list.extend(outer.app_frames.iter().take(1).cloned());
    }
    if exception.app_frames.is_empty() && has_names(&exception.system_frames) {
        list.push("system".into());
        list.extend(exception.system_frames.iter().cloned());
    } else {
        list.push("message".into());
        list.push(generalised(&exception.template));
        list.extend(exception.app_frames.iter().cloned());
        if exception.template.is_empty() {
            list.push(parts.operation.clone());
        }
    }
    list
}

fn family_parts(parts: &GroupingParts) -> Vec<String> {
    let Some(exception) = main(parts) else {
        return vec![
            "status".into(),
            parts.error_type.clone(),
            generalised(&parts.status_template),
        ];
    };
    let frame = exception
        .app_frames
        .first()
        .or(exception.system_frames.first());
    let place = frame
        .cloned()
        .unwrap_or_else(|| generalised(&exception.template));
    vec![exception.kind.clone(), place]
}

/// Ids come as numbers, as hex, as UUIDs: by chance or by customer. One kind in keys.
fn generalised(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let class = ["<num>", "<id>", "<hex>", "<uuid>"]
            .iter()
            .find(|class| rest.starts_with(**class));
        match class {
            Some(class) => {
                out.push_str("<*>");
                rest = &rest[class.len()..];
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// A service's name without case and without the pod it ran in.
fn service_family(service: &str) -> String {
    super::template::family(service).to_lowercase()
}

fn hash(
    domain: &str,
    project: ProjectId,
    version: AlgorithmVersion,
    list: &[String],
) -> Fingerprint {
    let version = version.0.to_le_bytes();
    let mut bytes: Vec<&[u8]> = vec![&version, project.as_bytes()];
    bytes.extend(list.iter().map(String::as_bytes));
    Fingerprint::of(domain, &bytes)
}
