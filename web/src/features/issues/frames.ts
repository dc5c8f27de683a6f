/** Frames as people read them: runs of ours and of libraries; an error as Markdown for a ticket or a chat. */
import type { ErrorDetail, Frame } from '../../api/types';

export interface FrameGroup {
  library: boolean;
  frames: Frame[];
}

export function groupFrames(frames: readonly Frame[]): FrameGroup[] {
  const groups: FrameGroup[] = [];
  for (const frame of frames) {
    const library = frame.in_app === false;
    const last = groups.at(-1);
    if (last && last.library === library) last.frames.push(frame);
    else groups.push({ library, frames: [frame] });
  }
  return groups;
}

const FRAMES_MAX = 40;

export function toMarkdown(event: ErrorDetail): string {
  const lines = [
    `## ${event.type}`,
    '',
    event.message,
    '',
    `- time: ${event.time}`,
    `- origin: ${event.origin?.service ?? ''} ${event.origin?.operation ?? ''}`.trimEnd(),
  ];
  if (event.trace_id) lines.push(`- trace: \`${event.trace_id}\``);
  if (event.path.length > 0)
    lines.push(`- path: ${event.path.map((span) => `${span.service} \`${span.operation}\``).join(' → ')}`);
  for (const exception of event.exceptions) {
    lines.push('', `### ${exception.type}`, '', exception.message ?? '');
    const stack = exception.stacktrace ?? (exception.frames ?? []).map(frameText).join('\n');
    // A fence longer than any inside, so that a stack cannot end the block.
    const fence = '`'.repeat(Math.max(3, ...[...stack.matchAll(/`+/g)].map((run) => run[0].length + 1)));
    if (stack) lines.push('', fence, stack.split('\n').slice(0, FRAMES_MAX).join('\n'), fence);
  }
  return `${lines.join('\n')}\n`;
}

export function frameText(frame: Frame): string {
  return (
    frame.raw ??
    `${frame.module ? `${frame.module}.` : ''}${frame.function ?? '?'} (${frame.file ?? '?'}${frame.line ? `:${frame.line}` : ''})`
  );
}

/** The log of an occurrence: what each exception brought, in order, as lines. */
export function logLines(event: ErrorDetail): string[] {
  const lines: string[] = [];
  for (const exception of event.exceptions) {
    const text =
      exception.stacktrace ??
      [
        `${exception.type}: ${exception.message}`,
        ...(exception.frames ?? []).map((frame) => `    ${frameText(frame)}`),
      ].join('\n');
    if (lines.length > 0) lines.push('');
    for (const line of text.split(/\r?\n/)) lines.push(line.replace(ANSI, ''));
  }
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return lines;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g;

export interface LineRange {
  from: number;
  to: number;
}

/** `L120-132` or `L7`, counted from 1. */
export function parseLines(hash: string): LineRange | null {
  const match = /^L(\d{1,7})(?:-L?(\d{1,7}))?$/.exec(hash);
  if (!match) return null;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return { from: Math.min(from, to), to: Math.max(from, to) };
}
