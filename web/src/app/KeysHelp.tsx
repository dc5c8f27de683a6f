/** All shortcuts, grouped as one meets them. */
import { useT } from '../i18n/i18n';
import { MOD_LABEL } from '../lib/shortcuts';
import { Kbd } from '../ui/Chip';
import { Dialog } from '../ui/Dialog';
import styles from './overlay.module.css';

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const t = useT();
  const groups: [string, [string, string][]][] = [
    [
      t.keys.groups.general,
      [
        [`${MOD_LABEL} K`, t.keys.palette],
        ['?', t.keys.help],
        ['/', t.keys.search],
        ['Esc', t.keys.close],
        [`${MOD_LABEL} Enter`, t.keys.submit],
        ['⇧ D', t.keys.theme],
        ['⇧ L', t.keys.copyLink],
      ],
    ],
    [
      t.keys.groups.go,
      [
        ['g d', t.nav.dashboard],
        ['g e', t.nav.errors],
        ['g n', t.nav.notes],
        ['g a', t.nav.allNotes],
        ['g q', t.nav.query],
        ['g s', t.nav.settings],
      ],
    ],
    [
      t.keys.groups.list,
      [
        ['j k', t.keys.move],
        ['Enter', t.issues.open],
        ['x', t.keys.select],
        ['e', `${t.issues.resolve} / ${t.issues.reopen}`],
        ['i', t.issues.ignore],
        ['h', t.issues.snooze],
        ['a', t.issues.assignMe],
        ['m', t.issues.merge],
        ['c', t.keys.note],
        ['t', t.issues.triage],
      ],
    ],
    [
      t.keys.groups.trace,
      [
        ['1 2 3', t.keys.views],
        ['n ⇧n', t.keys.nextError],
        ['[ ]', t.keys.fold],
        ['z 0', t.keys.zoom],
        [', .', t.keys.pager],
        ['c', t.keys.note],
      ],
    ],
  ];
  return (
    <Dialog open onClose={onClose} title={t.keys.title} wide>
      <div className={styles.keyGroups}>
        {groups.map(([name, rows]) => (
          <section key={name} aria-label={name}>
            <h3 className={styles.keyGroup}>{name}</h3>
            <dl className={styles.keyList}>
              {rows.map(([combination, text]) => (
                <div key={combination} className={styles.keyRow}>
                  <dt>
                    {combination.split(' ').map((part) => (
                      <Kbd key={part}>{part}</Kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
