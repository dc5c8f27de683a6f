// The story the mock server tells: a shop of nine parts, its issues, traces and notes. Same seed, same story.

export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const iso = (millis) =>
  new Date(millis)
    .toISOString()
    .replace('Z', '000000Z')
    .replace(/\.(\d{3})000000Z$/, '.$1000000Z');
export const hex = (rand, length) =>
  Array.from({ length }, () => Math.floor(rand() * 16).toString(16)).join('');

export const NODES = [
  ['gateway', 'spring', 'service'],
  ['checkout', 'spring', 'service'],
  ['payment', 'fastapi', 'service'],
  ['inventory', 'go', 'service'],
  ['recommend', 'django', 'service'],
  ['notify', 'node', 'service'],
  ['orders-db', 'postgresql', 'database'],
  ['order-events', 'kafka', 'queue'],
  ['api.stripe.com', null, 'external'],
];
export const EDGES = [
  ['gateway', 'checkout'],
  ['gateway', 'recommend'],
  ['checkout', 'payment'],
  ['checkout', 'inventory'],
  ['checkout', 'orders-db'],
  ['checkout', 'order-events'],
  ['order-events', 'notify'],
  ['payment', 'api.stripe.com'],
  ['inventory', 'orders-db'],
];

const KINDS = [
  [
    'java.lang.NullPointerException',
    'Cannot invoke "com.shop.cart.Coupon.rate()" because "coupon" is null',
    'checkout',
    'java',
  ],
  ['stripe.error.CardError', 'Your card was declined. (code: card_declined)', 'payment', 'python'],
  [
    'requests.exceptions.ReadTimeout',
    "HTTPSConnectionPool(host='api.stripe.com', port=443): Read timed out. (read timeout=3)",
    'payment',
    'python',
  ],
  ['org.postgresql.util.PSQLException', 'FATAL: remaining connection slots are reserved', 'checkout', 'java'],
  ['*errors.errorString', 'inventory: stock row locked by another order', 'inventory', 'go'],
  ['TypeError', "Cannot read properties of undefined (reading 'email')", 'notify', 'js'],
  [
    'django.core.exceptions.ObjectDoesNotExist',
    '추천 모델 v7에 사용자 벡터가 없습니다',
    'recommend',
    'python',
  ],
  [
    'java.util.concurrent.TimeoutException',
    'Did not observe any item or terminal signal within 2000ms',
    'gateway',
    'java',
  ],
  [
    'io.grpc.StatusRuntimeException',
    'UNAVAILABLE: upstream connect error or disconnect/reset before headers',
    'checkout',
    'java',
  ],
  ['KeyError', "'shipping_address'", 'payment', 'python'],
  ['com.shop.order.DuplicateOrderException', '주문 20261122-0831이 이미 접수되었습니다', 'checkout', 'java'],
  ['RangeError', 'Maximum call stack size exceeded', 'notify', 'js'],
];

const STACKS = {
  java: (type, message) =>
    `${type}: ${message}\n\tat com.shop.cart.PriceCalculator.discount(PriceCalculator.java:57)\n\tat com.shop.cart.CartService.total(CartService.java:112)\n\tat com.shop.checkout.CheckoutController.pay(CheckoutController.java:44)\n${['org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:255)', 'org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)', 'jakarta.servlet.http.HttpServlet.service(HttpServlet.java:590)', 'org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:195)', 'java.base/java.lang.Thread.run(Thread.java:1583)'].map((line) => `\tat ${line}`).join('\n')}`,
  python: (type, message) =>
    `Traceback (most recent call last):\n  File "/app/payment/api.py", line 88, in charge\n    receipt = gateway.capture(order)\n  File "/app/payment/gateway.py", line 41, in capture\n    return self._client.post(url, json=body)\n  File "/usr/lib/python3.12/site-packages/requests/sessions.py", line 637, in post\n    return self.request("POST", url, data=data, json=json)\n  File "/usr/lib/python3.12/site-packages/requests/adapters.py", line 713, in send\n    raise ReadTimeout(e, request=request)\n${type}: ${message}`,
  go: (type, message) =>
    `${type}: ${message}\ngoroutine 118 [running]:\nshop/inventory.(*Store).Reserve(0xc0001a2000, {0xc000412018, 0x24})\n\t/src/inventory/store.go:93 +0x1c5\nshop/inventory.(*Server).Reserve(0xc0000b0010)\n\t/src/inventory/server.go:51 +0x8f`,
  js: (type, message) =>
    `${type}: ${message}\n    at renderMail (/app/src/mail.js:24:31)\n    at sendReceipt (/app/src/receipt.js:60:10)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n    at async consume (/app/node_modules/kafkajs/src/consumer/runner.js:172:9)`,
};

const FRAMES = {
  java: [
    ['com.shop.cart.PriceCalculator', 'discount', 'PriceCalculator.java', 57, true],
    ['com.shop.cart.CartService', 'total', 'CartService.java', 112, true],
    ['com.shop.checkout.CheckoutController', 'pay', 'CheckoutController.java', 44, true],
    [
      'org.springframework.web.method.support.InvocableHandlerMethod',
      'doInvoke',
      'InvocableHandlerMethod.java',
      255,
      false,
    ],
    [
      'org.springframework.web.servlet.DispatcherServlet',
      'doDispatch',
      'DispatcherServlet.java',
      1089,
      false,
    ],
    ['jakarta.servlet.http.HttpServlet', 'service', 'HttpServlet.java', 590, false],
    [
      'org.apache.catalina.core.ApplicationFilterChain',
      'doFilter',
      'ApplicationFilterChain.java',
      195,
      false,
    ],
    ['java.lang.Thread', 'run', 'Thread.java', 1583, false],
  ],
  python: [
    [null, 'send', '/usr/lib/python3.12/site-packages/requests/adapters.py', 713, false],
    [null, 'post', '/usr/lib/python3.12/site-packages/requests/sessions.py', 637, false],
    ['payment.gateway', 'capture', '/app/payment/gateway.py', 41, true],
    ['payment.api', 'charge', '/app/payment/api.py', 88, true],
  ],
  go: [
    ['shop/inventory', '(*Store).Reserve', '/src/inventory/store.go', 93, true],
    ['shop/inventory', '(*Server).Reserve', '/src/inventory/server.go', 51, true],
  ],
  js: [
    [null, 'renderMail', '/app/src/mail.js', 24, true],
    [null, 'sendReceipt', '/app/src/receipt.js', 60, true],
    [null, 'processTicksAndRejections', 'node:internal/process/task_queues', 105, false],
    [null, 'consume', '/app/node_modules/kafkajs/src/consumer/runner.js', 172, false],
  ],
};

export function exceptionOf([type, message, , language], spanId) {
  const own = {
    type,
    message,
    stacktrace: STACKS[language](type, message),
    frames: FRAMES[language].map(([module, fn, file, line, in_app]) => ({
      module,
      function: fn,
      file,
      line,
      column: null,
      in_app,
    })),
    cause_of: null,
    span_id: spanId,
    sources: ['span_event'],
    handled: false,
  };
  if (language !== 'java') return [own];
  const wrapped = {
    ...own,
    type: 'com.shop.checkout.CheckoutFailedException',
    message: `checkout failed: ${message.slice(0, 40)}`,
    frames: own.frames.slice(2),
    sources: ['span_event', 'log'],
  };
  return [{ ...own, cause_of: 1 }, wrapped];
}

/** Issues newest first, as many as asked; the first dozen are the kinds above, further ones vary them. */
export function makeIssues(now, count = 34) {
  const rand = random(7);
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    const [type, message, service] = kind;
    const last = now - Math.floor(index * 23 * 60_000 * (0.4 + rand())) - 20_000;
    const status =
      index % 9 === 5
        ? 'resolved'
        : index % 11 === 7
          ? 'ignored'
          : index % 13 === 9
            ? 'snoozed'
            : 'unresolved';
    const path =
      service === 'gateway'
        ? ['gateway']
        : service === 'checkout' || service === 'recommend'
          ? ['gateway', service]
          : service === 'notify'
            ? ['order-events', 'notify']
            : ['gateway', 'checkout', service];
    return {
      kind,
      path,
      id: `iss_${hex(rand, 20)}`,
      short_id: `OM-${hex(rand, 4).toUpperCase()}`,
      project: 'shop',
      title: `${type}: ${message}`,
      type,
      message: index < KINDS.length ? message : `${message} #${index}`,
      culprit:
        FRAMES[kind[3]]
          .find((frame) => frame[4])
          ?.slice(0, 2)
          .filter(Boolean)
          .join('.') ?? null,
      origin_service: service,
      services: path,
      environments: index % 3 === 0 ? ['production', 'staging'] : ['production'],
      first_release: '2.4.0',
      last_release: index % 4 === 0 ? '2.5.1' : '2.5.0',
      status,
      substatus:
        status === 'unresolved'
          ? index % 6 === 3
            ? 'regressed'
            : index % 5 === 0
              ? 'new'
              : 'ongoing'
          : null,
      count: Math.floor(1 + rand() ** 3 * 4200),
      first_seen: iso(last - Math.floor(rand() * 86_400_000 * 6)),
      last_seen: iso(last),
      assignee: index % 5 === 1 ? 'admin@example.com' : null,
      note_count: index % 4 === 1 ? 1 + (index % 3) : 0,
      sparkline: Array.from({ length: 16 }, () => Math.floor(rand() ** 2 * 20)),
    };
  });
}

const OPERATIONS = {
  gateway: ['POST /api/checkout', 'AuthFilter.verify', 'RouteLocator.match'],
  checkout: [
    'CheckoutController.pay',
    'CartService.total',
    'PriceCalculator.discount',
    'CouponRepository.find',
    'OrderRepository.save',
  ],
  payment: ['POST /charge', 'gateway.capture', 'fraud.score', 'POST api.stripe.com/v1/charges'],
  inventory: ['Inventory/Reserve', 'Store.Reserve', 'SELECT stock FOR UPDATE'],
  recommend: ['GET /recommend', 'VectorStore.lookup'],
  notify: ['order-events receive', 'sendReceipt', 'renderMail'],
  'order-events': ['order-events publish'],
  'orders-db': ['SELECT orders'],
};

/** A trace around one issue: the way to the origin fails, its siblings are well. */
export function makeTrace(issue, seed, now, spansWanted = 38) {
  const rand = random(seed);
  const spans = [];
  const base = BigInt(Math.floor(now)) * 1_000_000n;
  const errorPath = [];
  const add = (parent, service, operation, start, length, status, kind = 'INTERNAL') => {
    const span = {
      span_id: hex(rand, 16),
      parent_span_id: parent?.span_id ?? null,
      service,
      operation,
      kind,
      start: '',
      end: '',
      status,
      status_message: status === 'ERROR' ? issue.message : null,
      from: start,
      length,
      attributes: attributesOf(service, operation, rand),
      events: [],
      links: [],
      resource: {
        'service.name': service,
        'host.name': `${service}-6c9f-${hex(rand, 4)}`,
        'telemetry.sdk.language': 'java',
      },
      scope: { name: 'io.opentelemetry.omegi', version: '0.1.0' },
      flags: [],
    };
    spans.push(span);
    return span;
  };
  let parent = null;
  let at = 0;
  let length = 840;
  for (const service of issue.path) {
    const operations = OPERATIONS[service] ?? ['handle'];
    for (let depth = 0; depth < Math.min(operations.length, 3); depth += 1) {
      const kind = depth === 0 ? (parent ? 'SERVER' : 'SERVER') : 'INTERNAL';
      const span = add(parent, service, operations[depth], at, length, 'ERROR', kind);
      errorPath.push(span);
      parent = span;
      at += 6 + rand() * 20;
      length = length * 0.86 - 8;
    }
  }
  const origin = errorPath.at(-1);
  origin.events.push({
    name: 'exception',
    at: origin.from + origin.length * 0.9,
    attributes: { 'exception.type': issue.type, 'exception.message': issue.message },
  });
  origin.attributes['code.args.0'] = '{"orderId":"20261122-0831","items":3}';
  origin.attributes['code.args.password'] = '***';
  while (spans.length < spansWanted) {
    const host = spans[Math.floor(rand() ** 2 * spans.length)];
    const services = Object.keys(OPERATIONS);
    const service = rand() < 0.6 ? host.service : services[Math.floor(rand() * services.length)];
    const operations = OPERATIONS[service];
    const start = host.from + host.length * rand() * 0.7;
    add(
      host,
      service,
      operations[Math.floor(rand() * operations.length)],
      start,
      Math.max(0.05, (host.from + host.length - start) * rand() * 0.6),
      'OK',
      service === 'orders-db' ? 'CLIENT' : 'INTERNAL',
    );
  }
  for (const span of spans) {
    const start = base + BigInt(Math.floor(span.from * 1e6));
    const end = start + BigInt(Math.floor(span.length * 1e6));
    span.start_ns = String(start);
    span.end_ns = String(end);
    span.start = nanoIso(start);
    span.end = nanoIso(end);
    for (const event of span.events) event.time_ns = String(base + BigInt(Math.floor(event.at * 1e6)));
    delete span.from;
    delete span.length;
  }
  return { spans, errorPath, origin };
}

export function nanoIso(nanos) {
  const seconds = nanos / 1_000_000_000n;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}

function attributesOf(service, operation, rand) {
  const attributes = { 'code.function.name': operation, 'thread.name': `exec-${Math.floor(rand() * 40)}` };
  if (/^(GET|POST)/.test(operation)) {
    attributes['http.request.method'] = operation.split(' ')[0];
    attributes['http.route'] = operation.split(' ')[1];
    attributes['http.response.status_code'] = 500;
  }
  if (service === 'orders-db') attributes['db.query.text'] = 'SELECT * FROM orders WHERE id = ?';
  return attributes;
}
