/** Queries to begin with; the names are SQL's own words, so they need no translation. */

export const EXAMPLES = [
  {
    name: 'errors by service',
    sql: `SELECT origin_service, count(*) AS errors, max(time) AS latest
FROM errors
WHERE project = :project AND time >= :from AND time < :to
GROUP BY origin_service
ORDER BY errors DESC`,
  },
  {
    name: 'slowest operations',
    sql: `SELECT service_name, name, count(*) AS calls, max(duration_ns) AS slowest_ns
FROM spans
WHERE project = :project AND start_time >= :from AND start_time < :to
GROUP BY service_name, name
ORDER BY slowest_ns DESC
LIMIT 100`,
  },
  {
    name: 'errors per hour',
    sql: `SELECT date_trunc('hour', time) AS hour, count(*) AS errors
FROM errors
WHERE project = :project AND time >= :from AND time < :to
GROUP BY hour
ORDER BY hour`,
  },
  {
    name: 'failing spans of a service',
    sql: `SELECT start_time, trace_id, name, duration_ns, attributes
FROM spans
WHERE project = :project AND service_name = :service AND status_code = 'ERROR'
ORDER BY start_time DESC
LIMIT 500`,
  },
];
