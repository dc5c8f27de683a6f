/** One choice of a few, all visible. */
import type { ReactNode } from 'react';
import styles from './controls.module.css';

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode; hint?: string }[];
  onChange: (value: T) => void;
}

export function Segmented<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <div role="group" aria-label={label} className={styles.segmented}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles.segment}
          aria-pressed={option.value === value}
          title={option.hint}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
