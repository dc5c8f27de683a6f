import { beforeEach, expect, test } from 'vitest';
import type { ErrorItem } from '../api/types';
import { Alerts, readSeen } from './alerts';
import { parseLive } from './events';

const error = (id: string, extra: Partial<ErrorItem> = {}): ErrorItem => ({
  id,
  issue_id: 'i1',
  revision: 1,
  trace_id: null,
  project: 'shop',
  type: 'T',
  message: 'm',
  origin: { service: 's', span_id: null, operation: null },
  verdict: { state: 'waiting', reason: null },
  time: '2026-01-01T00:00:00Z',
  ...extra,
});

beforeEach(() => localStorage.clear());

test('an error is announced once, also when it comes again or supersedes a known one', () => {
  const alerts = new Alerts();
  expect(alerts.announce(error('e1'))).toBe(true);
  expect(alerts.announce(error('e1'))).toBe(false);
  expect(alerts.announce(error('e2', { supersedes: ['e1'] }))).toBe(false);
  expect(alerts.snapshot().unseen.get('shop')).toBe(1);
});

test('seeing the dashboard clears the count and is remembered', () => {
  const alerts = new Alerts();
  alerts.announce(error('e1'));
  alerts.markSeen('shop', new Date('2026-01-02T00:00:00Z'));
  expect(alerts.snapshot().unseen.get('shop')).toBe(0);
  expect(readSeen('shop')).toBe('2026-01-02T00:00:00.000Z');
});

test('a live event that cannot be read is dropped, not thrown', () => {
  expect(parseLive('error_detected', '{')).toBeNull();
  expect(parseLive('error_detected', '"text"')).toBeNull();
  expect(parseLive('issue_changed', '{}')).toBeNull();
  expect(parseLive('flow_changed', '{}')).toEqual({ name: 'flow_changed', data: { nodes: [], edges: [] } });
  expect(parseLive('replay_gap', '')).toEqual({ name: 'replay_gap', data: null });
});
