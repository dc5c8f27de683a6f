/** `/errors/:id` leads into the issue of the error event, at that occurrence. */
import { Navigate, useParams } from '@tanstack/react-router';
import { useT } from '../../i18n/i18n';
import { PageFrame } from '../../ui/PageFrame';
import { Loaded } from '../../ui/states';
import { useErrorEvent } from './queries';

export function ErrorRedirect() {
  const t = useT();
  const { project, eventId } = useParams({ strict: false }) as { project: string; eventId: string };
  const error = useErrorEvent(eventId);
  return (
    <PageFrame title={t.issues.error} hideTitle>
      <Loaded query={error}>
        {(data) => (
          <Navigate
            to="/p/$project/issues/$id"
            params={{ project, id: data.issue_id }}
            search={{ event: data.id }}
            replace
          />
        )}
      </Loaded>
    </PageFrame>
  );
}
