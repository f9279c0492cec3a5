/** What the cells of several kinds' tables are made of. */
import type { PodTemplateSpec } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';

export type Column = NonNullable<Kind['table']>['columns'][number];

/** A column of text; those with `wide` show with `-o wide` only. */
export function column(name: string, wide?: 'wide'): Column {
  return { name, type: 'string', priority: wide === undefined ? 0 : 1 };
}

export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', priority: 0 };

/** Text, or `<none>`. */
export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text;
}

/** How long ago something was, in the coarse form of `kubectl`: `45s`, `3m20s`, `5h12m`, `2d`. */
export function age(timestamp: string | null | undefined, nowMs: number): string {
  if (timestamp === undefined || timestamp === null) return '<unknown>';
  return humanDuration((nowMs - Date.parse(timestamp)) / 1000);
}

/** The names and images of a template's containers. */
export function containersOf(template: PodTemplateSpec | undefined): [names: string, images: string] {
  const containers = template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}

/** The first `max` of a list, and how many more there are. */
export function listWithMore(items: readonly string[], max: number): string {
  const shown = items.slice(0, max).join(',');
  if (items.length > max) return `${shown} + ${items.length - max} more...`;
  return shown === '' ? '<unset>' : shown;
}

/** Two units while the smaller one matters, then one. */
function humanDuration(exactSeconds: number): string {
  const seconds = Math.trunc(exactSeconds);
  // Clocks may disagree by a second.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return years < 8 ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
