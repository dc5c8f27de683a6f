// Notes of the mock server's story.
import { iso } from './seed.mjs';

const AUTHORS = [
  { id: 'u1', name: 'admin@example.com' },
  { id: 'u2', name: '김하늘' },
  { id: 'u3', name: 'Mina Park' },
];

const TEXTS = [
  [
    '쿠폰이 null일 때 결제 실패',
    'error',
    ['checkout', 'coupon'],
    0,
    '## 문제\n쿠폰 없이 결제하면 `PriceCalculator.discount`에서 NPE가 납니다.\n\n## 원인\n`coupon`이 선택값인데 **항상 있다고** 가정했습니다. [[결제 흐름 정리]] 참고.\n\n## 해결\n```java\nreturn Optional.ofNullable(coupon).map(Coupon::rate).orElse(ZERO);\n```\n\n## 재발 방지\n- [x] 단위 시험 추가\n- [ ] 다른 계산기도 점검\n',
  ],
  [
    'Stripe timeouts in the evening',
    'error',
    ['payment', 'stripe'],
    1,
    '## Problem\nReads from `api.stripe.com` time out between 18:00 and 20:00.\n\n## Cause\nOur connection pool is smaller than the number of workers. See [[Connection pools]].\n\n## Fix\nRaise `pool_maxsize` to 64.\n',
  ],
  [
    '결제 흐름 정리',
    'general',
    ['checkout', 'payment'],
    0,
    '# 결제 흐름\n\n1. 게이트웨이가 요청을 받습니다.\n2. 체크아웃이 금액을 계산합니다.\n3. 결제가 승인합니다.\n\n> 재고 예약은 결제보다 **먼저** 일어납니다.\n\n| 단계 | 서비스 | p99 |\n|---|---|---|\n| 금액 | checkout | 120 ms |\n| 승인 | payment | 840 ms |\n',
  ],
  [
    'Connection pools',
    'general',
    ['database', 'stripe'],
    2,
    '# Connection pools\n\nHow large is large enough? Start with *workers × 1.2*. Linked from [[Stripe timeouts in the evening]].\n',
  ],
  [
    '재고 잠금 경합',
    'error',
    ['inventory', 'database'],
    0,
    '## 문제\n동시 주문이 같은 행을 잠급니다.\n\n## 해결\n`SKIP LOCKED`와 재시도.\n',
  ],
  [
    '메일 템플릿에 빈 주소',
    'error',
    ['notify'],
    1,
    '## 문제\n탈퇴한 사용자의 주소가 비어 있습니다. [[재고 잠금 경합]]과는 무관.\n',
  ],
  [
    '배포 점검표',
    'general',
    ['ops'],
    0,
    '# 배포 점검표\n\n- [ ] 마이그레이션\n- [ ] 알림 끄기\n- [ ] 롤백 연습\n\n[[Connection pools]]와 [[결제 흐름 정리]]도 읽기.\n',
  ],
  [
    'Postgres slots exhausted',
    'error',
    ['database', 'checkout'],
    2,
    '## Problem\n`remaining connection slots are reserved`.\n\n## Fix\nPgBouncer in transaction mode. See [[Connection pools]].\n',
  ],
];

export function makeNotes(now, issues) {
  const notes = TEXTS.map(([title, kind, tags, author, body], index) => ({
    id: `note_${index + 1}`,
    revision: 1 + (index % 3),
    kind,
    title,
    body,
    tags,
    project: index % 3 === 2 ? null : 'shop',
    visibility: index % 4 === 3 ? 'everyone' : author === 0 && index === 6 ? 'private' : 'project',
    author: AUTHORS[author],
    mine: author === 0,
    created_at: iso(now - (index + 2) * 86_400_000),
    updated_at: iso(now - (index + 1) * 5_400_000),
    issue_ids: kind === 'error' ? [issues[index % issues.length].id] : [],
    links: [],
  }));
  for (const note of notes) {
    for (const [, title] of note.body.matchAll(/\[\[([^\]]+)\]\]/g)) {
      const target = notes.find((other) => other.title === title);
      if (target && target !== note) note.links.push(target.id);
    }
  }
  return notes;
}

export function listForm(note, notes, comments) {
  const { body, links, ...rest } = note;
  return {
    ...rest,
    excerpt: body
      .replace(/[#*`>|[\]-]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 160),
    link_count: links.length + notes.filter((other) => other.links.includes(note.id)).length,
    comment_count: (comments.get(note.id) ?? []).length,
  };
}

export function fullForm(note, notes, comments) {
  const brief = (other) => ({
    id: other.id,
    title: other.title,
    author: other.author.name,
    mine: other.mine,
  });
  return {
    ...listForm(note, notes, comments),
    body: note.body,
    links: note.links
      .map((id) => notes.find((other) => other.id === id))
      .filter(Boolean)
      .map(brief),
    backlinks: notes
      .filter((other) => other.links.includes(note.id))
      .map((other) => ({
        ...brief(other),
        sentence:
          other.body.split(/(?<=[.!?다])\s+|\n/).find((line) => line.includes(`[[${note.title}]]`)) ?? '',
      })),
  };
}

export function graphOf(notes, issues) {
  const nodes = notes.map((note) => ({
    id: note.id,
    kind: 'note',
    title: note.title,
    mine: note.mine,
    created_at: note.created_at,
  }));
  const links = notes.flatMap((note) => note.links.map((to) => ({ from: note.id, to, kind: 'link' })));
  const tags = [...new Set(notes.flatMap((note) => note.tags))];
  nodes.push(...tags.map((tag) => ({ id: `tag:${tag}`, kind: 'tag', title: tag })));
  for (const note of notes) {
    for (const tag of note.tags) links.push({ from: note.id, to: `tag:${tag}`, kind: 'tag' });
    for (const id of note.issue_ids) {
      const issue = issues.find((one) => one.id === id);
      if (!issue) continue;
      if (!nodes.some((node) => node.id === id)) {
        nodes.push({ id, kind: 'issue', title: issue.type.split('.').pop(), status: issue.status });
        const service = `service:${issue.origin_service}`;
        if (!nodes.some((node) => node.id === service))
          nodes.push({ id: service, kind: 'service', title: issue.origin_service });
        links.push({ from: id, to: service, kind: 'service' });
      }
      links.push({ from: note.id, to: id, kind: 'issue' });
    }
  }
  return { nodes, links };
}
