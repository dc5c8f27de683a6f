/** One issue in a list. The switch to resolve is always there; the rest of triage waits in the menu. */
import { AlarmClock, EyeOff, MoreHorizontal, NotebookPen, UserRound } from 'lucide-react';
import type { CSSProperties, MouseEvent } from 'react';
import type { Issue } from '../../api/types';
import { useSession } from '../../app/session';
import { useI18n } from '../../i18n/i18n';
import { compact, inert, shortType } from '../../lib/format';
import { Button, IconButton } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu';
import { Time } from '../../ui/Time';
import styles from './issues.module.css';
import { StatusMark } from './StatusMark';
import type { Act } from './useAct';

interface Props {
  issue: Issue;
  act: Act;
  onOpen: (issue: Issue) => void;
  onNote?: (issue: Issue) => void;
  active?: boolean;
  entering?: boolean;
  selected?: boolean;
  onSelect?: (issue: Issue, selected: boolean) => void;
  mayAct?: boolean;
  style?: CSSProperties;
  index?: number;
}

export function IssueRow({
  issue,
  act,
  onOpen,
  onNote,
  active,
  entering,
  selected,
  onSelect,
  mayAct = true,
  style,
  index,
}: Props) {
  const { t, language } = useI18n();
  const open = issue.status === 'unresolved';
  const stop = (event: MouseEvent) => event.stopPropagation();
  return (
    <div
      role="row"
      className={`${styles.row} ${style ? styles.virtual : ''}`}
      style={style}
      data-active={active}
      data-entering={entering}
      data-issue={issue.id}
      aria-rowindex={index === undefined ? undefined : index + 2}
      aria-selected={onSelect ? Boolean(selected) : undefined}
      tabIndex={-1}
      onClick={() => onOpen(issue)}
    >
      <span role="gridcell" className={styles.pick} onClick={stop}>
        <StatusMark status={issue.status} />
        {onSelect ? (
          <input
            type="checkbox"
            checked={selected ?? false}
            aria-label={t.issues.selectRow(shortType(issue.type))}
            onChange={(event) => onSelect(issue, event.target.checked)}
          />
        ) : null}
      </span>
      <span role="gridcell" className={styles.titleCell}>
        <button type="button" className={styles.type} title={inert(issue.type)} onClick={() => onOpen(issue)}>
          {inert(shortType(issue.type), 120)}
        </button>
        {issue.substatus === 'regressed' || issue.substatus === 'new' ? (
          <Chip tone={issue.substatus === 'regressed' ? 'red' : 'outline'}>{t.status[issue.substatus]}</Chip>
        ) : null}
        <span className={styles.message} title={inert(issue.message, 600)}>
          {inert(issue.message, 300)}
        </span>
      </span>
      <span role="gridcell" data-col="service" className={styles.meta} title={issue.services?.join(', ')}>
        {inert(issue.origin_service ?? '', 80)}
      </span>
      <span
        role="gridcell"
        data-col="count"
        className={`${styles.num} ${styles.meta}`}
        title={issue.count.toLocaleString(language)}
      >
        {issue.sparkline && issue.sparkline.length > 1 ? <Spark values={issue.sparkline} /> : null}
        <span>×{compact(issue.count, language)}</span>
      </span>
      <span role="gridcell" className={`${styles.num} ${styles.meta}`}>
        <Time at={issue.last_seen} />
      </span>
      <span
        role="gridcell"
        data-col="notes"
        className={styles.meta}
        title={t.issues.noteCount(issue.note_count ?? 0)}
      >
        {issue.note_count > 0 ? (
          <Chip tone="amber">
            <NotebookPen size={11} /> {issue.note_count}
          </Chip>
        ) : null}
      </span>
      <span role="gridcell" data-col="act" onClick={stop}>
        <Button
          small
          disabled={!mayAct}
          title={mayAct ? undefined : t.failure.forbidden}
          onClick={() => act(open ? 'resolve' : 'reopen', [issue])}
        >
          {open ? t.issues.resolve : t.issues.reopen}
        </Button>
      </span>
      <span role="gridcell" onClick={stop}>
        <RowMenu issue={issue} act={act} onOpen={onOpen} mayAct={mayAct} {...(onNote ? { onNote } : {})} />
      </span>
    </div>
  );
}

export function RowMenu({
  issue,
  act,
  onOpen,
  onNote,
  mayAct,
}: Pick<Props, 'issue' | 'act' | 'onOpen' | 'onNote'> & { mayAct: boolean }) {
  const { t } = useI18n();
  const session = useSession();
  const open = issue.status === 'unresolved';
  return (
    <Menu
      trigger={
        <IconButton label={t.issues.actions}>
          <MoreHorizontal size={16} />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => onOpen(issue)}>{t.issues.open}</MenuItem>
      {onNote ? (
        <MenuItem icon={<NotebookPen size={14} />} onSelect={() => onNote(issue)}>
          {t.live.writeNote}
        </MenuItem>
      ) : null}
      <MenuSeparator />
      <MenuItem disabled={!mayAct} onSelect={() => act(open ? 'resolve' : 'reopen', [issue])}>
        {open ? t.issues.resolve : t.issues.reopen}
      </MenuItem>
      {issue.status !== 'ignored' ? (
        <MenuItem disabled={!mayAct} icon={<EyeOff size={14} />} onSelect={() => act('ignore', [issue])}>
          {t.issues.ignore}
        </MenuItem>
      ) : null}
      {SNOOZES.map(([name, millis]) => (
        <MenuItem
          key={name}
          disabled={!mayAct}
          icon={<AlarmClock size={14} />}
          onSelect={() => act('snooze', [issue], { until: new Date(Date.now() + millis).toISOString() })}
        >
          {t.issues.snooze} · {t.issues.snoozeFor[name]}
        </MenuItem>
      ))}
      <MenuItem
        disabled={!mayAct}
        icon={<UserRound size={14} />}
        onSelect={() =>
          act('assign', [issue], { assignee: issue.assignee ? null : (session?.user.email ?? null) })
        }
      >
        {issue.assignee ? t.issues.unassign : t.issues.assignMe}
      </MenuItem>
    </Menu>
  );
}

export const SNOOZES: ['1h' | '1d' | '7d', number][] = [
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['7d', 604_800_000],
];

function Spark({ values }: { values: number[] }) {
  const top = Math.max(1, ...values);
  const step = 70 / (values.length - 1);
  const points = values
    .map((value, index) => `${(index * step).toFixed(1)},${(19 - (value / top) * 17).toFixed(1)}`)
    .join(' ');
  return (
    <svg className={styles.spark} width="70" height="20" viewBox="0 0 70 20" aria-hidden="true">
      <polyline
        points={points}
        fill="none"
        stroke="var(--control)"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
    </svg>
  );
}
