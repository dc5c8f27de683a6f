/** The tables one may ask, each with its columns; a click puts the name into the query. */
import { Table2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n';
import { LoadFailed, Panel, Skeleton } from '../../ui/states';
import { type ColumnInfo, TABLES, useColumns } from './queries';
import styles from './query.module.css';

interface Props {
  /** Tables whose columns are wanted although they are not unfolded: the query names them. */
  mentioned: ReadonlySet<string>;
  onInsert: (text: string) => void;
  onColumns: (table: string, columns: ColumnInfo[]) => void;
}

export function SchemaTree({ mentioned, onInsert, onColumns }: Props) {
  const t = useT();
  return (
    <Panel title={t.query.schema} className={styles.schemaPanel ?? ''}>
      <div className={styles.schema}>
        {TABLES.map((table, index) => (
          <TableEntry
            key={table}
            table={table}
            initially={index === 0}
            mentioned={mentioned}
            onInsert={onInsert}
            onColumns={onColumns}
          />
        ))}
      </div>
    </Panel>
  );
}

function TableEntry({
  table,
  initially,
  mentioned,
  onInsert,
  onColumns,
}: Props & { table: string; initially: boolean }) {
  const t = useT();
  const [open, setOpen] = useState(initially);
  const columns = useColumns(table, open || mentioned.has(table));
  useEffect(() => {
    if (columns.data) onColumns(table, columns.data);
  }, [columns.data, onColumns, table]);
  return (
    <div>
      <button
        type="button"
        className={styles.table}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onDoubleClick={() => onInsert(table)}
      >
        <Table2 size={13} aria-hidden="true" /> {table}
      </button>
      {open && columns.isPending ? <Skeleton rows={2} /> : null}
      {open && columns.isError ? (
        <LoadFailed error={columns.error} onRetry={() => void columns.refetch()} />
      ) : null}
      {open
        ? columns.data?.map((column) => (
            <button
              key={column.name}
              type="button"
              className={styles.column}
              title={t.query.insert(column.name)}
              onClick={() => onInsert(column.name)}
            >
              <span className="clip">{column.name}</span>
              <span>{column.type.toLowerCase().slice(0, 14)}</span>
            </button>
          ))
        : null}
    </div>
  );
}
