/**
 * Keyboard shortcuts by physical key (`event.code`), so they work under a Korean input method.
 * Silent while typing or composing; `g d` is a sequence within a second; single keys can be switched off.
 */
import { useEffect, useRef } from 'react';

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 1_000;
let prefix: { key: string; at: number } | null = null;

export function useShortcuts(shortcuts: Shortcuts, active = true): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event);
      if (!name || event.defaultPrevented) return;
      const sequence = prefix && event.timeStamp - prefix.at < SEQUENCE_MS ? `${prefix.key} ${name}` : null;
      // After `g` the second key belongs to the sequence alone: `g e` must not also resolve what is selected.
      const run = current.current[sequence ?? name];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [active]);
}

/** The shell calls this once: it remembers the first key of a sequence after all handlers had their turn. */
export function trackPrefix(event: KeyboardEvent): void {
  const name = nameOf(event);
  if (!name) return;
  const next = name === 'g' && !prefix ? { key: 'g', at: event.timeStamp } : null;
  setTimeout(() => {
    prefix = next;
  });
}

const NAMED: Record<string, string> = {
  Slash: '/',
  Comma: ',',
  Period: '.',
  BracketLeft: '[',
  BracketRight: ']',
  Escape: 'Escape',
  Enter: 'Enter',
  Space: 'Space',
  ArrowUp: 'ArrowUp',
  ArrowDown: 'ArrowDown',
  ArrowLeft: 'ArrowLeft',
  ArrowRight: 'ArrowRight',
};

/** `e`, `shift+n`, `mod+k`, `?`; null when the key belongs to what is being typed. */
export function nameOf(event: KeyboardEvent): string | null {
  if (event.isComposing || event.keyCode === 229) return null;
  const base =
    /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase() ??
    /^Digit(\d)$/.exec(event.code)?.[1] ??
    NAMED[event.code];
  if (!base) return null;
  const mod = event.metaKey || event.ctrlKey;
  if (event.altKey) return null;
  if (!mod && base !== 'Escape' && (isTyping(event.target) || !singleKeysOn())) return null;
  if (base === '/' && event.shiftKey) return '?';
  return `${mod ? 'mod+' : ''}${event.shiftKey ? 'shift+' : ''}${base}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const inner = target.shadowRoot?.activeElement ?? target;
  return (
    inner.closest(
      'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable="true"], [role=menu], [role=dialog] [role=listbox]',
    ) !== null
  );
}

export function singleKeysOn(): boolean {
  return document.documentElement.dataset.singleKeys !== 'off';
}

export const MOD_LABEL = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl';
