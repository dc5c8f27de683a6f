/** The table twin of the graph: every node, what it is linked with, the same actions. */
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import table from '../../ui/table.module.css';
import type { GraphModel, GraphNode } from './graph';

const ROWS_MAX = 500;

interface Props {
  model: GraphModel;
  lit: ReadonlySet<number> | null;
  onOpen: (index: number) => void;
  onUnlink: (from: number, to: number) => void;
}

export function GraphTable({ model, lit, onOpen, onUnlink }: Props) {
  const t = useT();
  const rows = model.nodes.map((_, index) => index).filter((index) => lit === null || lit.has(index));
  return (
    <div className={table.scroll}>
      <table className={table.table} aria-label={t.graph.tableTitle}>
        <thead>
          <tr>
            <th>{t.graph.name}</th>
            <th>{t.graph.kind}</th>
            <th>{t.graph.neighbours}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((index) => {
            const node = model.nodes[index] as GraphNode;
            return (
              <tr key={node.id}>
                <td>
                  <Button small look="ghost" onClick={() => onOpen(index)}>
                    {inert(node.title, 120)}
                  </Button>
                </td>
                <td>
                  <Kind node={node} />
                </td>
                <td>
                  <span className="rowflex wrap">
                    {[...new Set(model.neighbours[index] ?? [])].map((other) => {
                      const neighbour = model.nodes[other] as GraphNode;
                      const own =
                        node.kind === 'note' && neighbour.kind === 'note' && (node.mine || neighbour.mine);
                      return (
                        <span key={neighbour.id} className="rowflex">
                          <Chip tone={neighbour.kind === 'tag' ? 'tag' : 'outline'}>
                            <span>{inert(neighbour.title, 40)}</span>
                            {own ? (
                              <button
                                type="button"
                                aria-label={`${t.notes.unlink}: ${neighbour.title}`}
                                onClick={() => onUnlink(index, other)}
                              >
                                ✕
                              </button>
                            ) : null}
                          </Chip>
                        </span>
                      );
                    })}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Kind({ node }: { node: GraphNode }) {
  const t = useT();
  if (node.kind === 'note')
    return (
      <Chip tone={node.mine ? 'amber' : 'lavender'}>
        {node.mine ? t.graph.legend.mine : t.graph.legend.other}
      </Chip>
    );
  if (node.kind === 'tag') return <Chip tone="tag">{t.graph.legend.tag}</Chip>;
  if (node.kind === 'service') return <Chip>{t.graph.legend.service}</Chip>;
  const open = node.status === 'unresolved';
  return (
    <Chip tone={open ? 'red' : 'blue'}>
      {open ? '✕' : '✓'} <span>{t.graph.legend.issue}</span>
    </Chip>
  );
}
