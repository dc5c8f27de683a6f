/** The Markdown source: styled as it is typed, `[[` finds notes, `/` at a line's start inserts blocks. */
import type { Completion, CompletionContext } from '@codemirror/autocomplete';
import { defineLanguageFacet, Language, languageDataProp } from '@codemirror/language';
import { EditorSelection } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { GFM, parser } from '@lezer/markdown';
import { useQueryClient } from '@tanstack/react-query';
import {
  Bold,
  Code,
  Heading2,
  Italic,
  Link2,
  List,
  ListChecks,
  type LucideIcon,
  Minus,
  Quote,
  SquareCode,
  Strikethrough,
} from 'lucide-react';
import { useEffect, useRef } from 'react';
import { api } from '../../api/http';
import { page } from '../../api/shape';
import type { NoteItem } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { IconButton } from '../../ui/Button';
import { mountEditor } from '../../ui/codemirror';
import styles from './notes.module.css';

const data = defineLanguageFacet({ commentTokens: { block: { open: '<!--', close: '-->' } } });
const markdown = new Language(
  data,
  parser.configure([GFM, { props: [languageDataProp.add({ Document: data })] }]),
  [],
  'markdown',
);

type Tool =
  | 'heading'
  | 'bold'
  | 'italic'
  | 'strike'
  | 'code'
  | 'codeBlock'
  | 'quote'
  | 'list'
  | 'task'
  | 'link'
  | 'rule';
const ICONS: [Tool, LucideIcon][] = [
  ['heading', Heading2],
  ['bold', Bold],
  ['italic', Italic],
  ['strike', Strikethrough],
  ['code', Code],
  ['codeBlock', SquareCode],
  ['quote', Quote],
  ['list', List],
  ['task', ListChecks],
  ['link', Link2],
  ['rule', Minus],
];

interface Props {
  value: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
}

export function MarkdownEditor({ value, onChange, onSubmit }: Props) {
  const t = useT();
  const client = useQueryClient();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onSubmit });
  latest.current = { onChange, onSubmit };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor owns its text once it is mounted
  useEffect(() => {
    if (!host.current) return;
    const editor = mountEditor({
      host: host.current,
      text: value,
      label: t.notes.bodyLabel,
      hint: t.notes.slashHint,
      onChange: (text) => latest.current.onChange(text),
      onSubmit: () => latest.current.onSubmit(),
      completions: [notesSource, blocksSource],
      extensions: [markdown],
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };

    async function notesSource(context: CompletionContext) {
      const match = context.matchBefore(/\[\[[^\]\n]*$/);
      if (!match) return null;
      const q = match.text.slice(2);
      const found = await client.fetchQuery({
        queryKey: ['notes', 'pick', q],
        queryFn: async () =>
          page<NoteItem>(await api.get('/notes', { query: { q: q || undefined, limit: 20 } })).items,
        staleTime: 10_000,
      });
      const options: Completion[] = [...found]
        .sort((a, b) => Number(b.mine) - Number(a.mine))
        .map((note) => ({
          label: note.title,
          detail: note.mine ? t.graph.legend.mine : note.author.name,
          apply: `${note.title}]]`,
        }));
      return { from: match.from + 2, options, filter: false };
    }

    function blocksSource(context: CompletionContext) {
      const match = context.matchBefore(/^\/[\p{L}]*$/mu);
      if (!match || (match.from !== context.state.doc.lineAt(match.from).from && !context.explicit))
        return null;
      const options: Completion[] = ICONS.filter(
        ([tool]) => !['bold', 'italic', 'strike', 'code'].includes(tool),
      ).map(([tool]) => ({
        label: `/${t.notes.tools[tool]}`,
        apply: (editor, _completion, from, to) => {
          editor.dispatch({ changes: { from, to } });
          apply(editor, tool);
        },
      }));
      return { from: match.from, options };
    }
  }, []);
  // A text from outside (a restored draft) replaces what is there.
  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return (
    <>
      <div className={styles.tools} role="toolbar" aria-label={t.notes.toolbar}>
        {ICONS.map(([tool, Icon]) => (
          <IconButton
            key={tool}
            label={t.notes.tools[tool]}
            onClick={() => view.current && apply(view.current, tool)}
          >
            <Icon size={15} />
          </IconButton>
        ))}
      </div>
      <div ref={host} className={styles.source} data-editor />
    </>
  );
}

const WRAPS: Partial<Record<Tool, [string, string]>> = {
  bold: ['**', '**'],
  italic: ['*', '*'],
  strike: ['~~', '~~'],
  code: ['`', '`'],
  codeBlock: ['```\n', '\n```'],
  link: ['[[', ']]'],
};
const PREFIXES: Partial<Record<Tool, string>> = { heading: '## ', quote: '> ', list: '- ', task: '- [ ] ' };

function apply(view: EditorView, tool: Tool): void {
  const wrap = WRAPS[tool];
  const prefix = PREFIXES[tool];
  if (wrap) {
    view.dispatch(
      view.state.changeByRange((range) => ({
        changes: [
          { from: range.from, insert: wrap[0] },
          { from: range.to, insert: wrap[1] },
        ],
        range: EditorSelection.range(range.from + wrap[0].length, range.to + wrap[0].length),
      })),
    );
  } else if (prefix) {
    const line = view.state.doc.lineAt(view.state.selection.main.from);
    const has = line.text.startsWith(prefix);
    view.dispatch({
      changes: has ? { from: line.from, to: line.from + prefix.length } : { from: line.from, insert: prefix },
    });
  } else {
    view.dispatch(view.state.replaceSelection('\n---\n'));
  }
  view.focus();
}
