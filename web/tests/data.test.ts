import { expect, test } from 'vitest'
import { comparedCurves, idsOf } from '../src/screens/history/compare'
import { monthsOf, usualBars } from '../src/screens/data/months'

test('a session is complete, partly there or missing', () => {
  const calendar = {
    code: '005930',
    interval: '5m',
    days: ['2025-10-16', '2025-10-17', '2025-10-31', '2025-11-03'],
    bars: [77, 40, 0, 76],
    traded_bars: [77, 40, 0, 76],
  }
  const months = monthsOf(calendar).map((month) => [month.month, month.days.map((day) => day.fullness)])
  expect(months).toEqual([
    ['2025-10', ['full', 'part', 'none']],
    ['2025-11', ['full']],
  ])
})

test('usual is what the middle session with bars has', () => {
  expect(usualBars([0, 77, 77, 12])).toBe(77)
  expect(usualBars([0, 0])).toBe(0)
})

test('compared curves all start at 100 of their own equity', () => {
  const equity = { backtest_id: 'bt-2026-02-08-547', initial_equity: 200, session: ['2025-10-16', '2025-10-17'], equity: [210, 190], drawdown: [0, -0.095], benchmarks: [], bars: { at: [], equity: [], drawdown: [], all: 0 } }
  expect(comparedCurves([equity], (id) => id)[0]?.points.map((point) => point.value)).toEqual([105, 95])
})

test('an address names five results at most, each once', () => {
  expect(idsOf('a,b,a,,c,d,e,f')).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(idsOf(null)).toEqual([])
})
