import { expect, test } from 'vitest';
import type { ErrorDetail } from '../../api/types';
import { groupFrames, logLines, parseLines, toMarkdown } from './frames';

const event = {
  type: 'T',
  message: 'm',
  time: '2026-01-01T00:00:00Z',
  origin: { service: 's', operation: 'op', span_id: null },
  trace_id: 'ab',
  path: [],
  exceptions: [
    {
      type: 'T',
      message: 'm',
      stacktrace: 'T: m\r\n\tat a\n```\n\u001b[31mred\u001b[0m\n\n',
      frames: [],
      sources: [],
      cause_of: null,
      span_id: null,
      handled: null,
    },
  ],
} as unknown as ErrorDetail;

test('runs of library frames fold, ours stay open', () => {
  const groups = groupFrames([{ in_app: true }, { in_app: false }, { in_app: false }, { in_app: null }]);
  expect(groups.map((group) => [group.library, group.frames.length])).toEqual([
    [false, 1],
    [true, 2],
    [false, 1],
  ]);
});

test('a stack with a code fence inside cannot end the block', () => {
  expect(toMarkdown(event)).toContain('\n````\n');
});

test('edge_66 terminal colours and carriage returns leave the log, tabs stay', () => {
  expect(logLines(event)).toEqual(['T: m', '\tat a', '```', 'red']);
});

test('line links count from one and read in either order', () => {
  expect(parseLines('L120-132')).toEqual({ from: 120, to: 132 });
  expect(parseLines('L9-3')).toEqual({ from: 3, to: 9 });
  expect(parseLines('L7')).toEqual({ from: 7, to: 7 });
  expect(parseLines('log')).toBeNull();
});
