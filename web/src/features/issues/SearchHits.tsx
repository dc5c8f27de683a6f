/** Where the words of the search were found: the field and the fragment, the word marked. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/http';
import { keys } from '../../api/keys';
import { page } from '../../api/shape';
import type { SearchHit } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { parseQuery } from './filter';
import styles from './issues.module.css';
import { fragments } from './snippet';

const HITS_MAX = 5;

export function SearchHits({ project, q }: { project: string; q: string }) {
  const t = useT();
  const words = parseQuery(q).rest;
  const hits = useQuery({
    queryKey: keys.search(`issues:${words}`, project),
    queryFn: async ({ signal }) =>
      page<SearchHit>(await api.get('/search', { query: { q: words, project, limit: 20 }, signal })).items,
    enabled: words.length > 1,
    retry: false,
  });
  const shown = (hits.data ?? [])
    .filter((hit) => (hit.kind === 'issue' || hit.kind === 'error') && (hit.snippets?.length ?? 0) > 0)
    .slice(0, HITS_MAX);
  // A server without search still filters the list; then nothing is missing here.
  if (words.length < 2 || shown.length === 0) return null;
  return (
    <ul className={styles.hits} aria-label={t.issues.foundIn}>
      {shown.map((hit) => {
        const snippet = hit.snippets?.[0];
        return (
          <li key={`${hit.kind}:${hit.id}`} className="clip">
            <Link
              to={hit.kind === 'issue' ? '/p/$project/issues/$id' : '/p/$project/errors/$eventId'}
              params={{ project, id: hit.id, eventId: hit.id } as never}
            >
              {inert(shortType(hit.title), 80)}
            </Link>{' '}
            <span className="faint">{snippet?.field}</span>{' '}
            <span className="dim">
              {fragments(snippet?.text ?? '').map((part, index) =>
                part.marked ? <mark key={index}>{inert(part.text)}</mark> : inert(part.text, 300),
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
