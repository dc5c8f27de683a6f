/** Two occurrences side by side; what differs is marked and comes first. */
import { Link, useParams } from '@tanstack/react-router';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { Chip } from '../../ui/Chip';
import { PageFrame } from '../../ui/PageFrame';
import { Loaded, Panel } from '../../ui/states';
import table from '../../ui/table.module.css';
import { compareErrors, type Difference } from './compare';
import { useErrorEvent } from './queries';

export function ComparePage() {
  const t = useT();
  const { project, a, b } = useParams({ strict: false }) as { project: string; a: string; b: string };
  const first = useErrorEvent(a);
  const second = useErrorEvent(b);
  return (
    <PageFrame title={t.detail.compare}>
      <Loaded query={first} rows={8}>
        {(left) => (
          <Loaded query={second} rows={8}>
            {(right) => {
              const { facts, attributes, path } = compareErrors(left, right);
              const heads = [left, right].map((error) => (
                <Link
                  key={error.id}
                  to="/p/$project/issues/$id"
                  params={{ project, id: error.issue_id }}
                  search={{ event: error.id }}
                >
                  {inert(shortType(error.type), 80)} <span className="mono">{error.id.slice(0, 14)}</span>
                </Link>
              ));
              return (
                <>
                  <Differences title={t.detail.summary} rows={facts} heads={heads} />
                  <Differences title={t.detail.path} rows={path} heads={heads} />
                  <Differences title={t.detail.attributes} rows={attributes} heads={heads} />
                </>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </PageFrame>
  );
}

function Differences({
  title,
  rows,
  heads,
}: {
  title: string;
  rows: Difference[];
  heads: React.ReactNode[];
}) {
  const t = useT();
  const differing = rows.filter((row) => !row.equal).length;
  return (
    <Panel
      title={title}
      tools={<Chip tone={differing > 0 ? 'amber' : 'plain'}>{t.detail.differences(differing)}</Chip>}
    >
      <div className={table.scroll}>
        <table className={table.table} aria-label={title}>
          <thead>
            <tr>
              <th>
                <span className="vh">{t.graph.name}</span>
              </th>
              {heads.map((head, index) => (
                <th key={index}>{head}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} data-differs={!row.equal}>
                <td className={table.name}>
                  {row.equal ? '' : '≠ '}
                  {inert(row.name, 120)}
                </td>
                <td className="mono">
                  {row.equal ? inert(row.a ?? '–', 600) : <mark>{inert(row.a ?? '–', 600)}</mark>}
                </td>
                <td className="mono">
                  {row.equal ? inert(row.b ?? '–', 600) : <mark>{inert(row.b ?? '–', 600)}</mark>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
