// Routes of the contracts over the seeded story, with faults that can be switched on: down, slow, full, nonsense.
import { fullForm, graphOf, listForm, makeNotes } from './notes.mjs';
import { EDGES, exceptionOf, hex, iso, makeIssues, makeTrace, NODES, random } from './seed.mjs';
import { answerSql } from './sql.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };

export function createApi({ now = Date.now(), bigTraceSpans = 10_000 } = {}) {
  const rand = random(99);
  const issues = makeIssues(now);
  const notes = makeNotes(now, issues);
  const comments = new Map([
    [
      'note_1',
      [
        {
          id: 'c1',
          author: { id: 'u2', name: '김하늘' },
          mine: false,
          body: '저도 같은 문제를 겪었어요.',
          created_at: iso(now - 3_600_000),
        },
      ],
    ],
  ]);
  const events = new Map(issues.map((issue) => [issue.id, makeEvents(issue)]));
  const projects = [
    { slug: 'shop', name: 'Shop 주문', role: 'owner' },
    { slug: 'lab', name: 'Lab', role: 'owner' },
  ];
  const services = NODES.filter(([, , kind]) => kind === 'service').map(([name, type]) => ({
    name,
    type,
    last_seen: iso(now - 4_000),
  }));
  const tokens = [
    {
      id: 't1',
      name: 'default',
      masked: 'omgs_3f…9c',
      service: null,
      created_at: iso(now - 86_400_000 * 9),
      last_used_at: iso(now - 3_000),
      revoked_at: null,
    },
  ];
  const members = [
    { email: 'admin@example.com', role: 'owner', name: null },
    { email: 'haneul@example.com', role: 'member', name: '김하늘' },
  ];
  const streams = new Set();
  let fault = 'off';
  let position = 1;
  let signedOut = false;

  function makeEvents(issue) {
    const seed = [...issue.id].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) >>> 0;
    return Array.from({ length: Math.min(issue.count, 12) }, (_, index) => {
      const time = new Date(issue.last_seen).getTime() - index * 917_000;
      const { spans, errorPath, origin } = makeTrace(issue, seed + index, time);
      const state = index % 5 === 1 ? 'partial' : index % 7 === 3 ? 'waiting' : 'complete';
      return {
        spans,
        detail: {
          id: `err_${hex(random(seed + index * 3), 16)}`,
          issue_id: issue.id,
          revision: 1 + (index % 2),
          supersedes: [],
          trace_id: hex(random(seed + index * 5 + 1), 32),
          project: 'shop',
          environment: issue.environments[0],
          release: issue.last_release,
          time: iso(time),
          received_at: iso(time + 900),
          type: issue.type,
          message: issue.message,
          verdict: {
            state,
            reason: state === 'partial' ? 'parent_missing' : null,
            missing_parents:
              state === 'partial'
                ? [{ span_id: 'aa00bb11cc22dd33', children: [errorPath[0].span_id], service: 'edge-proxy' }]
                : [],
          },
          origin: { service: issue.origin_service, span_id: origin.span_id, operation: origin.operation },
          escaped: true,
          score: 0.94,
          ambiguous: false,
          siblings: [],
          exceptions: exceptionOf(issue.kind, origin.span_id),
          path: errorPath.map(
            ({ span_id, parent_span_id, service, operation, kind, start, end, status }) => ({
              span_id,
              parent_span_id,
              service,
              operation,
              kind,
              start,
              end,
              status,
            }),
          ),
          services: issue.path.map((name) => ({
            name,
            role: name === issue.origin_service ? 'origin' : 'victim',
          })),
          attributes: {
            'http.route': '/api/checkout',
            'user.id': '8831',
            'deployment.environment.name': issue.environments[0],
            'cart.items': 3,
            'card.number': '***',
            'session.big': '9007199254740993',
          },
        },
      };
    });
  }

  const listIssue = ({ kind: _kind, path: _path, ...issue }) => issue;
  const listError = ({
    id,
    issue_id,
    revision,
    supersedes,
    trace_id,
    project,
    type,
    message,
    origin,
    verdict,
    time,
  }) => ({ id, issue_id, revision, supersedes, trace_id, project, type, message, origin, verdict, time });
  const allEvents = () => [...events.values()].flat();
  const byTime = (a, b) => (a.time < b.time ? 1 : -1);

  function flow() {
    const open = issues.filter((issue) => issue.status === 'unresolved');
    const nodes = NODES.map(([service, type, kind], index) => {
      const origin = open.filter((issue) => issue.origin_service === service);
      const through = open.some((issue) => issue.origin_service !== service && issue.path.includes(service));
      return {
        service,
        type,
        kind,
        state: origin.length ? 'origin' : through ? 'victim' : 'healthy',
        unresolved: origin.length,
        requests: 41_000 - index * 3_711,
        errors: origin.length * 37,
        p99_ms: 40 + index * 61.5,
      };
    });
    const edges = EDGES.map(([from, to], index) => {
      const failing = open.some((issue) => {
        const at = issue.path.indexOf(from);
        return at >= 0 && issue.path[at + 1] === to;
      });
      return {
        from,
        to,
        requests: 20_800 - index * 1_903,
        errors: failing ? 12 + index * 7 : 0,
        p99_ms: 25 + index * 40,
        last_seen: iso(now),
        failing,
      };
    });
    return { nodes, edges };
  }

  function stats(url) {
    const from = Date.parse(url.searchParams.get('from') ?? '') || now - 86_400_000;
    const to = Date.parse(url.searchParams.get('to') ?? '') || now;
    const series = Array.from({ length: 48 }, (_, index) => {
      const r = random(index + 3);
      const by_service = {
        checkout: Math.floor(r() ** 2 * 30),
        payment: Math.floor(r() ** 3 * 40),
        inventory: Math.floor(r() ** 4 * 22),
        notify: Math.floor(r() ** 5 * 30),
        recommend: Math.floor(r() ** 6 * 20),
      };
      const by_type = {
        'java.lang.NullPointerException': by_service.checkout,
        'requests.exceptions.ReadTimeout': by_service.payment,
        TypeError: by_service.notify,
      };
      return {
        time: iso(from + ((to - from) / 48) * index),
        errors: Object.values(by_service).reduce((a, b) => a + b, 0),
        by_service,
        by_type,
      };
    });
    return {
      solved: issues.filter((i) => i.status === 'resolved').length,
      unsolved: issues.filter((i) => i.status === 'unresolved').length,
      latest: issues[0].last_seen,
      series,
      time_to_resolve: { median_s: 5400 },
      notes: { written: notes.filter((n) => n.mine).length, links_by_me: 3, links_to_me: 2 },
    };
  }

  function listIssues(url) {
    const get = (name) => url.searchParams.get(name);
    const words = (get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const found = issues
      .filter((issue) => !get('status') || issue.status === get('status'))
      .filter((issue) => !get('service') || issue.origin_service === get('service'))
      .filter((issue) => !get('type') || issue.type.includes(get('type')))
      .filter((issue) => !get('environment') || issue.environments.includes(get('environment')))
      .filter((issue) => words.every((word) => `${issue.title}`.toLowerCase().includes(word)));
    const sort = get('sort') ?? 'last_seen';
    found.sort((a, b) => (sort === 'count' ? b.count - a.count : a[sort] < b[sort] ? 1 : -1));
    return paged(found.map(listIssue), url);
  }

  function paged(items, url) {
    const limit = Number(url.searchParams.get('limit') ?? 50);
    const start = Number(url.searchParams.get('cursor') ?? 0);
    return {
      items: items.slice(start, start + limit),
      next_cursor: start + limit < items.length ? String(start + limit) : null,
    };
  }

  function act(issue, action, body) {
    const status = { resolve: 'resolved', reopen: 'unresolved', ignore: 'ignored', snooze: 'snoozed' }[
      action
    ];
    if (status) {
      issue.status = status;
      issue.substatus = status === 'unresolved' ? 'ongoing' : null;
    }
    if (action === 'assign') issue.assignee = body.assignee ?? null;
    emit('issue_changed', listIssue(issue));
    emit('flow_changed', { project: 'shop', ...flow() });
    return listIssue(issue);
  }

  function emit(name, data) {
    position += 1;
    for (const stream of streams)
      stream.write(`id: ${position}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** The trace of an occurrence grew: the same event, one revision on. */
  function revise(id) {
    const found = allEvents().find(({ detail }) => detail.id === id);
    found.detail.revision += 1;
    found.detail.verdict = { state: 'complete', reason: null, missing_parents: [] };
    emit('error_revised', listError(found.detail));
  }

  /** A new occurrence of the issue at `index`, or of a new kind, as the pipeline would announce it. */
  function announce(index = 0) {
    const issue = issues[index];
    issue.count += 1;
    issue.last_seen = iso(Date.now());
    if (issue.status === 'resolved') Object.assign(issue, { status: 'unresolved', substatus: 'regressed' });
    const [first] = makeEvents(issue);
    first.detail.id = `err_${hex(rand, 16)}`;
    first.detail.time = issue.last_seen;
    events.get(issue.id).unshift(first);
    emit('error_detected', listError(first.detail));
    emit('issue_changed', listIssue(issue));
    emit('flow_changed', { project: 'shop', ...flow() });
    return first.detail;
  }

  function announceNew() {
    const [made] = makeIssues(Date.now(), 1);
    Object.assign(made, {
      id: `iss_${hex(rand, 20)}`,
      short_id: `OM-${hex(rand, 4)}`,
      type: 'com.shop.gift.GiftCardException',
      message: 'gift card ledger is out of balance',
      title: 'GiftCardException',
      origin_service: 'checkout',
      status: 'unresolved',
      substatus: 'new',
      count: 0,
      note_count: 0,
    });
    issues.unshift(made);
    events.set(made.id, makeEvents({ ...made, count: 1 }));
    return announce(0);
  }

  const body = async (request) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    return text ? JSON.parse(text) : {};
  };
  const reply = (response, value, status = 200) => {
    response.writeHead(value === undefined ? 204 : status, JSON_TYPE);
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };
  const problem = (response, status, code, detail) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', 'x-request-id': hex(rand, 12) });
    response.end(JSON.stringify({ type: 'about:blank', title: code, status, code, detail }));
  };

  async function handle(request, response, url) {
    const route = url.pathname.replace(/^\/api\/v1/, '');
    if (fault === 'down') return request.socket.destroy();
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, 7_500));
    if (fault === 'full' && request.method !== 'GET')
      return problem(response, 503, 'disk_full', 'the disk is full');
    if (fault === 'error' && route !== '/session')
      return problem(response, 500, 'internal', 'the store did not answer');
    if (fault === 'bare' && route !== '/session' && route !== '/live')
      return problem(response, 404, 'not_found', 'no such route');
    if (fault === 'nonsense' && route !== '/session') {
      response.writeHead(200, JSON_TYPE);
      return response.end('<!doctype html><p>proxy login</p>');
    }
    const signedIn = /omegi_session=demo/.test(request.headers.cookie ?? '') && !signedOut;
    if (route === '/session') return session(request, response, signedIn);
    if (route === '/session/ways')
      return reply(response, { password: true, providers: [{ id: 'github', name: 'GitHub' }] });
    if (!signedIn) return problem(response, 401, 'unauthenticated', 'sign in first');
    if (route === '/live') return live(request, response);
    const matched = ROUTES.find(([method, pattern]) => method === request.method && pattern.test(route));
    if (!matched) return problem(response, 404, 'no_such_route', 'no such route');
    const parts = matched[1].exec(route).slice(1).map(decodeURIComponent);
    return matched[2]({
      request,
      response,
      url,
      parts,
      body: ['POST', 'PUT', 'PATCH'].includes(request.method) ? await body(request) : {},
    });
  }

  async function session(request, response, signedIn) {
    if (request.method === 'POST') {
      const { password } = await body(request);
      if (password !== 'correct-horse-battery') return problem(response, 401, 'wrong_credentials', 'wrong');
      signedOut = false;
      response.setHeader('set-cookie', 'omegi_session=demo; Path=/; HttpOnly; SameSite=Lax');
      return reply(response, {});
    }
    if (request.method === 'DELETE') {
      response.setHeader('set-cookie', 'omegi_session=; Path=/; Max-Age=0');
      return reply(response, undefined);
    }
    if (!signedIn) return problem(response, 401, 'unauthenticated', 'sign in first');
    return reply(response, {
      user: { id: 'u1', email: 'admin@example.com', name: null },
      role: 'owner',
      projects,
    });
  }

  function live(request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(': hello\nretry: 500\n\n');
    streams.add(response);
    request.on('close', () => streams.delete(response));
  }

  const issueOf = (id) => issues.find((issue) => issue.id === id);
  const noteOf = (id) => notes.find((note) => note.id === id);
  const missing = (response) => problem(response, 404, 'not_found', 'no such thing');
  const ROUTES = [
    ['GET', /^\/projects$/, ({ response }) => reply(response, { items: projects, next_cursor: null })],
    [
      'POST',
      /^\/projects$/,
      ({ response, body: value }) => {
        if (projects.some((project) => project.slug === value.slug))
          return problem(response, 409, 'slug_taken', 'this short name is taken');
        projects.push({ slug: value.slug, name: value.name, role: 'owner' });
        return reply(response, value, 201);
      },
    ],
    [
      'PATCH',
      /^\/projects\/([^/]+)$/,
      ({ response, parts, body: value }) =>
        reply(
          response,
          Object.assign(
            projects.find((project) => project.slug === parts[0]),
            { name: value.name },
          ),
        ),
    ],
    [
      'DELETE',
      /^\/projects\/([^/]+)$/,
      ({ response, parts }) => {
        projects.splice(
          projects.findIndex((project) => project.slug === parts[0]),
          1,
        );
        return reply(response, undefined);
      },
    ],
    [
      'GET',
      /^\/projects\/([^/]+)\/services$/,
      ({ response, parts }) =>
        reply(response, { items: parts[0] === 'shop' ? services : [], next_cursor: null }),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/services$/,
      ({ response, body: value }) => {
        services.push(value);
        return reply(response, value, 201);
      },
    ],
    [
      'DELETE',
      /^\/projects\/([^/]+)\/services\/([^/]+)$/,
      ({ response, parts }) => {
        services.splice(
          services.findIndex((service) => service.name === parts[1]),
          1,
        );
        return reply(response, undefined);
      },
    ],
    [
      'GET',
      /^\/projects\/([^/]+)\/tokens$/,
      ({ response }) => reply(response, { items: tokens, next_cursor: null }),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/tokens$/,
      ({ response, body: value }) => {
        const secret = `omgs_${hex(rand, 32)}`;
        const token = {
          id: `t${tokens.length + 1}`,
          name: value.name,
          masked: `omgs_${secret.slice(5, 7)}…${secret.slice(-2)}`,
          service: value.service ?? null,
          created_at: iso(Date.now()),
          last_used_at: null,
          revoked_at: null,
        };
        tokens.push(token);
        return reply(response, { ...token, token: secret }, 201);
      },
    ],
    [
      'DELETE',
      /^\/projects\/([^/]+)\/tokens\/([^/]+)$/,
      ({ response, parts }) => {
        tokens.splice(
          tokens.findIndex((token) => token.id === parts[1]),
          1,
        );
        return reply(response, undefined);
      },
    ],
    [
      'GET',
      /^\/projects\/([^/]+)\/members$/,
      ({ response }) => reply(response, { items: members, next_cursor: null }),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/members$/,
      ({ response, body: value }) => {
        members.push(value);
        return reply(response, value, 201);
      },
    ],
    [
      'DELETE',
      /^\/projects\/([^/]+)\/members\/([^/]+)$/,
      ({ response, parts }) => {
        members.splice(
          members.findIndex((member) => member.email === parts[1]),
          1,
        );
        return reply(response, undefined);
      },
    ],
    ['GET', /^\/projects\/shop\/issues$/, ({ response, url }) => reply(response, listIssues(url))],
    [
      'GET',
      /^\/projects\/lab\/(?:issues|errors)$/,
      ({ response }) => reply(response, { items: [], next_cursor: null }),
    ],
    ['GET', /^\/projects\/lab\/flow$/, ({ response }) => reply(response, { nodes: [], edges: [] })],
    [
      'GET',
      /^\/projects\/lab\/stats$/,
      ({ response }) =>
        reply(response, {
          solved: 0,
          unsolved: 0,
          latest: null,
          series: [],
          notes: { written: 0, links_by_me: 0, links_to_me: 0 },
        }),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/issues\/bulk$/,
      ({ response, body: value }) =>
        reply(response, { items: value.ids.map((id) => act(issueOf(id), value.action, value)) }),
    ],
    [
      'GET',
      /^\/projects\/shop\/errors$/,
      ({ response, url }) => {
        const from = url.searchParams.get('from') ?? '';
        const trace = url.searchParams.get('trace_id');
        const items = allEvents()
          .map(({ detail }) => listError(detail))
          .filter((error) => error.time >= from && (!trace || error.trace_id === trace))
          .sort(byTime);
        return reply(response, paged(items, url));
      },
    ],
    [
      'GET',
      /^\/issues\/([^/]+)$/,
      ({ response, parts }) => {
        const issue = issueOf(parts[0]);
        if (!issue) return missing(response);
        return reply(response, {
          ...listIssue(issue),
          grouping: {
            version: 3,
            method: 'frames',
            evidence: [
              { kind: 'type', value: issue.type },
              { kind: 'frame', value: issue.culprit ?? '' },
              { kind: 'message', value: issue.message.replace(/\d+/g, '<n>') },
            ],
          },
          history: [
            { kind: 'created', at: issue.first_seen, by: null },
            ...(issue.substatus === 'regressed'
              ? [
                  { kind: 'resolved', at: iso(now - 7_200_000), by: '김하늘' },
                  { kind: 'regressed', at: issue.last_seen, by: null, detail: '2.5.1' },
                ]
              : []),
          ],
        });
      },
    ],
    [
      'POST',
      /^\/issues\/([^/]+)\/(resolve|reopen|ignore|snooze|assign|merge|split)$/,
      ({ response, parts, body: value }) =>
        issueOf(parts[0]) ? reply(response, act(issueOf(parts[0]), parts[1], value)) : missing(response),
    ],
    [
      'GET',
      /^\/issues\/([^/]+)\/events$/,
      ({ response, parts, url }) =>
        reply(
          response,
          paged(
            (events.get(parts[0]) ?? []).map(({ detail }) => listError(detail)),
            url,
          ),
        ),
    ],
    [
      'GET',
      /^\/errors\/([^/]+)$/,
      ({ response, parts }) => {
        const found = allEvents().find(({ detail }) => detail.id === parts[0]);
        return found ? reply(response, found.detail) : missing(response);
      },
    ],
    [
      'GET',
      /^\/projects\/shop\/traces\/([^/]+)$/,
      ({ response, parts, url }) => {
        const found = allEvents().find(({ detail }) => detail.trace_id === parts[0]);
        const big = /^b{32}$/.test(parts[0]) ? makeTrace(issues[0], 5, now, bigTraceSpans) : null;
        if (!found && !big) return missing(response);
        const all = found?.spans ?? big.spans;
        const limit = Number(url.searchParams.get('limit') ?? 10_000);
        const start = Number(url.searchParams.get('cursor') ?? 0);
        const light = url.searchParams.get('fields') === 'light';
        const spans = all
          .slice(start, start + limit)
          .map(({ attributes, events: spanEvents, links, resource, ...span }) =>
            light ? span : { ...span, attributes, events: spanEvents, links, resource },
          );
        return reply(response, {
          trace_id: parts[0],
          verdict: found?.detail.verdict ?? { state: 'complete', reason: null },
          spans,
          skew: [],
          error_ids: found ? [found.detail.id] : [],
          next_cursor: start + limit < all.length ? String(start + limit) : null,
        });
      },
    ],
    ['GET', /^\/projects\/shop\/flow$/, ({ response }) => reply(response, flow())],
    ['GET', /^\/projects\/shop\/stats$/, ({ response, url }) => reply(response, stats(url))],
    ['POST', /^\/sql$/, ({ request, response, body: value }) => answerSql(request, response, value, problem)],
    [
      'GET',
      /^\/search$/,
      ({ response, url }) => {
        const q = (url.searchParams.get('q') ?? '').toLowerCase();
        const hits = [
          ...issues
            .filter((issue) => issue.title.toLowerCase().includes(q))
            .map((issue) => ({
              kind: 'issue',
              id: issue.id,
              project: 'shop',
              title: issue.type,
              snippets: [{ field: 'message', text: issue.message }],
            })),
          ...notes
            .filter((note) => `${note.title} ${note.body}`.toLowerCase().includes(q))
            .map((note) => ({
              kind: 'note',
              id: note.id,
              project: note.project,
              title: note.title,
              snippets: [],
            })),
          ...services
            .filter((service) => service.name.includes(q))
            .map((service) => ({
              kind: 'service',
              id: service.name,
              project: 'shop',
              title: service.name,
              snippets: [],
            })),
        ];
        return reply(response, { items: hits.slice(0, 20), next_cursor: null });
      },
    ],
    [
      'GET',
      /^\/notes$/,
      ({ response, url }) => {
        const get = (name) => url.searchParams.get(name);
        const q = (get('q') ?? '').toLowerCase();
        const items = notes
          .filter((note) => get('scope') !== 'mine' || note.mine)
          .filter((note) => note.mine || note.visibility !== 'private')
          .filter((note) => !get('kind') || note.kind === get('kind'))
          .filter((note) => !get('tag') || note.tags.includes(get('tag')))
          .filter((note) => !get('visibility') || note.visibility === get('visibility'))
          .filter((note) => !get('issue') || note.issue_ids.includes(get('issue')))
          .filter((note) => `${note.title} ${note.body}`.toLowerCase().includes(q))
          .sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
        return reply(
          response,
          paged(
            items.map((note) => listForm(note, notes, comments)),
            url,
          ),
        );
      },
    ],
    ['GET', /^\/notes\/graph$/, ({ response }) => reply(response, graphOf(notes, issues))],
    [
      'GET',
      /^\/tags$/,
      ({ response }) =>
        reply(response, {
          items: [...new Set(notes.flatMap((note) => note.tags))].map((name) => ({
            name,
            count: notes.filter((note) => note.tags.includes(name)).length,
          })),
          next_cursor: null,
        }),
    ],
    [
      'POST',
      /^\/notes$/,
      ({ response, body: value }) => {
        const note = {
          ...value,
          id: `note_${notes.length + 1}`,
          revision: 1,
          author: { id: 'u1', name: 'admin@example.com' },
          mine: true,
          created_at: iso(Date.now()),
          updated_at: iso(Date.now()),
          links: [],
        };
        linkTitles(note);
        notes.push(note);
        for (const id of note.issue_ids ?? []) if (issueOf(id)) issueOf(id).note_count += 1;
        emit('note_changed', { id: note.id, revision: 1 });
        return reply(response, fullForm(note, notes, comments), 201);
      },
    ],
    [
      'GET',
      /^\/notes\/([^/]+)$/,
      ({ response, parts }) => {
        const note = noteOf(parts[0]);
        if (!note) return missing(response);
        response.setHeader('etag', `"${note.revision}"`);
        return reply(response, fullForm(note, notes, comments));
      },
    ],
    [
      'PUT',
      /^\/notes\/([^/]+)$/,
      ({ request, response, parts, body: value }) => {
        const note = noteOf(parts[0]);
        if (!note) return missing(response);
        const match = request.headers['if-match'];
        if (match && match !== `"${note.revision}"`)
          return problem(response, 412, 'note_changed', 'the note was changed meanwhile');
        Object.assign(note, value, { revision: note.revision + 1, updated_at: iso(Date.now()) });
        linkTitles(note);
        response.setHeader('etag', `"${note.revision}"`);
        emit('note_changed', { id: note.id, revision: note.revision });
        return reply(response, fullForm(note, notes, comments));
      },
    ],
    [
      'DELETE',
      /^\/notes\/([^/]+)$/,
      ({ response, parts }) => {
        notes.splice(
          notes.findIndex((note) => note.id === parts[0]),
          1,
        );
        return reply(response, undefined);
      },
    ],
    [
      'POST',
      /^\/notes\/([^/]+)\/links$/,
      ({ response, parts, body: value }) => {
        const note = noteOf(parts[0]);
        const target = noteOf(value.to);
        if (!note || !target) return missing(response);
        if (!note.links.includes(value.to)) note.links.push(value.to);
        emit('note_changed', { id: note.id, revision: note.revision });
        return reply(response, { to: value.to }, 201);
      },
    ],
    [
      'DELETE',
      /^\/notes\/([^/]+)\/links\/([^/]+)$/,
      ({ response, parts }) => {
        const note = noteOf(parts[0]);
        if (note) note.links = note.links.filter((id) => id !== parts[1]);
        return reply(response, undefined);
      },
    ],
    [
      'GET',
      /^\/notes\/([^/]+)\/comments$/,
      ({ response, parts }) => reply(response, { items: comments.get(parts[0]) ?? [], next_cursor: null }),
    ],
    [
      'POST',
      /^\/notes\/([^/]+)\/comments$/,
      ({ response, parts, body: value }) => {
        const comment = {
          id: `c${position++}`,
          author: { id: 'u1', name: 'admin@example.com' },
          mine: true,
          body: value.body,
          created_at: iso(Date.now()),
        };
        comments.set(parts[0], [...(comments.get(parts[0]) ?? []), comment]);
        return reply(response, comment, 201);
      },
    ],
    [
      'DELETE',
      /^\/notes\/([^/]+)\/comments\/([^/]+)$/,
      ({ response, parts }) => {
        comments.set(
          parts[0],
          (comments.get(parts[0]) ?? []).filter((comment) => comment.id !== parts[1]),
        );
        return reply(response, undefined);
      },
    ],
  ];

  function linkTitles(note) {
    for (const [, title] of (note.body ?? '').matchAll(/\[\[([^\]]+)\]\]/g)) {
      const target = notes.find((other) => other.title === title);
      if (target && target.id !== note.id && !note.links.includes(target.id)) note.links.push(target.id);
    }
  }

  async function control(_request, response, url) {
    const command = url.pathname.slice('/__mock/'.length);
    if (command === 'fault') fault = url.searchParams.get('mode') ?? 'off';
    if (command === 'kill-streams' || fault === 'down') closeStreams();
    if (command === 'session') signedOut = url.searchParams.get('mode') === 'expired';
    const made =
      command === 'error'
        ? announce(Number(url.searchParams.get('issue') ?? 0))
        : command === 'new-error'
          ? announceNew()
          : {};
    return reply(response, made);
  }

  function closeStreams() {
    for (const stream of streams) stream.destroy();
    streams.clear();
  }

  return {
    handle,
    control,
    closeStreams,
    announce,
    announceNew,
    revise,
    issues,
    notes,
    setFault: (mode) => {
      fault = mode;
      if (mode === 'down') closeStreams();
    },
  };
}
