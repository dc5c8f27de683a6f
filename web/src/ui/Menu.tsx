/** A menu behind a button. Not modal: a modal menu would add a style element, which the policy forbids. */
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './controls.module.css';

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} sideOffset={4} align="end" collisionPadding={8} loop>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({
  onSelect,
  disabled,
  icon,
  hint,
  children,
}: {
  onSelect: () => void;
  disabled?: boolean;
  icon?: ReactNode;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item className={styles.item} disabled={disabled ?? false} onSelect={onSelect}>
      {icon}
      <span className="grow">{children}</span>
      {hint}
    </DropdownMenu.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className={styles.menuLabel}>{children}</DropdownMenu.Label>;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className={styles.separator} />;
}
