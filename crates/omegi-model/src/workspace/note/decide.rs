//! Decides what people want done with notes.

use std::collections::BTreeSet;

use super::{
    BODY_BYTES_MAX, COMMENT_BYTES_MAX, COMMENTS_MAX, LINKS_MAX, Note, NoteCommand, NoteContent,
    NoteEvent, TAG_CHARS_MAX, TAGS_MAX, Visibility,
};
use crate::id::{CommentId, NoteId, ProjectId};
use crate::workspace::{
    Action, Actor, Context, Rejection, Role, Workspace, WorkspaceEvent, check, one,
};

pub(in crate::workspace) fn decide(
    workspace: &Workspace,
    command: &NoteCommand,
    context: &Context,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let actor = context.actor;
    match command {
        NoteCommand::WriteNote {
            note,
            home,
            visibility,
            content,
        } => {
            may_place(workspace, actor, *home, *visibility)?;
            if workspace.notes.contains_key(note) {
                return Err(Rejection::conflict(
                    "id_taken",
                    "a note with this id exists",
                ));
            }
            Ok(one(NoteEvent::NoteWritten {
                note: *note,
                author: workspace.author(actor),
                home: *home,
                visibility: *visibility,
                content: checked(content)?,
            }))
        }
        NoteCommand::EditNote {
            note,
            revision,
            content,
        } => {
            let found = editable(workspace, actor, *note)?;
            edit(found, *revision, content)
        }
        NoteCommand::ShareNote {
            note,
            home,
            visibility,
        } => {
            let found = governed(workspace, actor, *note)?;
            if found.home == *home && found.visibility == *visibility {
                return Ok(Vec::new());
            }
            if found.home != *home && workspace.author(actor) != found.author {
                // Somebody else's note is not taken along to another project.
                return Err(Rejection::Forbidden { needs: Role::Owner });
            }
            may_place(workspace, actor, *home, *visibility)?;
            let (note, home, visibility) = (*note, *home, *visibility);
            Ok(one(NoteEvent::NoteShared {
                note,
                home,
                visibility,
            }))
        }
        NoteCommand::DeleteNote { note } => {
            governed(workspace, actor, *note)?;
            Ok(one(NoteEvent::NoteDeleted { note: *note }))
        }
        NoteCommand::LinkNote { note, to } => link(workspace, actor, *note, *to),
        NoteCommand::UnlinkNote { note, to } => {
            let found = editable(workspace, actor, *note)?;
            let linked = found.links.contains(to);
            let unlinked = NoteEvent::NoteUnlinked {
                note: *note,
                to: *to,
            };
            Ok(if linked { one(unlinked) } else { Vec::new() })
        }
        NoteCommand::AttachNote {
            note,
            project,
            issue,
            anchor,
        } => {
            let found = editable(workspace, actor, *note)?;
            workspace.admit(actor, *project, Action::Read)?;
            if found.attached.contains_key(issue) {
                return Ok(Vec::new());
            }
            room(found.attached.len(), LINKS_MAX, "issues")?;
            Ok(one(NoteEvent::NoteAttached {
                note: *note,
                project: *project,
                issue: *issue,
                anchor: anchor.clone().bounded(),
            }))
        }
        NoteCommand::DetachNote { note, issue } => {
            let found = editable(workspace, actor, *note)?;
            let detached = NoteEvent::NoteDetached {
                note: *note,
                issue: *issue,
            };
            let attached = found.attached.contains_key(issue);
            Ok(if attached { one(detached) } else { Vec::new() })
        }
        NoteCommand::WriteComment {
            note,
            comment,
            body,
        } => {
            let found = readable(workspace, actor, *note)?;
            if !workspace.may_comment(actor, found) {
                return Err(Rejection::Forbidden {
                    needs: Role::Member,
                });
            }
            room(found.comments.len(), COMMENTS_MAX, "comments")?;
            if found.comments.contains_key(comment) {
                return Err(Rejection::conflict(
                    "id_taken",
                    "a comment with this id exists",
                ));
            }
            Ok(one(NoteEvent::CommentWritten {
                note: *note,
                comment: *comment,
                author: workspace.author(actor),
                body: checked_comment(body)?,
            }))
        }
        NoteCommand::EditComment {
            note,
            comment,
            body,
        } => {
            let found = readable(workspace, actor, *note)?;
            let author = comment_author(found, *comment)?;
            if author != workspace.author(actor) || !workspace.may_comment(actor, found) {
                return Err(Rejection::Forbidden { needs: Role::Owner });
            }
            let (note, comment, body) = (*note, *comment, checked_comment(body)?);
            Ok(one(NoteEvent::CommentEdited {
                note,
                comment,
                body,
            }))
        }
        NoteCommand::DeleteComment { note, comment } => {
            let found = readable(workspace, actor, *note)?;
            let author = comment_author(found, *comment)?;
            let own = author == workspace.author(actor) && workspace.may_comment(actor, found);
            if !own && !workspace.may_govern_note(actor, found) {
                return Err(Rejection::Forbidden { needs: Role::Owner });
            }
            Ok(one(NoteEvent::CommentDeleted {
                note: *note,
                comment: *comment,
            }))
        }
    }
}

fn edit(
    found: &Note,
    revision: u32,
    content: &NoteContent,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    if found.revision != revision {
        let detail = format!(
            "the note is at revision {}, the edit began from {revision}",
            found.revision
        );
        return Err(Rejection::conflict("note_changed", detail));
    }
    Ok(one(NoteEvent::NoteEdited {
        note: found.id,
        revision: revision.saturating_add(1),
        content: checked(content)?,
    }))
}

fn link(
    workspace: &Workspace,
    actor: Actor,
    note: NoteId,
    to: NoteId,
) -> Result<Vec<WorkspaceEvent>, Rejection> {
    let found = editable(workspace, actor, note)?;
    readable(workspace, actor, to)?;
    if note == to {
        return Err(Rejection::invalid(
            "link_to_itself",
            "a note does not link to itself",
        ));
    }
    if found.links.contains(&to) {
        return Ok(Vec::new());
    }
    room(found.links.len(), LINKS_MAX, "links")?;
    Ok(one(NoteEvent::NoteLinked { note, to }))
}

/// Passes where the actor may have a note at home there, with those readers.
fn may_place(
    workspace: &Workspace,
    actor: Actor,
    home: Option<ProjectId>,
    visibility: Visibility,
) -> Result<(), Rejection> {
    match home {
        Some(home) => workspace.admit(actor, home, Action::Write).map(|_| ()),
        None if visibility == Visibility::Project => {
            let detail = "a note shared with a project is at home in one";
            Err(Rejection::invalid("home_missing", detail))
        }
        None if workspace.may_write_somewhere(actor) => Ok(()),
        None => Err(Rejection::Forbidden {
            needs: Role::Member,
        }),
    }
}

fn readable(workspace: &Workspace, actor: Actor, note: NoteId) -> Result<&Note, Rejection> {
    let found = workspace.notes.get(&note);
    let found = found.filter(|note| workspace.may_read_note(actor, note));
    found.ok_or(Rejection::NotFound("note"))
}

fn editable(workspace: &Workspace, actor: Actor, note: NoteId) -> Result<&Note, Rejection> {
    let found = readable(workspace, actor, note)?;
    match workspace.may_edit_note(actor, found) {
        true => Ok(found),
        false => Err(Rejection::Forbidden {
            needs: Role::Member,
        }),
    }
}

fn governed(workspace: &Workspace, actor: Actor, note: NoteId) -> Result<&Note, Rejection> {
    let found = readable(workspace, actor, note)?;
    match workspace.may_govern_note(actor, found) {
        true => Ok(found),
        false => Err(Rejection::Forbidden { needs: Role::Owner }),
    }
}

fn comment_author(note: &Note, comment: CommentId) -> Result<Actor, Rejection> {
    let found = note
        .comments
        .get(&comment)
        .ok_or(Rejection::NotFound("comment"))?;
    Ok(found.author)
}

fn checked(content: &NoteContent) -> Result<NoteContent, Rejection> {
    if content.body.len() > BODY_BYTES_MAX {
        let detail = format!("a note has at most {BODY_BYTES_MAX} bytes");
        return Err(Rejection::invalid("body_too_large", detail));
    }
    let tags = content.tags.iter().map(|tag| checked_tag(tag));
    let tags = tags.collect::<Result<BTreeSet<_>, _>>()?;
    room(tags.len().saturating_sub(1), TAGS_MAX, "tags")?;
    Ok(NoteContent {
        kind: content.kind,
        title: check::name(&content.title)?,
        body: content.body.clone(),
        tags,
    })
}

/// Lower case, without a leading `#`: two people who make one tag at once make one tag.
fn checked_tag(tag: &str) -> Result<String, Rejection> {
    let tag = tag.trim().trim_start_matches('#').trim().to_lowercase();
    let chars = tag.chars().count();
    if chars == 0 || chars > TAG_CHARS_MAX || tag.chars().any(char::is_control) {
        let detail = format!("a tag has 1 to {TAG_CHARS_MAX} printable characters");
        return Err(Rejection::invalid("tag_invalid", detail));
    }
    Ok(tag)
}

fn checked_comment(body: &str) -> Result<String, Rejection> {
    if body.trim().is_empty() || body.len() > COMMENT_BYTES_MAX {
        let detail = format!("a comment has 1 to {COMMENT_BYTES_MAX} bytes");
        return Err(Rejection::invalid("comment_invalid", detail));
    }
    Ok(body.to_owned())
}

fn room(count: usize, max: usize, what: &str) -> Result<(), Rejection> {
    if count < max {
        return Ok(());
    }
    Err(Rejection::conflict(
        "note_full",
        format!("a note has at most {max} {what}"),
    ))
}
