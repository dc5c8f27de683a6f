/** Gives the focus back to what had it when a dialog opened: these dialogs have no trigger of their own to return to. */
import { useRef } from 'react';

export function useOpener(open: boolean): (event: Event) => void {
  const opener = useRef<Element | null>(null);
  const was = useRef(false);
  // During render, because by the time effects run the dialog has the focus.
  if (open && !was.current) opener.current = document.activeElement;
  was.current = open;
  return (event) => {
    event.preventDefault();
    if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
  };
}
