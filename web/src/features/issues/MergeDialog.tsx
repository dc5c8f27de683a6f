/** Which issue the others go into. Reversible, so it asks for a target, not for a confirmation. */
import { useState } from 'react';
import type { Issue } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Field';
import type { Act } from './useAct';

interface Props {
  issues: Issue[];
  candidates: Issue[];
  act: Act;
  onClose: () => void;
}

export function MergeDialog({ issues, candidates, act, onClose }: Props) {
  const t = useT();
  const targets = issues.length > 1 ? issues : candidates.filter((issue) => issue.id !== issues[0]?.id);
  const [target, setTarget] = useState(targets[0]?.id ?? '');
  return (
    <Dialog open onClose={onClose} title={t.issues.mergeTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const moved = issues.filter((issue) => issue.id !== target);
          if (target && moved.length > 0) act('merge', moved, { into: target });
          onClose();
        }}
      >
        <p className="dim">{t.issues.mergeText}</p>
        <SelectField
          label={t.issues.mergeTarget}
          value={target}
          onChange={(event) => setTarget(event.target.value)}
        >
          {targets.slice(0, 200).map((issue) => (
            <option key={issue.id} value={issue.id}>
              {issue.short_id} · {inert(shortType(issue.type), 60)} · {inert(issue.message, 80)}
            </option>
          ))}
        </SelectField>
        <p>
          <Button type="submit" look="primary" disabled={!target}>
            {t.issues.pick}
          </Button>
        </p>
      </form>
    </Dialog>
  );
}
