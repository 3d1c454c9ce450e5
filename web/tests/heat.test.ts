import { expect, test } from 'vitest'
import type { Trials } from '../src/api/answers'
import { cellAt, clock, heatMapOf, moved, strength } from '../src/screens/search/heat'
import { requestOfTrial } from '../src/screens/search/request'
import { joined } from '../src/screens/search/trials'

const trials: Trials = {
  search_id: 'se-2026-02-08-001',
  code: '005930',
  total: 3,
  page: 1,
  page_size: 20_000,
  axes: {},
  initial_capital: 100,
  columns: {
    buy_time: [540, 540, 545],
    sell_time: [545, 550, 550],
    balance: [90, 120, 105],
    trades: [3, 3, 3],
    wins: [0, 3, 2],
    drawdown: [-0.1, 0, -0.01],
  },
}

test('pages of trials together have all columns in order', () => {
  const rest: Trials = { ...trials, page: 2, columns: { ...trials.columns, buy_time: [550], balance: [99] } }
  const all = joined([trials, rest])
  expect(all.columns['buy_time']).toEqual([540, 540, 545, 550])
  expect(all.columns['balance']).toEqual([90, 120, 105, 99])
  expect(all.total).toBe(3)
})

test('every pair has its cell, and the best is found', () => {
  const map = heatMapOf(trials)
  expect(map?.buys).toEqual([540, 545])
  expect(map?.sells).toEqual([545, 550])
  expect(map?.best?.trial).toBe(1)
  expect(map && cellAt(map, 1, 0)).toBeUndefined()
  expect(map && cellAt(map, 1, 1)?.total).toBeCloseTo(0.05)
  expect(map && cellAt(map, 2, 0)).toBeUndefined()
})

test('arrow keys go to the next pair and stay where there is none', () => {
  const map = heatMapOf(trials)
  if (!map) throw new Error('no map')
  expect(moved(map, [0, 1], [1, 0])).toEqual([1, 1])
  expect(moved(map, [1, 1], [0, -1])).toEqual([1, 1])
  expect(moved(map, [0, 0], [0, 1])).toEqual([0, 1])
})

test('grids without times have no map', () => {
  expect(heatMapOf({ ...trials, columns: { fast: [5], slow: [20], balance: [100] } })).toBeNull()
})

test('colours are full at their limit and minutes are times', () => {
  expect(strength(5, 0.1)).toBe(1)
  expect(strength(-0.05, 0.1)).toBe(-0.5)
  expect(clock(545)).toBe('09:05')
})

test('the backtest of a trial keeps what the search was asked', () => {
  const request = {
    strategy: 'daily_trading',
    strategy_params: { buy_time: '10:00', sell_time: '15:00' },
    start_date: '2025-10-16',
    initial_capital: 5_000_000,
    method: 'exhaustive',
  }
  const made = requestOfTrial(request, '005930', { buy_time: '09:10' })
  expect(made.strategy_params).toEqual({ buy_time: '09:10', sell_time: '15:00' })
  expect(made.stock_codes).toEqual(['005930'])
  expect(made.initial_capital).toBe(5_000_000)
  expect('method' in made).toBe(false)
})

test('the word close comes after every time, and is posted as it is', () => {
  const map = heatMapOf({ ...trials, columns: { ...trials.columns, buy_time: [540, 540, 540], sell_time: [-1, 545, 900] } })
  expect(map?.sells).toEqual([545, 900, -1])
  expect(map && cellAt(map, 0, 2)?.trial).toBe(0)
  expect([clock(-1), clock(0)]).toEqual(['close', '00:00'])
})

test('everything that decides the figures of a trial goes into its backtest, and nothing that is of the search alone', () => {
  const both = {
    strategy: 'daily_trading',
    start_date: '2025-10-16',
    end_date: '2025-10-24',
    interval: '5m',
    initial_capital: 5_000_000,
    costs: { commission_ppm: 0 },
    fills: { unpriced: 'last_bar' },
    account: { reinvest: 'seed_capped' },
    risk_free_rate: 0.03,
    seed: 7,
    raw_data: true,
  }
  const own = { strategy_params: {}, stock_codes: ['005930', '000660'], universe: { name: 'KRX' }, method: 'grid', space: {}, trials: 5, honesty: true }
  const made = requestOfTrial({ ...both, ...own }, '005930', { sell_time: 'close' })
  expect(made).toEqual({ ...both, strategy_params: { sell_time: 'close' }, stock_codes: ['005930'] })
})
