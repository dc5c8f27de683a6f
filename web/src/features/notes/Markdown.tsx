/** Markdown as one reads it. Raw HTML is dropped, addresses are checked: a note of others is outside data. */
import { Link } from '@tanstack/react-router';
import { Children, isValidElement, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { useT } from '../../i18n/i18n';
import { IssueCard } from './IssueCard';
import styles from './markdown.module.css';
import { headingId, ISSUE_HREF, NOTE_HREF, remarkWiki } from './wiki';

interface Props {
  body: string;
  /** The id of the note with this title, where there is one. */
  resolve?: (title: string) => string | undefined;
}

export function Markdown({ body, resolve }: Props) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm, remarkWiki]}
        rehypePlugins={[rehypeSanitize]}
        components={components(resolve)}
      >
        {body}
      </ReactMarkdown>
    </div>
  );
}

function components(resolve: Props['resolve']): Components {
  const heading =
    (Tag: 'h2' | 'h3' | 'h4' | 'h5') =>
    ({ children }: { children?: ReactNode }) => <Tag id={headingId(textOf(children))}>{children}</Tag>;
  return {
    // A page has one h1: the title. Headings of the text begin below it.
    h1: heading('h2'),
    h2: heading('h3'),
    h3: heading('h4'),
    h4: heading('h5'),
    // A task's box is a sign, not a control: it is ticked in the source.
    input: ({ checked }) => (
      <span className={styles.task} role="img" aria-label={checked ? '✓' : '○'}>
        {checked ? '☑' : '☐'}
      </span>
    ),
    // Images would be requests: only those of this origin are shown.
    img: ({ src, alt }) =>
      typeof src === 'string' && src.startsWith('/') && !src.startsWith('//') ? (
        <img src={src} alt={alt ?? ''} />
      ) : (
        <span>[{alt}]</span>
      ),
    a: ({ href = '', children }) => {
      if (href.startsWith(NOTE_HREF)) {
        const title = decode(href.slice(NOTE_HREF.length));
        return <WikiLink shown={textOf(children)} title={title} id={resolve?.(title)} />;
      }
      if (href.startsWith(ISSUE_HREF)) return <IssueCard id={decode(href.slice(ISSUE_HREF.length))} />;
      const own = href.startsWith('/') && !href.startsWith('//');
      return (
        <a
          href={href}
          {...(own || href.startsWith('#') ? {} : { rel: 'noopener noreferrer nofollow', target: '_blank' })}
        >
          {children}
        </a>
      );
    },
  };
}

function WikiLink({ title, shown, id }: { title: string; shown: string; id: string | undefined }) {
  const t = useT();
  if (!id) {
    return (
      <span className={styles.wikiMissing} title={t.notes.orphanLink}>
        {shown || title}
      </span>
    );
  }
  return (
    <Link to="/notes/$id" params={{ id }} className={styles.wiki}>
      {shown || title}
    </Link>
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function textOf(node: ReactNode): string {
  let text = '';
  Children.forEach(node, (child) => {
    if (typeof child === 'string' || typeof child === 'number') text += child;
    else if (isValidElement<{ children?: ReactNode }>(child)) text += textOf(child.props.children);
  });
  return text;
}
