/** A short fact in a pill. Colour is never its only cue: the text or an icon says the same. */
import type { ReactNode } from 'react';
import styles from './controls.module.css';

export type Tone = 'plain' | 'red' | 'blue' | 'amber' | 'lavender' | 'tag' | 'outline';

export function Chip({
  tone = 'plain',
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={`${styles.chip} ${tone === 'plain' ? '' : styles[tone]}`} title={title}>
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}
