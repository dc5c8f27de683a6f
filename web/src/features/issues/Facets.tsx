/** What the loaded rows have in common; a click narrows the search. */
import type { Issue } from '../../api/types';
import { useI18n } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { hasToken, toggleToken } from './filter';
import styles from './issues.module.css';

const SHOWN_MAX = 6;

export function Facets({
  issues,
  q,
  onChange,
}: {
  issues: Issue[];
  q: string;
  onChange: (q: string) => void;
}) {
  const { t, language } = useI18n();
  const facets = [
    { field: 'service', title: t.issues.service, values: count(issues, (issue) => [issue.origin_service]) },
    {
      field: 'environment',
      title: t.issues.environment,
      values: count(issues, (issue) => issue.environments ?? []),
    },
    { field: 'type', title: t.issues.type, values: count(issues, (issue) => [issue.type]) },
    {
      field: 'release',
      title: t.issues.release,
      values: count(issues, (issue) => (issue.last_release ? [issue.last_release] : [])),
    },
  ];
  return (
    <aside className={styles.facets} aria-label={t.issues.facets}>
      {facets.map(({ field, title, values }) =>
        values.length === 0 ? null : (
          <section key={field} aria-label={title}>
            <h2 className={styles.facetTitle} title={t.issues.facetsHint}>
              {title}
            </h2>
            {values.slice(0, SHOWN_MAX).map(([value, rows]) => (
              <button
                key={value}
                type="button"
                className={styles.facet}
                aria-pressed={hasToken(q, field, value)}
                title={value}
                onClick={() => onChange(toggleToken(q, field, value))}
              >
                <span className="clip">{inert(field === 'type' ? shortType(value) : value, 80)}</span>
                <span>{rows.toLocaleString(language)}</span>
              </button>
            ))}
          </section>
        ),
      )}
    </aside>
  );
}

function count(issues: Issue[], values: (issue: Issue) => string[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const issue of issues)
    for (const value of values(issue)) if (value) sums.set(value, (sums.get(value) ?? 0) + 1);
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
