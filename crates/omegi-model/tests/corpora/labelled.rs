//! Our own labelled set: texts of one label are one error, texts of two labels are two.
//!
//! Reads `labelled/*.txt`. `=== label [service=s] [kind=K message=m]` opens a label, `--- why` the
//! next text of it. In a text, a line ` kind=K message=m` or `message=m` gives what attributes
//! would say.

use std::collections::BTreeMap;

use omegi_model::error_event::GroupingParts;
use omegi_model::grouping::{self, AlgorithmVersion, GroupingInput, InputException};
use omegi_model::id::{Fingerprint, ProjectId};
use omegi_model::stack::{self, Language, Relation};

/// One occurrence with the label it should be grouped under.
struct Case {
    label: String,
    parts: GroupingParts,
    group: Fingerprint,
}

const FILES: [(&str, &str); 9] = [
    ("java", include_str!("labelled/java.txt")),
    ("python", include_str!("labelled/python.txt")),
    ("javascript", include_str!("labelled/javascript.txt")),
    ("go", include_str!("labelled/go.txt")),
    ("dotnet", include_str!("labelled/dotnet.txt")),
    ("ruby", include_str!("labelled/ruby.txt")),
    ("php", include_str!("labelled/php.txt")),
    ("native", include_str!("labelled/native.txt")),
    ("stackless", include_str!("labelled/stackless.txt")),
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (_, file) in FILES {
        for block in file.split("=== ").skip(1) {
            let (title, texts) = block.split_once('\n').expect("a label has texts");
            let label = title.split(' ').next().expect("a title has words");
            let service = after(title, "service=").and_then(|s| s.split(' ').next());
            for text in split_texts(texts) {
                let parts = parts_of(service.unwrap_or("shop"), title, &text);
                let keys = grouping::key(project(), &parts, AlgorithmVersion::CURRENT);
                cases.push(Case {
                    label: label.to_owned(),
                    parts,
                    group: keys.group,
                });
            }
        }
    }
    cases
}

fn split_texts(texts: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in texts.lines() {
        // .NET and Python have rules of dashes of their own.
        let opens = line.starts_with("--- ") && !line.ends_with("---");
        if opens {
            out.push(String::new());
        } else if let Some(text) = out.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    out
}

fn parts_of(service: &str, title: &str, text: &str) -> GroupingParts {
    let told: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("kind=") || line.starts_with("message="))
        .collect();
    let kind = told
        .iter()
        .find_map(|line| after(line, "kind="))
        .or_else(|| after(title, "kind="));
    let kind = kind.map(|rest| rest.split(" message=").next().unwrap_or(rest).trim());
    let message = told
        .iter()
        .find_map(|line| after(line, "message="))
        .or_else(|| after(title, "message="));
    let body: String = text
        .lines()
        .filter(|line| !told.contains(line))
        .collect::<Vec<_>>()
        .join("\n");
    let parsed = stack::parse(&body, None);
    // Innermost first, as the detector gives them.
    let mut exceptions: Vec<InputException<'_>> = parsed
        .exceptions
        .iter()
        .filter(|e| !matches!(e.relation, Relation::SuppressedBy(_)))
        .map(|e| InputException {
            kind: &e.kind,
            message: &e.message,
            frames: &e.frames,
        })
        .collect();
    exceptions.reverse();
    if exceptions.is_empty() {
        exceptions.push(InputException::default());
    }
    if let (Some(kind), Some(first)) = (kind, exceptions.first_mut()) {
        first.kind = kind;
    }
    if let (Some(message), Some(first)) = (message, exceptions.first_mut()) {
        first.message = message;
    }
    let language: Option<Language> = parsed.language;
    grouping::parts(&GroupingInput {
        service,
        language,
        exceptions,
        ..GroupingInput::default()
    })
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

fn project() -> ProjectId {
    ProjectId::new([1; 8]).expect("not zero")
}

/// Pairwise: of the pairs we put together, how many belong together, and the reverse.
#[test]
fn pairs_of_the_labelled_set_are_grouped_right() {
    let cases = cases();
    let (mut right, mut together, mut labelled) = (0_u32, 0_u32, 0_u32);
    let mut wrong = Vec::new();
    for (at, a) in cases.iter().enumerate() {
        for b in &cases[at + 1..] {
            let (same_label, same_group) = (a.label == b.label, a.group == b.group);
            labelled += u32::from(same_label);
            together += u32::from(same_group);
            right += u32::from(same_label && same_group);
            if same_label != same_group {
                let difference = grouping::nearest_difference(&a.parts, &b.parts);
                wrong.push(format!(
                    "{} / {}: {}",
                    a.label,
                    b.label,
                    difference.unwrap_or_else(|| "no difference".into())
                ));
            }
        }
    }
    let labels: BTreeMap<&str, usize> = cases.iter().fold(BTreeMap::new(), |mut map, case| {
        *map.entry(case.label.as_str()).or_default() += 1;
        map
    });
    let precision = f64::from(right) / f64::from(together.max(1));
    let recall = f64::from(right) / f64::from(labelled.max(1));
    println!(
        "labelled set: {} texts, {} labels, {labelled} pairs alike, {together} put together; precision {precision:.4}, recall {recall:.4}",
        cases.len(),
        labels.len(),
    );
    for line in &wrong {
        println!("  wrong: {line}");
    }
    assert!(precision >= 0.99, "precision {precision}: {wrong:#?}");
    assert!(recall >= 0.9, "recall {recall}: {wrong:#?}");
}
