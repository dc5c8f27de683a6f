/**
 * The ground of both editors. Mounted in a shadow root: there the editor's styles are constructed sheets, which the strict
 * policy allows, while style elements in the page would be refused.
 */
import { autocompletion, type CompletionSource, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'transparent', fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '22px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0', overflowWrap: 'anywhere' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#c9dafc, #33508c) !important',
  },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-2)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font)', fontSize: '13px', maxHeight: '220px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '4px 10px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--blue-wash)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '8px' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)', border: '0' },
  '.cm-textfield, .cm-button': {
    background: 'var(--surface)',
    border: '1px solid var(--control)',
    borderRadius: '4px',
    color: 'var(--text)',
  },
  '.cm-diagnostic-line': { textDecoration: 'underline wavy var(--red-fill)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.heading], fontWeight: '650', color: 'var(--text)' },
  { tag: tags.strong, fontWeight: '650' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.link, tags.url], color: 'var(--blue)' },
  { tag: [tags.monospace, tags.string, tags.special(tags.string)], color: 'var(--tag)' },
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--lavender)', fontWeight: '500' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--amber)' },
  {
    tag: [tags.quote, tags.comment, tags.lineComment, tags.processingInstruction, tags.contentSeparator],
    color: 'var(--text-3)',
  },
  { tag: [tags.typeName, tags.function(tags.variableName)], color: 'var(--blue)' },
]);

export interface EditorOptions {
  host: HTMLElement;
  text: string;
  label: string;
  hint?: string;
  onChange: (text: string) => void;
  onSubmit?: (view: EditorView) => void;
  completions?: CompletionSource[];
  extensions?: Extension[];
}

/** `Tab` indents only after something was typed, so that the keyboard can pass through; Escape then Tab leaves. */
export function mountEditor(options: EditorOptions): EditorView {
  const root = options.host.shadowRoot ?? options.host.attachShadow({ mode: 'open', delegatesFocus: true });
  root.replaceChildren();
  const submit = options.onSubmit;
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        submit ? keymap.of([{ key: 'Mod-Enter', run: handled(submit) }]) : [],
        history(),
        drawSelection(),
        highlightSelectionMatches(),
        EditorView.lineWrapping,
        EditorState.allowMultipleSelections.of(true),
        syntaxHighlighting(colours),
        look,
        options.hint ? placeholder(options.hint) : [],
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'true' }),
        options.completions
          ? autocompletion({ override: options.completions, icons: false, aboveCursor: false })
          : [],
        keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
        options.extensions ?? [],
      ],
    }),
  });
}

function handled(act: (view: EditorView) => void): (view: EditorView) => boolean {
  return (view) => {
    act(view);
    return true;
  };
}
