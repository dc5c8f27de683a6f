/** The SQL source, with completion from the schema and the place of a mistake underlined. */
import { autocompletion, type CompletionContext } from '@codemirror/autocomplete';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { Compartment, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import { type RefObject, useEffect, useRef } from 'react';
import { useT } from '../../i18n/i18n';
import { mountEditor } from '../../ui/codemirror';
import styles from './query.module.css';

const setMistake = StateEffect.define<number | null>();
const mistakeField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMistake)) continue;
      const at = effect.value;
      next =
        at === null
          ? Decoration.none
          : Decoration.set([
              Decoration.mark({ class: 'cm-diagnostic-line' }).range(
                at,
                wordEnd(transaction.newDoc.toString(), at),
              ),
            ]);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function wordEnd(text: string, from: number): number {
  const word = /^\w+/.exec(text.slice(from))?.[0].length ?? 1;
  return Math.min(text.length, from + Math.max(1, word));
}

interface Props {
  value: string;
  schema: Record<string, string[]>;
  mistake: { line: number; column: number } | null;
  view: RefObject<EditorView | null>;
  onChange: (text: string) => void;
  onRun: (text: string) => void;
}

export function SqlEditor({ value, schema, mistake, view, onChange, onRun }: Props) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const language = useRef(new Compartment());
  const latest = useRef({ onChange, onRun });
  latest.current = { onChange, onRun };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor owns its text once it is mounted
  useEffect(() => {
    if (!host.current) return;
    const editor = mountEditor({
      host: host.current,
      text: value,
      label: t.query.editor,
      onChange: (text) => latest.current.onChange(text),
      onSubmit: (current) => latest.current.onRun(chosen(current)),
      extensions: [language.current.of(languageOf(schema)), autocompletion({ icons: false }), mistakeField],
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, []);
  useEffect(() => {
    view.current?.dispatch({
      effects: language.current.reconfigure(languageOf(schema)),
    });
  }, [schema, view]);
  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value, view]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    if (!mistake || mistake.line > editor.state.doc.lines || editor.state.doc.length === 0)
      return editor.dispatch({ effects: setMistake.of(null) });
    const line = editor.state.doc.line(Math.max(1, mistake.line));
    const at = Math.min(
      Math.max(0, editor.state.doc.length - 1),
      line.from + Math.max(0, mistake.column - 1),
    );
    editor.dispatch({ effects: setMistake.of(at), selection: { anchor: at }, scrollIntoView: true });
  }, [mistake, view]);
  return <div ref={host} className={styles.editor} data-editor />;
}

/** The language's own source names columns after `table.` alone; ours also those of the tables that the query mentions. */
function languageOf(schema: Record<string, string[]>) {
  const source = (context: CompletionContext) => {
    const word = context.matchBefore(/[A-Za-z_]\w*/);
    if (!word && !context.explicit) return null;
    const text = context.state.doc.toString();
    const options = Object.entries(schema)
      .filter(([table]) => new RegExp(`\\b${table}\\b`).test(text))
      .flatMap(([table, columns]) =>
        columns.map((label) => ({ label, detail: table, type: 'property', boost: 1 })),
      );
    return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
  };
  return [
    sql({ dialect: PostgreSQL, schema, upperCaseKeywords: true }),
    PostgreSQL.language.data.of({ autocomplete: source }),
  ];
}

/** The selection where there is one, else everything. */
export function chosen(view: EditorView): string {
  const { from, to } = view.state.selection.main;
  return from === to ? view.state.doc.toString() : view.state.sliceDoc(from, to);
}
