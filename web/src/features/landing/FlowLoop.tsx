/** Twelve seconds of what Omegi does: a node turns red, its callers amber, a note appears, all is blue again. */
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import styles from './landing.module.css';

const NODES = [
  { name: 'gateway', x: 20, y: 90, look: 'victim' },
  { name: 'checkout', x: 190, y: 90, look: 'victim' },
  { name: 'payment', x: 370, y: 30, look: 'origin' },
  { name: 'inventory', x: 370, y: 150, look: '' },
] as const;

export function FlowLoop() {
  const t = useT();
  const [paused, setPaused] = useState(false);
  return (
    <figure className={`${styles.stage} ${paused ? styles.paused : ''}`}>
      <svg viewBox="0 0 680 220" role="img" aria-label={t.landing.demoFlow}>
        <path className={styles.edge} d="M140 110H190" />
        <path className={`${styles.edge} ${styles.failing}`} d="M310 104C340 96 340 58 370 52" />
        <path className={styles.edge} d="M310 118C340 128 340 164 370 170" />
        {NODES.map((node) => (
          <g key={node.name} className={`${styles.node} ${node.look ? styles[node.look] : ''}`}>
            <rect x={node.x} y={node.y} width="120" height="40" rx="10" />
            <text x={node.x + 60} y={node.y + 25}>
              {node.name}
            </text>
          </g>
        ))}
        <g className={styles.marker}>
          <circle cx="490" cy="30" r="11" fill="#ff5050" />
          <text x="490" y="34.5" textAnchor="middle" className={styles.markText}>
            ✕
          </text>
        </g>
        <g className={styles.noteCard}>
          <path className={styles.edge} d="M490 50H530" strokeDasharray="3 4" />
          <rect x="530" y="22" width="130" height="84" rx="10" fill="#1b1e29" stroke="#ffb27a" />
          <rect x="544" y="38" width="72" height="7" rx="3" fill="#ffcaa2" />
          <rect x="544" y="56" width="102" height="5" rx="2" fill="#4a5066" />
          <rect x="544" y="68" width="92" height="5" rx="2" fill="#4a5066" />
          <rect x="544" y="80" width="58" height="5" rx="2" fill="#4a5066" />
        </g>
      </svg>
      <figcaption className={styles.stageFoot}>
        {t.landing.demoFlow}
        <button
          type="button"
          aria-label={paused ? t.landing.play : t.landing.pause}
          onClick={() => setPaused(!paused)}
        >
          {paused ? <Play size={16} /> : <Pause size={16} />}
        </button>
      </figcaption>
    </figure>
  );
}
