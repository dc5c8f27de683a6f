/** `[[title]]` and `![[issue:id]]` in Markdown: a step between parser and page, and a reader for the outline. */

interface MdNode {
  type: string;
  value?: string;
  url?: string;
  children?: MdNode[];
}

export const NOTE_HREF = '#note=';
export const ISSUE_HREF = '#issue=';
const PATTERN = /(!?)\[\[([^[\]|\n]{1,200})(?:\|([^[\]\n]{1,200}))?\]\]/g;

/** Turns the marks into links with an address that only our own link component understands. Code is left alone. */
export function remarkWiki() {
  return (tree: MdNode) => {
    const queue: MdNode[] = [tree];
    for (let node = queue.pop(); node; node = queue.pop()) {
      if (!node.children || node.type === 'link') continue;
      node.children = node.children.flatMap((child) => (child.type === 'text' ? split(child) : [child]));
      queue.push(...node.children);
    }
  };
}

function split(node: MdNode): MdNode[] {
  const text = node.value ?? '';
  const parts: MdNode[] = [];
  let from = 0;
  for (const match of text.matchAll(PATTERN)) {
    const [whole, embed, name = '', shown = name] = match;
    if (match.index > from) parts.push({ type: 'text', value: text.slice(from, match.index) });
    parts.push(
      embed && name.startsWith('issue:')
        ? link(ISSUE_HREF + encodeURIComponent(name.slice(6).trim()), name)
        : link(NOTE_HREF + encodeURIComponent(name.trim()), shown.trim()),
    );
    from = match.index + whole.length;
  }
  if (from === 0) return [node];
  if (from < text.length) parts.push({ type: 'text', value: text.slice(from) });
  return parts;
}

function link(url: string, text: string): MdNode {
  return { type: 'link', url, children: [{ type: 'text', value: text }] };
}

export interface Heading {
  level: number;
  text: string;
  id: string;
}

/** Headings outside code fences, in order; the same text twice gets two ids. */
export function outlineOf(body: string): Heading[] {
  const headings: Heading[] = [];
  let fenced = false;
  for (const line of body.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : /^(#{1,4})\s+(.+?)\s*#*$/.exec(line);
    if (match?.[1] && match[2])
      headings.push({
        level: match[1].length,
        text: match[2].replace(/[*_`[\]]/g, ''),
        id: headingId(match[2]),
      });
  }
  return headings;
}

export function headingId(text: string): string {
  return `h-${text
    .toLowerCase()
    .replace(/[*_`[\]]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')}`;
}

/** Form in which titles are compared: case and runs of blanks do not count. */
export function titleKey(title: string): string {
  return title.trim().replace(/\s+/g, ' ').toLowerCase();
}
