/** How whole a trace is, and why not. */
import { CircleCheck, CircleDashed, Hourglass, Scissors } from 'lucide-react';
import type { Verdict } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { Chip } from '../../ui/Chip';

const ICONS = { complete: CircleCheck, waiting: Hourglass, partial: CircleDashed, truncated: Scissors };

export function VerdictChip({ verdict }: { verdict: Verdict | undefined }) {
  const t = useT();
  if (!verdict) return null;
  const Icon = ICONS[verdict.state] ?? CircleDashed;
  const reason = verdict.reason ? (t.verdict.reasons[verdict.reason] ?? verdict.reason) : null;
  return (
    <Chip tone={verdict.state === 'complete' ? 'blue' : 'amber'} title={t.verdict.hint[verdict.state]}>
      <Icon size={12} />
      <span>{t.verdict[verdict.state] ?? verdict.state}</span>
      {reason ? <span>· {reason}</span> : null}
    </Chip>
  );
}
