/**
 * The live stream of this browser: one `EventSource`, however many tabs.
 *
 * Reads `/api/v1/live`. The tab that holds the Web Lock is the leader and opens the stream; it passes every event and
 * state on through a BroadcastChannel. A dropped stream is resumed by the browser itself with `Last-Event-ID`; a
 * refused one (the browser gives up) is opened anew after a back-off and counts as a replay gap.
 * Invariant: every listener of every tab hears each event at most once.
 */
import { backoff } from './backoff';
import { LIVE_NAMES, type LiveEvent, type LiveState, parseLive } from './events';

type Message = { kind: 'event'; event: LiveEvent } | { kind: 'state'; state: LiveState } | { kind: 'hello' };

const CHANNEL = 'omegi-live';
const OFFLINE_AFTER_MS = 10_000;

export class LiveHub {
  #listeners = new Set<(event: LiveEvent) => void>();
  #stateListeners = new Set<() => void>();
  #state: LiveState = { kind: 'connecting' };
  #channel: BroadcastChannel | null = null;
  #source: EventSource | null = null;
  #leader = false;
  #attempt = 0;
  #paused = false;
  #lostAt: number | null = null;
  #release: (() => void) | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  start(): void {
    if (this.#abort) return;
    this.#abort = new AbortController();
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
    this.#post({ kind: 'hello' });
    navigator.locks
      ?.request(CHANNEL, { signal: this.#abort.signal }, async () => {
        this.#leader = true;
        this.#open();
        await new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      })
      .catch(() => undefined);
    if (!navigator.locks) {
      this.#leader = true;
      this.#open();
    }
    window.addEventListener('online', this.#onOnline);
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#release?.();
    this.#close();
    this.#channel?.close();
    this.#channel = null;
    this.#leader = false;
    window.removeEventListener('online', this.#onOnline);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    // The stream stays open, so other tabs lose nothing; this tab alone stops listening and refetches on return.
    if (!paused) this.#emit({ name: 'replay_gap', data: null });
    this.#notify();
  }

  get state(): LiveState {
    return this.#paused ? PAUSED : this.#state;
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  #onOnline = () => {
    if (this.#leader && this.#source?.readyState !== EventSource.OPEN) this.#open();
  };

  #open(): void {
    this.#close();
    const source = new EventSource('/api/v1/live');
    this.#source = source;
    source.onopen = () => {
      // The browser resumes with `Last-Event-ID`; what pages failed to load meanwhile no event brings back.
      if (this.#lostAt !== null) this.#pass({ name: 'replay_gap', data: null });
      this.#attempt = 0;
      this.#lostAt = null;
      clearTimeout(this.#offlineTimer);
      this.#setState({ kind: 'live' });
    };
    source.onerror = () => this.#lost(source);
    for (const name of LIVE_NAMES) {
      source.addEventListener(name, (message) => {
        const event = parseLive(name, (message as MessageEvent<string>).data);
        if (event) this.#pass(event);
      });
    }
  }

  #lost(source: EventSource): void {
    if (source !== this.#source) return;
    this.#lostAt ??= Date.now();
    const since = this.#lostAt;
    clearTimeout(this.#offlineTimer);
    const wait = Math.max(0, since + OFFLINE_AFTER_MS - Date.now());
    this.#offlineTimer = setTimeout(() => this.#setState({ kind: 'offline', since }), wait);
    const offline = Date.now() - since >= OFFLINE_AFTER_MS;
    if (source.readyState !== EventSource.CLOSED) {
      if (!offline) this.#setState({ kind: 'reconnecting', at: 0 });
      return;
    }
    const delay = backoff(this.#attempt);
    this.#attempt += 1;
    if (!offline) this.#setState({ kind: 'reconnecting', at: Date.now() + delay });
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#open(), delay);
  }

  #close(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#offlineTimer);
    this.#source?.close();
    this.#source = null;
  }

  #receive(message: Message): void {
    if (message.kind === 'hello') {
      if (this.#leader) this.#post({ kind: 'state', state: this.#state });
      return;
    }
    if (this.#leader) return;
    if (message.kind === 'state') this.#setState(message.state);
    else this.#emit(message.event);
  }

  #pass(event: LiveEvent): void {
    this.#post({ kind: 'event', event });
    this.#emit(event);
  }

  #emit(event: LiveEvent): void {
    if (this.#paused) return;
    for (const listener of this.#listeners) listener(event);
  }

  #setState(state: LiveState): void {
    this.#state = state;
    if (this.#leader) this.#post({ kind: 'state', state });
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#stateListeners) listener();
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }
}

const PAUSED: LiveState = { kind: 'paused' };

export const hub = new LiveHub();
