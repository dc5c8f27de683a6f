/** The time range of the page, kept in the address. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Check, Clock, X } from 'lucide-react';
import { useI18n } from '../i18n/i18n';
import { DEFAULT_RANGE, isRangeName, RANGES, type RangeSearch } from '../lib/range';
import { absolute } from '../lib/time';
import { Button } from '../ui/Button';
import { Menu, MenuItem } from '../ui/Menu';

export function RangePicker() {
  const { t, language } = useI18n();
  const search = useSearch({ strict: false }) as RangeSearch;
  const navigate = useNavigate();
  const custom = Boolean(search.from && search.to);
  const name = isRangeName(search.range) ? search.range : DEFAULT_RANGE;
  const choose = (range: string) =>
    void navigate({
      to: '.',
      search: (old: object) => ({
        ...old,
        range: range === DEFAULT_RANGE ? undefined : range,
        from: undefined,
        to: undefined,
      }),
    } as never);
  const label = custom
    ? `${absolute(Date.parse(search.from ?? ''), language)} – ${absolute(Date.parse(search.to ?? ''), language)}`
    : t.time.last(t.time.ranges[name]);
  return (
    <>
      <Menu
        trigger={
          <Button look="ghost" small aria-label={`${t.time.range}: ${label}`} title={label}>
            <Clock size={14} aria-hidden="true" />
            <span data-wide>{custom ? t.time.custom : label}</span>
          </Button>
        }
      >
        {RANGES.map((range) => (
          <MenuItem
            key={range}
            onSelect={() => choose(range)}
            icon={!custom && range === name ? <Check size={14} /> : <span className="vh" />}
          >
            {t.time.last(t.time.ranges[range])}
          </MenuItem>
        ))}
      </Menu>
      {custom ? (
        <Button
          look="ghost"
          small
          onClick={() => choose(DEFAULT_RANGE)}
          title={t.time.reset}
          aria-label={t.time.reset}
        >
          <X size={14} aria-hidden="true" />
        </Button>
      ) : null}
    </>
  );
}
