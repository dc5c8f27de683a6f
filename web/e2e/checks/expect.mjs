// Small assertions that wait, so that no check sleeps.

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export function equal(actual, expected, message) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${message}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}

/** Asks until `probe` gives something true; the last answer is in the message. */
export async function eventually(probe, message, timeout = 8_000) {
  const until = Date.now() + timeout;
  let last;
  while (Date.now() < until) {
    last = await probe();
    if (last) return last;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`${message} (last: ${JSON.stringify(last)})`);
}

/** Collects what the page complains of, and every request that leaves the origin. */
export function watch(page, base) {
  const complaints = [];
  const foreign = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  return { complaints, foreign };
}

export const words = (page) => page.evaluate(() => document.body.innerText);
