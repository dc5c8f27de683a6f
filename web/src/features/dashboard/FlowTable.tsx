/** The same flow as two tables, with the same actions. */
import type { Flow } from '../../api/types';
import { useI18n } from '../../i18n/i18n';
import { duration } from '../../lib/time';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import table from '../../ui/table.module.css';
import type { DashboardSearch, Select } from './Dashboard';
import styles from './dashboard.module.css';

export function FlowTable({ flow, search, select }: { flow: Flow; search: DashboardSearch; select: Select }) {
  const { t, language } = useI18n();
  const number = (value: number) => value.toLocaleString(language);
  return (
    <div className={styles.flowScroll}>
      <table className={table.table} aria-label={t.dashboard.nodes}>
        <thead>
          <tr>
            <th>{t.dashboard.service}</th>
            <th>{t.dashboard.state}</th>
            <th className={table.end}>{t.dashboard.unsolved}</th>
            <th className={table.end}>{t.dashboard.requests}</th>
            <th className={table.end}>{t.dashboard.errors}</th>
            <th className={table.end}>{t.dashboard.p99}</th>
          </tr>
        </thead>
        <tbody>
          {flow.nodes.map((node) => (
            <tr key={node.service}>
              <td>
                <Button
                  look="ghost"
                  small
                  aria-pressed={search.service === node.service}
                  onClick={() =>
                    select({
                      service: search.service === node.service ? undefined : node.service,
                      edge: undefined,
                    })
                  }
                >
                  {node.service}
                </Button>
                <span className="faint"> {t.dashboard.kind[node.kind] ?? node.kind}</span>
              </td>
              <td>
                <Chip tone={node.state === 'origin' ? 'red' : node.state === 'victim' ? 'amber' : 'blue'}>
                  {node.state === 'origin' ? '✕' : node.state === 'victim' ? '↦' : '✓'}{' '}
                  <span>{t.dashboard.node[node.state]}</span>
                </Chip>
              </td>
              <td className={table.end}>{number(node.unresolved)}</td>
              <td className={table.end}>{number(node.requests)}</td>
              <td className={table.end}>{number(node.errors)}</td>
              <td className={table.end}>{duration((node.p99_ms ?? 0) * 1e6)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className={table.table} aria-label={t.dashboard.edges}>
        <thead>
          <tr>
            <th>{t.dashboard.from}</th>
            <th>{t.dashboard.to}</th>
            <th>{t.dashboard.state}</th>
            <th className={table.end}>{t.dashboard.requests}</th>
            <th className={table.end}>{t.dashboard.errors}</th>
            <th className={table.end}>{t.dashboard.p99}</th>
          </tr>
        </thead>
        <tbody>
          {flow.edges.map((edge) => {
            const id = `${edge.from}>${edge.to}`;
            return (
              <tr key={id}>
                <td>{edge.from}</td>
                <td>
                  <Button
                    look="ghost"
                    small
                    aria-pressed={search.edge === id}
                    onClick={() => select({ edge: search.edge === id ? undefined : id, service: undefined })}
                  >
                    → {edge.to}
                  </Button>
                </td>
                <td>
                  <Chip tone={edge.failing ? 'red' : 'blue'}>
                    {edge.failing ? `✕ ${t.dashboard.failing}` : `✓ ${t.dashboard.ok}`}
                  </Chip>
                </td>
                <td className={table.end}>{number(edge.requests)}</td>
                <td className={table.end}>{number(edge.errors)}</td>
                <td className={table.end}>{duration((edge.p99_ms ?? 0) * 1e6)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
