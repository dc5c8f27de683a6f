/** The list of issues (or of single error events): search, tabs, facets, bulk triage, and the detail beside in triage. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { allows, useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { useShortcuts } from '../../lib/shortcuts';
import controls from '../../ui/controls.module.css';
import { PageFrame } from '../../ui/PageFrame';
import { Segmented } from '../../ui/Segmented';
import { Loaded, Panel, Skeleton } from '../../ui/states';
import { ErrorRows } from './ErrorRows';
import { Facets } from './Facets';
import { type IssueSearch, parseQuery, SORTS, TABS, tabOf } from './filter';
import { Histogram } from './Histogram';
import { IssueList } from './IssueList';
import styles from './issues.module.css';
import { useErrors, useIssues } from './queries';
import { SearchHits } from './SearchHits';

const IssueDetail = lazy(() =>
  import('./IssueDetailPage').then((module) => ({ default: module.IssueDetail })),
);

export interface ListSearch extends IssueSearch {
  triage?: string | undefined;
}

export function IssuesPage() {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const { project } = useParams({ strict: false }) as { project: string };
  const search = useSearch({ strict: false }) as ListSearch;
  const single = search.as === 'events';
  const triage = search.triage !== undefined && !single;
  const issues = useIssues(project, search, undefined, !single);
  const errors = useErrors(project, search, single);
  const update = (part: Partial<ListSearch>, replace = false) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }), replace } as never);
  useShortcuts({ t: () => update({ triage: triage ? undefined : '1' }) });
  const rows = issues.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageFrame
      title={t.issues.title}
      className={styles.page}
      tools={
        <>
          <Segmented
            label={t.issues.list}
            value={single ? 'events' : 'issues'}
            options={[
              { value: 'issues', label: t.issues.asIssues },
              { value: 'events', label: t.issues.asEvents },
            ]}
            onChange={(value) => update({ as: value === 'events' ? 'events' : undefined })}
          />
          {single ? null : (
            <button
              type="button"
              className={controls.segment}
              aria-pressed={triage}
              title={t.issues.triageHint}
              onClick={() => update({ triage: triage ? undefined : '1' })}
            >
              {t.issues.triage}
            </button>
          )}
        </>
      }
    >
      <Filter search={search} update={update} tabs={!single} />
      {search.q ? <SearchHits project={project} q={search.q} /> : null}
      {triage ? null : <Histogram project={project} search={search} onRange={update} />}
      <div className={`${styles.split} ${triage ? styles.triage : ''}`}>
        {triage ? null : single ? (
          <div />
        ) : (
          <Facets issues={rows} q={search.q ?? ''} onChange={(q) => update({ q: q || undefined })} />
        )}
        {single ? (
          <Panel label={t.issues.asEvents} busy={errors.isFetching && !errors.isPending}>
            <Loaded query={errors} rows={10}>
              {(data) => (
                <ErrorRows
                  project={project}
                  items={data.pages.flatMap((page) => page.items)}
                  more={errors.hasNextPage}
                  onMore={() => void errors.fetchNextPage()}
                />
              )}
            </Loaded>
          </Panel>
        ) : (
          <Panel label={t.issues.list} busy={issues.isFetching && !issues.isPending}>
            <Loaded query={issues} rows={10}>
              {() => (
                <IssueList
                  project={project}
                  search={search}
                  items={rows}
                  more={issues.hasNextPage}
                  onMore={() => void issues.fetchNextPage()}
                  onClear={() =>
                    update({ q: undefined, tab: undefined, range: undefined, from: undefined, to: undefined })
                  }
                  mayAct={allows(session, project, 'member')}
                  current={triage ? search.triage : undefined}
                  onPick={triage ? (id) => update({ triage: id }, true) : undefined}
                />
              )}
            </Loaded>
          </Panel>
        )}
        {triage ? (
          <section className={styles.detailPane} aria-label={t.issues.triage}>
            {rows.some((row) => row.id === search.triage) ? (
              <Suspense fallback={<Skeleton rows={8} />}>
                <IssueDetail key={search.triage} project={project} id={search.triage ?? ''} embedded />
              </Suspense>
            ) : (
              <p className={styles.foot}>{rows.length === 0 ? t.issues.triageDone : t.issues.triageHint}</p>
            )}
          </section>
        ) : null}
      </div>
    </PageFrame>
  );
}

function Filter({
  search,
  update,
  tabs,
}: {
  search: ListSearch;
  update: (part: Partial<ListSearch>, replace?: boolean) => void;
  tabs: boolean;
}) {
  const t = useT();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? search.q ?? '';
  const parsed = parseQuery(text);
  const tab = tabOf(search);
  return (
    <>
      <search className={styles.bar}>
        <form
          className={styles.searchBox}
          onSubmit={(event) => {
            event.preventDefault();
            update({ q: text.trim() || undefined });
            setDraft(null);
          }}
        >
          <Search size={14} aria-hidden="true" />
          <input
            data-page-search
            type="search"
            className={controls.input}
            aria-label={t.issues.searchLabel}
            placeholder={t.issues.searchPlaceholder}
            value={text}
            onChange={(event) => {
              setDraft(event.target.value);
              if (event.target.value === '') update({ q: undefined }, true);
            }}
            onBlur={() => {
              if (draft !== null && draft.trim() !== (search.q ?? ''))
                update({ q: draft.trim() || undefined }, true);
              setDraft(null);
            }}
          />
        </form>
        <select
          className={controls.input}
          style={{ width: 'auto' }}
          aria-label={t.issues.sort}
          value={search.sort ?? 'last_seen'}
          onChange={(event) =>
            update({ sort: event.target.value === 'last_seen' ? undefined : event.target.value })
          }
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t.issues.sorts[sort]}
            </option>
          ))}
        </select>
      </search>
      {parsed.unknown.length + parsed.empty.length > 0 ? (
        <div className={styles.notes} role="status">
          {parsed.unknown.map((token) => (
            <p key={token} className="dim">
              ⚠ {t.issues.badToken(token)}
            </p>
          ))}
          {parsed.empty.map((token) => (
            <p key={token} className="dim">
              {t.issues.emptyToken(token)}
            </p>
          ))}
        </div>
      ) : null}
      {tabs ? (
        <nav className={styles.tabs} aria-label={t.detail.status}>
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              className={controls.segment}
              aria-pressed={tab === name}
              onClick={() => update({ tab: name === 'unresolved' ? undefined : name })}
            >
              {t.issues.tabs[name]}
            </button>
          ))}
        </nav>
      ) : null}
    </>
  );
}
