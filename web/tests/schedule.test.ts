// What the operator's page shows of regular checks: the records of these kinds alone, and of their rows only what can be printed.
import { expect, test } from 'vitest'
import type { RecordLine } from '../src/api/answers'
import { rowsOf, scheduled } from '../src/screens/ops/samples'

function line(seq: number, kind: string, facts: Record<string, unknown> = {}): RecordLine {
  return { seq, kind, at: '2026-11-28T00:00:00.000Z', is_believed: true, facts }
}

test('regular checks are listed, the newest first', () => {
  const steps = [line(0, 'begun'), line(1, 'daily'), line(2, 'anchor'), line(3, 'monthly'), line(4, 'quarterly'), line(5, 'weekly')]
  expect(scheduled(steps).map((step) => step.seq)).toEqual([5, 4, 3, 1])
})

test('rows hold texts and numbers, and a list that is none has no rows', () => {
  const record = line(1, 'monthly', { figures: [{ name: 'cpu_percent', now: 12.5, before: null, standing: 'well', more: {} }, 'broken'] })
  expect(rowsOf(record, 'figures')).toEqual([{ name: 'cpu_percent', values: { name: 'cpu_percent', now: 12.5, standing: 'well' } }])
  expect(rowsOf(record, 'checks')).toEqual([])
})
