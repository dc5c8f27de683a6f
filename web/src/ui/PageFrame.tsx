/** A page: its one h1, its tools, its parts. Names the document too. */
import { type ReactNode, useEffect } from 'react';
import styles from './page.module.css';

interface Props {
  title: string;
  /** Shown in place of the plain title; still inside the h1. */
  heading?: ReactNode;
  hideTitle?: boolean;
  tools?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function PageFrame({ title, heading, hideTitle, tools, className = '', children }: Props) {
  useEffect(() => {
    nameDocument(title);
  }, [title]);
  return (
    <div className={`${styles.page} ${className}`}>
      {hideTitle ? (
        <h1 className="vh">{title}</h1>
      ) : (
        <div className={styles.head}>
          <h1 className={styles.title}>{heading ?? title}</h1>
          {tools ? <div className={styles.tools}>{tools}</div> : null}
        </div>
      )}
      {children}
    </div>
  );
}

let base = 'Omegi';
let unseen = 0;

function write(): void {
  document.title = `${unseen > 0 ? `(${unseen}) ` : ''}${base}`;
}

function nameDocument(title: string): void {
  base = `${title} · Omegi`;
  write();
}

/** Errors not yet seen stand before the title. */
export function countInTitle(count: number): void {
  unseen = count;
  write();
}
