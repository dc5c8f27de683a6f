//! Statistics of a project: what is solved, what is not, and how errors come over time.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Unit};
use omegi_model::time::UnixNanos;
use omegi_model::workspace::triage::Status;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::errors::blocking;
use crate::page::{Range, RangeParams};
use crate::problem::{ApiError, Problem};
use crate::state::Api;

/// Points of a time series at most: beyond, points are days.
const HOURS_MAX: i64 = 24 * 7;
const DAYS_MAX: i64 = 800;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Time zone of the series.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatsParams {
    /// IANA name such as `Asia/Seoul`; UTC without it.
    tz: Option<String>,
}

/// Statistics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsView {
    /// Issues that are solved now.
    solved: u64,
    /// Issues that stand open now.
    unsolved: u64,
    /// Time of the latest error event.
    latest: Option<String>,
    /// Error events over time.
    series: Vec<PointView>,
    /// Error events of the range by service, most first.
    by_service: Vec<CountView>,
    /// Error events of the range by type, most first.
    by_type: Vec<CountView>,
    /// From the first occurrence to the last word, of issues solved now.
    time_to_resolve: ResolveTimeView,
}

/// Error events within one step.
#[derive(Debug, Serialize, ToSchema)]
struct PointView {
    /// Start of the step, RFC 3339.
    time: String,
    count: u64,
}

/// How many of what.
#[derive(Debug, Serialize, ToSchema)]
struct CountView {
    name: String,
    count: u64,
}

/// How long issues took to solve, in seconds.
#[derive(Debug, Serialize, ToSchema)]
struct ResolveTimeView {
    issues: u64,
    median_seconds: Option<i64>,
}

/// Statistics of a project; without a range, of the last 24 hours.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/stats", tag = "stats",
    params(("project" = String, Path, description = "Slug"), StatsParams, RangeParams),
    responses((status = 200, body = StatsView), (status = "default", body = Problem)),
)]
async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(params): Query<StatsParams>,
    Query(range): Query<RangeParams>,
) -> Result<Json<StatsView>, ApiError> {
    let project = api.visible_project(&caller, &slug)?;
    let range = range.or_last_day(api.now())?;
    let zone = zone(params.tz.as_deref())?;
    let steps = steps(range, &zone)?;
    let faults = api.faults().clone();
    let minutes = blocking(move || faults.minutes(project.id, range.from, range.to))
        .await?
        .map_err(ApiError::internal)?;

    let mut series: BTreeMap<i64, u64> = steps.iter().map(|step| (*step, 0)).collect();
    let mut by_service: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_type: BTreeMap<String, u64> = BTreeMap::new();
    for (minute, variant, count) in minutes {
        if let Some((_, sum)) = series.range_mut(..=minute.0).next_back() {
            *sum += count;
        }
        if let Some(face) = api.faults().face(variant) {
            *by_service.entry(face.origin_service).or_default() += count;
            *by_type.entry(face.kind).or_default() += count;
        }
    }
    let now = api.now();
    let issues = api.faults().issues(|id| id == project.id);
    let (mut solved, mut unsolved, mut took) = (0, 0, Vec::new());
    for issue in &issues {
        match issue.status(now) {
            Status::Unresolved(_) => unsolved += 1,
            Status::Resolved => {
                solved += 1;
                let said = issue.state.spoken().at;
                took.extend(said.map(|at| at.since(issue.row.first_seen).max(0) / 1_000_000_000));
            }
            Status::Ignored | Status::Snoozed => {}
        }
    }
    took.sort_unstable();
    let latest = issues.iter().map(|issue| issue.row.last_seen).max();
    Ok(Json(StatsView {
        solved,
        unsolved,
        latest: latest.map(|at| at.to_string()),
        series: series.into_iter().map(point).collect(),
        by_service: most_first(by_service),
        by_type: most_first(by_type),
        time_to_resolve: ResolveTimeView {
            issues: took.len() as u64,
            median_seconds: took.get(took.len() / 2).copied(),
        },
    }))
}

fn zone(name: Option<&str>) -> Result<TimeZone, ApiError> {
    let Some(name) = name else {
        return Ok(TimeZone::UTC);
    };
    TimeZone::get(name).map_err(|_| ApiError::invalid("tz", format!("no such time zone: {name}")))
}

/// Starts of the steps: hours for up to a week, days beyond, as the zone counts them.
fn steps(range: Range, zone: &TimeZone) -> Result<Vec<i64>, ApiError> {
    let wrong = || ApiError::invalid("from", format!("give a range of at most {DAYS_MAX} days"));
    let moment =
        |time: UnixNanos| Timestamp::from_nanosecond(i128::from(time.0)).map_err(|_| wrong());
    let (from, to) = (moment(range.from)?, moment(range.to)?);
    let hours = (range.to.since(range.from)) / 3_600_000_000_000;
    if hours > DAYS_MAX * 24 {
        return Err(wrong());
    }
    let (unit, step) = match hours <= HOURS_MAX {
        true => (Unit::Hour, 1.hour()),
        false => (Unit::Day, 1.day()),
    };
    let start = from.to_zoned(zone.clone());
    let floor = jiff::ZonedRound::new()
        .smallest(unit)
        .mode(jiff::RoundMode::Floor);
    let mut at = start.round(floor).map_err(|_| wrong())?;
    let mut steps = Vec::new();
    while at.timestamp() < to {
        steps.push(i64::try_from(at.timestamp().as_nanosecond()).map_err(|_| wrong())?);
        at = at.checked_add(step).map_err(|_| wrong())?;
    }
    Ok(steps)
}

fn point((time, count): (i64, u64)) -> PointView {
    PointView {
        time: UnixNanos(time).to_string(),
        count,
    }
}

fn most_first(counts: BTreeMap<String, u64>) -> Vec<CountView> {
    let mut counts: Vec<CountView> = counts
        .into_iter()
        .map(|(name, count)| CountView { name, count })
        .collect();
    counts.sort_by(|a, b| (b.count, &a.name).cmp(&(a.count, &b.name)));
    counts.truncate(20);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range {
        Range {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        }
    }

    #[test]
    fn days_begin_where_the_zone_says() {
        let seoul = zone(Some("Asia/Seoul")).unwrap();
        let steps = steps(
            range("2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"),
            &seoul,
        )
        .unwrap();
        assert_eq!(
            UnixNanos(steps[0]).to_string(),
            "2026-10-31T15:00:00.000000000Z"
        );
        assert_eq!(steps.len(), 20);
    }

    #[test]
    fn edge_45_a_day_of_another_length_is_still_one_step() {
        let berlin = zone(Some("Europe/Berlin")).unwrap();
        let steps = steps(
            range("2026-10-20T22:00:00Z", "2026-10-31T23:00:00Z"),
            &berlin,
        )
        .unwrap();
        assert_eq!(steps.len(), 11);
    }

    #[test]
    fn an_unknown_zone_is_told() {
        assert!(zone(Some("Mars/Olympus")).is_err());
    }
}
