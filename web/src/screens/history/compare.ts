// Several results side by side: curves that all start at 100, and the figures of each.
import type { Time } from 'lightweight-charts'
import type { Equity } from '../../api/answers'
import type { Curve } from '../../parts/LineChart.svelte'

export const MOST_COMPARED = 5
const TOKENS = ['--series-own', '--series-hold', '--good', '--red', '--series-other'] as const
const START = 100

export function comparedCurves(equities: readonly Equity[], nameOf: (id: string) => string): Curve[] {
  return equities.map((equity, index) => ({
    name: nameOf(equity.backtest_id),
    token: TOKENS[index % TOKENS.length] ?? TOKENS[0],
    isStrong: true,
    points: equity.session.map((session, place) => ({
      time: session as Time,
      value: ((equity.equity[place] ?? equity.initial_equity) / equity.initial_equity) * START,
    })),
  }))
}

/** The ids that an address names, each once, five at most. */
export function idsOf(text: string | null): string[] {
  return [...new Set((text ?? '').split(',').filter(Boolean))].slice(0, MOST_COMPARED)
}
