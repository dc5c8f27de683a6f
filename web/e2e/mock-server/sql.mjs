// SQL of the mock: one made-up table per query, as JSON, CSV or Arrow, of as many rows as the query's `LIMIT` says.
import {
  dictionary,
  float64,
  int64,
  TimeUnit,
  tableFromArrays,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { random } from './seed.mjs';

const SERVICES = ['gateway', 'checkout', 'payment', 'inventory', 'recommend', 'notify'];

export function answerSql(request, response, { query = '', limit = 10_000 }, problem) {
  if (!/^\s*(select|with|explain|show|describe)/i.test(query))
    return problem(response, 400, 'sql_read_only', 'only SELECT is accepted');
  const wrong = /\bselec\b|\bfrm\b|\bno_such_table\b/i.exec(query);
  if (wrong) {
    response.writeHead(400, { 'content-type': 'application/problem+json' });
    const before = query.slice(0, wrong.index).split('\n');
    return response.end(
      JSON.stringify({
        title: 'sql',
        code: 'sql_error',
        detail: `table 'no_such_table' not found; did you mean 'errors'?`,
        position: { line: before.length, column: before.at(-1).length + 1 },
      }),
    );
  }
  const wanted = Number(/limit\s+(\d+)/i.exec(query)?.[1] ?? 200);
  const count = Math.min(wanted, limit);
  const rand = random(count + 1);
  const services = Array.from({ length: count }, () => SERVICES[Math.floor(rand() * SERVICES.length)]);
  const durations = BigInt64Array.from(
    { length: count },
    (_, index) => 9_007_199_254_740_993n + BigInt(index),
  );
  const start = BigInt(Date.now()) * 1_000_000n + 123_456_789n;
  const times = BigInt64Array.from({ length: count }, (_, index) => start - BigInt(index) * 61_000_000_123n);
  const p99 = Float64Array.from({ length: count }, () => Math.round(rand() ** 2 * 90_000) / 100);
  const stats = {
    rows: count,
    bytes_read: count * 96,
    files_pruned: 14,
    elapsed_ms: 37,
    truncated: wanted > limit,
  };
  const accept = request.headers.accept ?? '';
  if (accept.includes('arrow')) {
    const table = tableFromArrays(
      { service_name: services, start_time: times, duration_ns: durations, p99_ms: p99 },
      {
        types: {
          service_name: dictionary(utf8()),
          start_time: int64(),
          duration_ns: int64(),
          p99_ms: float64(),
        },
        useBigInt: true,
      },
    );
    // The encoder takes moments as float milliseconds alone; these are 64-bit integers declared as what they are.
    Object.assign(table.schema.fields[1], { type: timestamp(TimeUnit.NANOSECOND, 'UTC') });
    response.writeHead(200, {
      'content-type': 'application/vnd.apache.arrow.stream',
      'omegi-sql-stats': JSON.stringify(stats),
    });
    return response.end(Buffer.from(tableToIPC(table, { format: 'stream' })));
  }
  if (accept.includes('csv')) {
    response.writeHead(200, { 'content-type': 'text/csv' });
    return response.end(
      `service_name,start_time,duration_ns,p99_ms\n${services.map((name, row) => `${name},${times[row]},${durations[row]},${p99[row]}`).join('\n')}\n`,
    );
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  return response.end(
    JSON.stringify({
      columns: [
        { name: 'service_name', type: 'Utf8' },
        { name: 'duration_ns', type: 'Int64' },
      ],
      rows: services.map((name, row) => ({ service_name: name, duration_ns: String(durations[row]) })),
      stats,
    }),
  );
}
