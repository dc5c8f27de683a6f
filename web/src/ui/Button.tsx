/** Buttons and icon buttons; an icon button always has a name. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './controls.module.css';

type Look = 'plain' | 'primary' | 'ghost' | 'danger' | 'dangerFinal';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', small, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(look, small, className)} {...rest} />;
}

/** For links that look like buttons. */
export function buttonClass(look: Look = 'plain', small = false, extra = ''): string {
  return [styles.button, look === 'plain' ? '' : styles[look], small ? styles.small : '', extra].join(' ');
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, className = '', type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      className={`${styles.icon} ${className}`}
      aria-label={label}
      title={label}
      {...rest}
    />
  );
}
