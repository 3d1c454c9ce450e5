// From the records of a release to curves, states and marks. A mark is given only where evidence proves a pass.
import type { JudgedLimit, RecordLine } from '../../api/answers'
import { chartTime } from '../../parts/chart'
import type { Curve } from '../../parts/LineChart.svelte'

/** What is drawn, each a chart of its own. */
export const CHARTS = [
  { name: 'cpu_percent', unit: '%', factor: 1, decimals: 1 },
  { name: 'memory_percent', unit: '%', factor: 1, decimals: 1 },
  { name: 'disk_percent', unit: '%', factor: 1, decimals: 1 },
  { name: 'api_seconds', unit: 'ms', factor: 1000, decimals: 1 },
  { name: 'server_errors', unit: '', factor: 1, decimals: 0 },
] as const

/** The curve of a metric; of samples within one second the last counts, and what was not measured is no point. */
export function sampledCurve(samples: readonly RecordLine[], name: string, factor: number, label: string): Curve {
  const points = new Map<number, number>()
  for (const sample of samples) {
    const value = measured(sample, name)
    if (value !== null) points.set(Math.floor(chartTime(sample.at)), value * factor)
  }
  const sorted = [...points].sort(([earlier], [later]) => earlier - later)
  return { name: label, token: '--series-own', isOwn: true, points: sorted.map(([time, value]) => ({ time: time as Curve['points'][number]['time'] & number, value })) }
}

/** A sample's value; null where it was not measured. */
export function measured(sample: RecordLine, name: string): number | null {
  const values = sample.facts['values']
  if (typeof values !== 'object' || values === null) return null
  const value = (values as Record<string, unknown>)[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export type Mark = 'proved' | 'unproved' | 'warned' | 'open' | 'failed'

/** What may be said of a judged limit. */
export function markOf(limit: JudgedLimit): Mark {
  if (limit.state === 'FAIL') return 'failed'
  if (limit.state === 'WARN') return 'warned'
  if (limit.state === 'PASS') return limit.is_proved ? 'proved' : 'unproved'
  return 'open'
}

/** The few words of a record: its name, what happened, and how it ended. */
export function summaryOf(record: RecordLine): string {
  const told = ['name', 'reason', 'tag', 'slot', 'to_slot', 'to_tag', 'phase', 'state', 'person', 'text', 'source', 'day', 'where']
  return told
    .map((name) => record.facts[name])
    .filter((value): value is string | number => typeof value === 'string' || typeof value === 'number')
    .join(' · ')
}

/** `passed`, `failed`, `not_checked`, or nothing where a record has no outcome. */
export function outcomeOf(record: RecordLine): string | null {
  const outcome = record.facts['outcome']
  return typeof outcome === 'string' ? outcome : null
}

/** What is looked at by the calendar. */
export const SCHEDULED = ['daily', 'weekly', 'monthly', 'quarterly'] as const

/** The regular checks of a release, the newest first. */
export function scheduled(steps: readonly RecordLine[]): RecordLine[] {
  return steps.filter((step) => (SCHEDULED as readonly string[]).includes(step.kind)).reverse()
}

/** A figure of a month, or a part of a security check: whatever of it is no text or number is left out. */
export interface Row {
  readonly name: string
  readonly values: Readonly<Record<string, string | number>>
}

/** The rows of a list in a record. */
export function rowsOf(record: RecordLine, list: 'figures' | 'checks'): Row[] {
  const given = record.facts[list]
  if (!Array.isArray(given)) return []
  return given
    .filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null)
    .map((row) => ({ name: String(row['name']), values: plainValues(row) }))
}

function plainValues(row: Record<string, unknown>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(row).filter((entry): entry is [string, string | number] => ['string', 'number'].includes(typeof entry[1])))
}
