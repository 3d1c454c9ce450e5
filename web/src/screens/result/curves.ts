// The curves of a result: on sessions with all benchmarks, or on bars, where benchmarks stand at the last bar of their session.
import type { Time } from 'lightweight-charts'
import type { Equity } from '../../api/answers'
import { day } from '../../format/format'
import { chartTime } from '../../parts/chart'
import type { Curve } from '../../parts/LineChart.svelte'

export interface CurveNames {
  own: string
  drawdown: string
  benchmark: (names: { korean: string; english: string }) => string
}

const TOKENS: Record<string, string> = { buy_and_hold: '--series-hold' }
const OTHER = '--series-other'

/** Benchmarks that are not worth a line: cash is flat. */
const HIDDEN = ['cash']

export function sessionCurves(equity: Equity, names: CurveNames): Curve[] {
  const times: Time[] = equity.session
  return curves(equity, names, times, equity.equity, equity.drawdown, times)
}

export function barCurves(equity: Equity, names: CurveNames): Curve[] {
  const times = equity.bars.at.map((at): Time => chartTime(at))
  const last = new Map(equity.bars.at.map((at, index) => [day(at), times[index]]))
  const ends = equity.session.map((session) => last.get(session))
  return curves(equity, names, times, equity.bars.equity, equity.bars.drawdown, ends)
}

function curves(
  equity: Equity,
  names: CurveNames,
  times: readonly Time[],
  own: readonly number[],
  drawdown: readonly number[],
  ends: readonly (Time | undefined)[],
): Curve[] {
  const held = equity.benchmarks.filter((row) => !HIDDEN.includes(row.name))
  return [
    { name: names.own, token: '--series-own', isOwn: true, points: joined(times, own) },
    ...held.map((row) => ({ name: names.benchmark(row), token: TOKENS[row.name] ?? OTHER, points: joined(ends, row.equity) })),
    { name: names.drawdown, token: '--down', isBelow: true, points: joined(times, drawdown) },
  ]
}

/** Points in order of time; a time that is not there, or comes twice, gives no second point. */
function joined(times: readonly (Time | undefined)[], values: readonly number[]): { time: Time; value: number }[] {
  const points = new Map<Time, number>()
  times.forEach((time, index) => {
    const value = values[index]
    if (time !== undefined && value !== undefined) points.set(time, value)
  })
  return [...points].map(([time, value]) => ({ time, value }))
}
