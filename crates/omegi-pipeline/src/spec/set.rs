//! All pipeline files of one server together: that each topic read is also written.

use std::fs;
use std::path::Path;

use super::{
    Assembly, Linking, Mistake, PipelineSpec, Position, Process, SpecErrors, Topic, check,
};

const DEFAULTS: [(&str, &str); 3] = [
    (
        "trace-assembly.yaml",
        include_str!("../../../../pipelines/trace-assembly.yaml"),
    ),
    (
        "error-detection.yaml",
        include_str!("../../../../pipelines/error-detection.yaml"),
    ),
    (
        "service-flow.yaml",
        include_str!("../../../../pipelines/service-flow.yaml"),
    ),
];

/// The pipelines a server runs, checked against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PipelineSet {
    pub(crate) assembly: Assembly,
    pub(crate) reads_spans: bool,
    pub(crate) reads_logs: bool,
    pub(crate) detects_errors: bool,
    pub(crate) linking: Option<Linking>,
}

impl PipelineSet {
    /// The files that ship with this build.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn defaults() -> Self {
        let specs =
            DEFAULTS.map(|(_, text)| PipelineSpec::parse(text).expect("shipped with this build"));
        Self::of(&specs).expect("shipped with this build")
    }

    /// The `*.yaml` files of `folder`, which take the place of all defaults.
    ///
    /// # Errors
    /// Every mistake of every file; where the files are right, what they miss together.
    pub fn load(folder: &Path) -> Result<Self, Vec<SpecErrors>> {
        let paths = yaml_files(folder).map_err(|error| vec![whole(folder, &error.to_string())])?;
        let mut specs = Vec::new();
        let mut errors = Vec::new();
        for path in paths {
            match check(&path) {
                Ok(spec) => specs.push(spec),
                Err(mistakes) => errors.push(mistakes),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Self::of(&specs).map_err(|text| vec![whole(folder, &text)])
    }

    /// Connects `specs`.
    ///
    /// # Errors
    /// In words: a processor that is missing or there twice.
    pub fn of(specs: &[PipelineSpec]) -> Result<Self, String> {
        let mut assembly = None;
        let mut detections = 0;
        let mut linking = None;
        for spec in specs {
            let twice = match spec.process() {
                Process::AssembleTraces(settings) => {
                    let reads = |topic| spec.sources().contains(&topic);
                    let known = (settings, reads(Topic::Spans), reads(Topic::Logs));
                    assembly.replace(known).is_some()
                }
                Process::DetectErrors => {
                    detections += 1;
                    detections > 1
                }
                Process::LinkServices(settings) => linking.replace(settings).is_some(),
            };
            if twice {
                return Err(format!(
                    "`{}` runs a processor that runs already",
                    spec.name()
                ));
            }
        }
        let (assembly, reads_spans, reads_logs) =
            assembly.ok_or("nothing writes topic `traces`: no pipeline runs `assemble-traces`")?;
        Ok(Self {
            assembly,
            reads_spans,
            reads_logs,
            detects_errors: detections > 0,
            linking,
        })
    }
}

fn yaml_files(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn whole(folder: &Path, text: &str) -> SpecErrors {
    let mistake = Mistake {
        at: Position::default(),
        text: text.to_owned(),
    };
    SpecErrors::one(mistake).in_file(&folder.display().to_string())
}
