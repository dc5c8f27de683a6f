/** The service flow, as graph or as table. */
import { useNavigate } from '@tanstack/react-router';
import { ArrowRightLeft, LayoutGrid, Maximize, RotateCcw, Table2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useT } from '../../i18n/i18n';
import { store, stored } from '../../lib/preferences';
import { Button, IconButton } from '../../ui/Button';
import { Empty, Loaded, Panel, Skeleton } from '../../ui/states';
import type { DashboardSearch, Select } from './Dashboard';
import styles from './dashboard.module.css';
import { FlowTable } from './FlowTable';
import type { Direction } from './layout';
import { useFlow } from './queries';

const FlowGraph = lazy(() => import('./FlowGraph').then((module) => ({ default: module.FlowGraph })));

interface Props {
  project: string;
  search: DashboardSearch;
  select: Select;
}

export function FlowPanel({ project, search, select }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const flow = useFlow(project, search);
  const [direction, setDirection] = useState<Direction>(stored('flow_dir') === 'TB' ? 'TB' : 'LR');
  // A new value asks the graph to fit, or to forget dragged places.
  const [fit, setFit] = useState(0);
  const [reset, setReset] = useState(0);
  const table = search.view === 'table';
  const turn = () => {
    const next = direction === 'LR' ? 'TB' : 'LR';
    store('flow_dir', next);
    setDirection(next);
  };
  const tools = (
    <>
      {table ? null : (
        <>
          <IconButton label={t.dashboard.fit} onClick={() => setFit(fit + 1)}>
            <Maximize size={15} />
          </IconButton>
          <IconButton label={t.dashboard.orientation} onClick={turn}>
            <ArrowRightLeft size={15} />
          </IconButton>
          <IconButton label={t.dashboard.resetLayout} onClick={() => setReset(reset + 1)}>
            <RotateCcw size={15} />
          </IconButton>
        </>
      )}
      <IconButton
        label={table ? t.app.asGraph : t.app.asTable}
        onClick={() => select({ view: table ? undefined : 'table' })}
      >
        {table ? <LayoutGrid size={15} /> : <Table2 size={15} />}
      </IconButton>
    </>
  );
  return (
    <Panel
      title={t.dashboard.flow}
      tools={tools}
      busy={flow.isFetching && !flow.isPending}
      className={styles.flow}
    >
      <Loaded query={flow} rows={6}>
        {(data) => {
          if (data.nodes.length === 0) {
            return (
              <Empty
                title={t.dashboard.flowEmpty}
                action={
                  <Button onClick={() => void navigate({ to: `/p/${project}/settings/guide` })}>
                    {t.dashboard.flowEmptyAction}
                  </Button>
                }
              />
            );
          }
          if (table) return <FlowTable flow={data} search={search} select={select} />;
          return (
            <Suspense fallback={<Skeleton rows={6} />}>
              <FlowGraph
                key={`${project}:${reset}`}
                project={project}
                flow={data}
                direction={direction}
                fit={fit}
                forget={reset > 0}
                search={search}
                select={select}
              />
            </Suspense>
          );
        }}
      </Loaded>
    </Panel>
  );
}
