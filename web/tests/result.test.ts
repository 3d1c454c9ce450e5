import { expect, test } from 'vitest'
import type { Equity } from '../src/api/answers'
import { barCurves, sessionCurves } from '../src/screens/result/curves'
import { yearsOf } from '../src/screens/result/months'
import { type StockRow, stockRows, withMoves } from '../src/screens/result/stockRows'
import { tradeSort } from '../src/screens/result/tradeSort'

const month = (name: string, value: number | null) => ({ month: name, return: value, sessions: 20 })

test('months stand in their year, and a year is what its months came to one after the other', () => {
  const [first, second] = yearsOf([month('2024-11', 0.1), month('2024-12', -0.5), month('2025-01', null)])
  expect(first?.months[10]).toBe(0.1)
  expect(first?.months[0]).toBeNull()
  expect(first?.total).toBeCloseTo(-0.45, 12)
  expect(second?.total).toBeNull()
})

function stock(code: string, profit: number, rate: number | null): StockRow {
  const still = { overnight_return: null, intraday_return: null }
  const zero = { total_trades: 0, winning_trades: 0, losing_trades: 0, open_positions: 0, unrealised_profit: 0, total_cost: 0 }
  return { code, name: code, name_en: '', ...zero, total_profit: profit, return_rate: rate, win_rate: null, max_drawdown: null, exposure: null, ...still }
}

test('stocks are sorted by any column, and what is undefined comes last in either order', () => {
  const stocks = [stock('A', 1, 0.1), stock('B', -1, null), stock('C', 3, 0.3)]
  const codes = (isDescending: boolean) => stockRows(stocks, 'all', 'return_rate', isDescending).map((one) => one.code)
  expect(codes(true)).toEqual(['C', 'A', 'B'])
  expect(codes(false)).toEqual(['A', 'C', 'B'])
  expect(stockRows(stocks, 'winners', 'code', false).map((one) => one.code)).toEqual(['A', 'C'])
  expect(stockRows(stocks, 'losers', 'code', false).map((one) => one.code)).toEqual(['B'])
})

test('an order that the server does not know is the order of the trades', () => {
  expect([tradeSort('-profit'), tradeSort('code'), tradeSort('-secret'), tradeSort(null)]).toEqual(['-profit', 'code', 'number', 'number'])
})

const equity: Equity = {
  backtest_id: 'bt-2026-02-08-547',
  initial_equity: 100,
  session: ['2025-10-16', '2025-10-17'],
  equity: [110, 99],
  drawdown: [0, -0.1],
  benchmarks: [
    { name: 'buy_and_hold', korean: '단순 보유', english: 'Buy and hold', equity: [101, 102] },
    { name: 'cash', korean: '현금', english: 'Cash', equity: [100, 100] },
  ],
  bars: {
    at: ['2025-10-16T00:00:00.000Z', '2025-10-16T06:20:00.000Z', '2025-10-17T06:20:00.000Z'],
    equity: [105, 110, 99],
    drawdown: [0, 0, -0.1],
    all: 3,
  },
}
const names = { own: 'own', drawdown: 'drawdown', benchmark: (row: { korean: string }) => row.korean }

test('a flat benchmark gets no line, and a benchmark on bars stands at the end of its session', () => {
  expect(sessionCurves(equity, names).map((curve) => curve.name)).toEqual(['own', '단순 보유', 'drawdown'])
  const held = barCurves(equity, names)[1]
  const lastOfSession = Date.parse('2025-10-16T15:20:00Z') / 1000
  expect(held?.points[0]).toEqual({ time: lastOfSession, value: 101 })
  expect(held?.points.map((point) => point.value)).toEqual([101, 102])
})

test('a stock stands beside what it did overnight and by day; older results know neither', () => {
  const moves = [{ code: 'A', sessions: 60, overnight_return: 0.1, intraday_return: -0.2 }]
  const [known, unknown] = withMoves([stock('A', 1, 0.1), stock('B', 1, 0.1)], moves)
  expect([known?.overnight_return, known?.intraday_return]).toEqual([0.1, -0.2])
  expect(unknown?.overnight_return).toBeNull()
  expect(withMoves([stock('A', 1, 0.1)], undefined)[0]?.intraday_return).toBeNull()
})
