// A stand-in for the server: the routes of the contracts with seeded data, for screenshots and for the failure cases
// that a healthy server does not show. `node e2e/mock-server/main.mjs [port]`; prints `listening api=…` and `sign_in=…`.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { createApi } from './api.mjs';
import { serveStatic } from './static.mjs';

/** Starts on `port` (0: any); gives the address, and a close. */
export async function startMock(port = 0, options = {}) {
  const api = createApi(options);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    handle(api, request, response, url).catch((error) => {
      response.writeHead(500, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ title: 'mock failed', detail: String(error) }));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  return {
    base,
    signIn: `${base}/auth/link/demo`,
    api,
    close: () =>
      new Promise((resolve) => {
        api.closeStreams();
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

async function handle(api, request, response, url) {
  if (url.pathname.startsWith('/__mock/')) return api.control(request, response, url);
  if (url.pathname.startsWith('/api/')) return api.handle(request, response, url);
  if (url.pathname.startsWith('/auth/link/')) {
    response.writeHead(303, {
      location: '/',
      'set-cookie': 'omegi_session=demo; Path=/; HttpOnly; SameSite=Lax',
    });
    return response.end();
  }
  return serveStatic(request, response, url);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { base, signIn } = await startMock(Number(process.argv[2] ?? 6635));
  console.log(`listening api=${base.slice(7)}\nsign_in=${signIn}\nready`);
}
