/** All routes. Each feature is a lazy chunk; the shell is one too, so that the sign-in page stays small. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { ApiError } from '../api/problem';
import { parseSearch, stringifySearch, texts } from '../lib/search';
import { Crashed } from '../ui/states';
import { signInAddress } from './links';
import { NotFound } from './NotFound';
import { lastProject } from './place';
import { sessionQuery } from './session';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ reset }) => <Crashed onRetry={reset} />,
});

/** The brand leads here: on to the project one was in. Without a session the page is loaded anew, as the sign-in. */
const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await currentSession(context.client);
    if (!session) return leave('/login');
    const project = lastProject(session);
    if (project) throw redirect({ to: '/p/$project', params: { project }, replace: true });
    throw redirect({ to: '/welcome', replace: true });
  },
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  beforeLoad: () => leave(location.href),
});

/** Everything behind the sign-in. The range and the side sheet go along from page to page. */
export const appRoute = createRoute({
  getParentRoute: () => root,
  id: 'app',
  validateSearch: texts('range', 'from', 'to', 'side', 'about'),
  search: { middlewares: [retainSearchParams(['range', 'from', 'to'])] },
  beforeLoad: async ({ context, location }) => {
    const session = await currentSession(context.client);
    if (!session) return leave(signInAddress(location.href));
  },
  component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
  notFoundComponent: NotFound,
});

const dashboard = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project',
  validateSearch: texts('service', 'edge', 'type', 'view', 'trend'),
  component: lazyRouteComponent(() => import('../features/dashboard/Dashboard'), 'Dashboard'),
});

const issues = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/issues',
  validateSearch: texts('tab', 'q', 'sort', 'as', 'triage'),
  component: lazyRouteComponent(() => import('../features/issues/IssuesPage'), 'IssuesPage'),
});

const issue = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/issues/$id',
  validateSearch: texts('event', 'span', 'view', 'path', 'find'),
  component: lazyRouteComponent(() => import('../features/issues/IssueDetailPage'), 'IssueDetailPage'),
});

/** An error event's own address leads into its issue. */
const errorEvent = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/errors/$eventId',
  component: lazyRouteComponent(() => import('../features/issues/ErrorRedirect'), 'ErrorRedirect'),
});

const compare = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/compare/$a/$b',
  component: lazyRouteComponent(() => import('../features/issues/ComparePage'), 'ComparePage'),
});

const trace = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/traces/$traceId',
  validateSearch: texts('span', 'view', 'path', 'find'),
  component: lazyRouteComponent(() => import('../features/trace/TracePage'), 'TracePage'),
});

const settings = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/settings/$tab',
  component: lazyRouteComponent(() => import('../features/settings/SettingsPage'), 'SettingsPage'),
});

const notes = createRoute({
  getParentRoute: () => appRoute,
  path: '/notes',
  validateSearch: texts('view', 'q', 'kind', 'tag', 'visibility', 'focus', 'depth', 'table'),
  component: lazyRouteComponent(() => import('../features/notes/NotesPage'), 'NotesPage'),
});

const allNotes = createRoute({
  getParentRoute: () => appRoute,
  path: '/notes/all',
  validateSearch: texts('q', 'kind', 'tag'),
  component: lazyRouteComponent(() => import('../features/notes/AllNotesPage'), 'AllNotesPage'),
});

const note = createRoute({
  getParentRoute: () => appRoute,
  path: '/notes/$id',
  component: lazyRouteComponent(() => import('../features/notes/NotePage'), 'NotePage'),
});

const query = createRoute({
  getParentRoute: () => appRoute,
  path: '/p/$project/query',
  validateSearch: texts('sql', 'vars', 'limit', 'tab'),
  component: lazyRouteComponent(() => import('../features/query/QueryPage'), 'QueryPage'),
});

const preferences = createRoute({
  getParentRoute: () => appRoute,
  path: '/preferences',
  component: lazyRouteComponent(() => import('../features/settings/Preferences'), 'Preferences'),
});

const welcome = createRoute({
  getParentRoute: () => appRoute,
  path: '/welcome',
  component: lazyRouteComponent(() => import('../features/settings/Welcome'), 'Welcome'),
});

const routeTree = root.addChildren([
  start,
  login,
  appRoute.addChildren([
    dashboard,
    issues,
    issue,
    errorEvent,
    compare,
    trace,
    settings,
    notes,
    allNotes,
    note,
    query,
    preferences,
    welcome,
  ]),
]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: ({ reset }) => <Crashed onRetry={reset} />,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

/** The sign-in page is another document: it is loaded, and nothing here goes on meanwhile. */
function leave(address: string): Promise<never> {
  location.replace(address);
  return new Promise(() => undefined);
}

/** Null without a session; a server that cannot answer is not a reason to lose one's place. */
async function currentSession(client: QueryClient) {
  try {
    return await client.ensureQueryData(sessionQuery);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}
