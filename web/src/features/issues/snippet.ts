/** A highlighted fragment as parts. The marks are the server's `<mark>` (or `<em>`, `<b>`); anything else stays text. */
export interface SnippetPart {
  text: string;
  marked: boolean;
}

export function fragments(text: string): SnippetPart[] {
  const parts: SnippetPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/<(mark|em|b)>([\s\S]*?)<\/\1>/g)) {
    if (match.index > from) parts.push({ text: plain(text.slice(from, match.index)), marked: false });
    parts.push({ text: plain(match[2] ?? ''), marked: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: plain(text.slice(from)), marked: false });
  return parts;
}

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
};

function plain(text: string): string {
  return text.replace(/&(?:lt|gt|amp|quot|#x27|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}
