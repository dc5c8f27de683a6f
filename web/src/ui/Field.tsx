/** Labelled inputs: the label, a hint, and what is wrong are tied to the control. */
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes } from 'react';
import { useId } from 'react';
import styles from './controls.module.css';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  wrong?: ReactNode;
  hideLabel?: boolean;
}

type InputProps = FieldProps & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function TextField({ label, hint, wrong, hideLabel, className = '', ...rest }: InputProps) {
  const id = useId();
  return (
    <div className={`${styles.field} ${className}`}>
      <label htmlFor={id} className={hideLabel ? 'vh' : styles.label}>
        {label}
      </label>
      <input
        id={id}
        className={styles.input}
        aria-describedby={hint || wrong ? `${id}-d` : undefined}
        aria-invalid={wrong ? true : undefined}
        {...rest}
      />
      <Description id={`${id}-d`} hint={hint} wrong={wrong} />
    </div>
  );
}

type SelectProps = FieldProps & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField({
  label,
  hint,
  wrong,
  hideLabel,
  className = '',
  children,
  ...rest
}: SelectProps) {
  const id = useId();
  return (
    <div className={`${styles.field} ${className}`}>
      <label htmlFor={id} className={hideLabel ? 'vh' : styles.label}>
        {label}
      </label>
      <select
        id={id}
        className={styles.input}
        aria-describedby={hint || wrong ? `${id}-d` : undefined}
        {...rest}
      >
        {children}
      </select>
      <Description id={`${id}-d`} hint={hint} wrong={wrong} />
    </div>
  );
}

export function Description({ id, hint, wrong }: { id: string; hint?: ReactNode; wrong?: ReactNode }) {
  if (!hint && !wrong) return null;
  return (
    <div id={id} className={wrong ? styles.wrong : styles.hint} role={wrong ? 'alert' : undefined}>
      {wrong ? <span aria-hidden="true">⚠</span> : null}
      <span>{wrong ?? hint}</span>
    </div>
  );
}

export function Switch({
  label,
  checked,
  onChange,
  disabled,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      className={styles.switch}
      onClick={() => onChange(!checked)}
    />
  );
}
