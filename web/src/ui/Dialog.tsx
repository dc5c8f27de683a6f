/** A dialog that holds the focus and gives it back. No overlay of the library: it would add a style element. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useT } from '../i18n/i18n';
import { Button, IconButton } from './Button';
import styles from './controls.module.css';
import { TextField } from './Field';
import { useOpener } from './useOpener';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  wide?: boolean;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, wide, children }: DialogProps) {
  const t = useT();
  const giveBack = useOpener(open);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className={styles.scrim} aria-hidden="true" />
        <Radix.Content
          className={`${styles.dialog} ${wide ? styles.dialogWide : ''}`}
          aria-describedby={undefined}
          onCloseAutoFocus={giveBack}
        >
          <Radix.Title className={styles.dialogTitle}>{title}</Radix.Title>
          {children}
          <Radix.Close asChild>
            <IconButton label={t.app.close} className={styles.dialogClose}>
              <X size={16} />
            </IconButton>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** For what cannot be undone: the name must be typed. The only red button there is. */
export function TypedNameDialog({
  open,
  onClose,
  title,
  text,
  name,
  label,
  action,
  onConfirm,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  text: string;
  name: string;
  label: string;
  action: string;
  onConfirm: () => void;
}) {
  const t = useT();
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed !== name) return;
    setTyped('');
    onConfirm();
  };
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <p className="dim">{text}</p>
        <p className="mono">{name}</p>
        <TextField
          label={label}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
        />
        <div className={styles.dialogFoot}>
          <Button onClick={onClose}>{t.app.cancel}</Button>
          <Button type="submit" look="dangerFinal" disabled={typed !== name}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
