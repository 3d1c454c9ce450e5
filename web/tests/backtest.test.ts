import { expect, test } from 'vitest'
import type { Strategy } from '../src/api/answers'
import { codesIn } from '../src/screens/backtest/codes'
import { blockedBy, draftOf, draftOfRequest, fieldFault, queryOf, requestOf, type Situation } from '../src/screens/backtest/draft'
import { faultOf, faultsOf, parametersOf, tidyTime, valueOf } from '../src/screens/backtest/parameters'
import { ko } from '../src/words/ko'

const invalid = ko.backtest.invalid

/** A schema in the form that `GET /api/strategies` gives. */
const strategy: Strategy = {
  name: 'trailing_stop',
  words: { ko: '트레일링 스탑', en: 'Trailing stop' },
  help: { ko: '', en: '' },
  parameters: {
    properties: {
      buy_time: { type: 'string', default: '15:30', 'x-kind': 'time', 'x-low': '09:00', 'x-high': '15:30', 'x-allow-close': true },
      cutoff: { type: 'string', default: '14:00', 'x-kind': 'time', 'x-low': '09:00', 'x-high': '15:30', 'x-allow-close': false },
      min_profit_pct: { type: 'number', default: 1, 'x-kind': 'float', minimum: 0, maximum: 30, 'x-unit': '%', 'x-help': { ko: '수익률' } },
      bars: { type: 'integer', default: 20, 'x-kind': 'int', minimum: 1, maximum: 1000 },
      end_of_day: { type: 'string', default: 'sell', 'x-kind': 'choice', enum: ['sell', 'carry'] },
      carry: { type: 'boolean', default: false, 'x-kind': 'bool' },
    },
  },
}
const row = { series: 10, bars: 100, synthetic: false, sources: [], version: 1 }
const fiveMinutes = { ...row, interval: '5m', first: '2025-10-16', last: '2025-10-24' }
const daily = { ...row, interval: '1d', first: '2016-01-04', last: '2025-10-24' }
const [buyTime, cutoff, profit, bars, endOfDay, carry] = parametersOf(strategy)

function fault(parameter: typeof buyTime, typed: string): string | null {
  if (!parameter) throw new Error('The schema has fewer parameters.')
  return faultOf(parameter, typed, ko)
}

test('a form shows what the schema of the server says', () => {
  expect(parametersOf(strategy).map((one) => [one.name, one.kind, one.start])).toEqual([
    ['buy_time', 'time', '15:30'],
    ['cutoff', 'time', '14:00'],
    ['min_profit_pct', 'float', '1'],
    ['bars', 'int', '20'],
    ['end_of_day', 'choice', 'sell'],
    ['carry', 'bool', 'false'],
  ])
  expect(profit).toMatchObject({ low: '0', high: '30', unit: '%', label: { ko: '수익률' } })
})

test('a typed value is checked before it is sent', () => {
  expect(fault(profit, '0.5')).toBeNull()
  expect(fault(profit, '-1')).toBe(invalid.low('0'))
  expect(fault(profit, '31')).toBe(invalid.high('30'))
  expect(fault(profit, '')).toBe(invalid.number)
  expect(fault(profit, 'NaN')).toBe(invalid.number)
  expect(fault(bars, '20.5')).toBe(invalid.whole)
  expect(fault(buyTime, '08:59')).toBe(invalid.low('09:00'))
  expect(fault(buyTime, '9:30')).toBe(invalid.time)
  expect(fault(buyTime, 'close')).toBeNull()
  expect(fault(cutoff, 'close')).toBe(invalid.time)
  expect(fault(endOfDay, 'later')).toBe(invalid.choice)
  expect(fault(carry, 'true')).toBeNull()
})

test('values that are allowed each, but not together, are told before they are sent', () => {
  const daily: Strategy = {
    ...strategy,
    parameters: {
      properties: {
        buy_time: { default: '10:00', 'x-kind': 'time', 'x-low': '09:00', 'x-high': '15:30', 'x-help': { ko: '매수 시각' } },
        sell_time: { default: '15:00', 'x-kind': 'time', 'x-low': '09:00', 'x-high': '15:30', 'x-allow-close': true },
      },
      'x-order': [['buy_time', 'sell_time']],
    },
  }
  expect(faultsOf(daily, {}, ko)).toEqual({})
  expect(faultsOf(daily, { buy_time: '15:20' }, ko)).toEqual({ sell_time: '매수 시각보다 늦어야 합니다.' })
  expect(faultsOf(daily, { buy_time: '15:00' }, ko)).toEqual({ sell_time: '매수 시각보다 늦어야 합니다.' })
  expect(faultsOf(daily, { buy_time: '15:29', sell_time: 'close' }, ko)).toEqual({})
  expect(faultsOf(daily, { buy_time: '15:30', sell_time: 'close' }, ko)).toEqual({ sell_time: '매수 시각보다 늦어야 합니다.' })
  expect(faultsOf(daily, { buy_time: '25:00' }, ko)).toEqual({ buy_time: invalid.time })
  const averages: Strategy = {
    ...strategy,
    parameters: {
      properties: {
        fast: { default: 20, 'x-kind': 'int', minimum: 1, maximum: 1000, 'x-help': { ko: '단기' } },
        slow: { default: 50, 'x-kind': 'int', minimum: 2, maximum: 2000 },
      },
      'x-order': [['fast', 'slow']],
    },
  }
  expect(faultsOf(averages, { fast: '50' }, ko)).toEqual({ slow: '단기보다 커야 합니다.' })
  expect(faultsOf(averages, { fast: '49' }, ko)).toEqual({})
})

test('a value goes to the server with its own type', () => {
  const values = parametersOf(strategy).map((one) => valueOf(one, one.name === 'carry' ? 'true' : one.start))
  expect(values).toEqual(['15:30', '14:00', 1, 20, 'sell', true])
})

test('times may be typed without colon', () => {
  expect([tidyTime('930'), tidyTime('9:30'), tidyTime('1530'), tidyTime('half')]).toEqual(['09:30', '09:30', '15:30', 'half'])
})

test('only what differs from the defaults is kept in the address, and comes back from it', () => {
  const draft = draftOf(new URLSearchParams('strategy=trailing_stop&start=2025-10-16&p.bars=30&p.cutoff=14:00'))
  const query = Object.entries(queryOf(draft, strategy)).filter((entry): entry is [string, string] => entry[1] !== null)
  expect(Object.fromEntries(query)).toEqual({ strategy: 'trailing_stop', start: '2025-10-16', 'p.bars': '30' })
  expect(draftOf(new URLSearchParams(query)).parameters).toEqual({ bars: '30' })
})

test('a start says what is missing, one thing at a time', () => {
  const draft = draftOf(new URLSearchParams('strategy=trailing_stop'))
  const now: Situation = { mode: 'specific', stocks: 1, intervals: [fiveMinutes, daily], strategy }
  const reasons = ko.backtest.blocked
  expect(blockedBy(draft, now, ko)).toBeNull()
  expect(blockedBy(draft, { ...now, intervals: [] }, ko)).toBe(reasons.noData)
  expect(blockedBy(draft, { ...now, intervals: [], isPreparing: true }, ko)).toBe(reasons.preparing)
  expect(blockedBy(draft, { ...now, stocks: 0 }, ko)).toBe(reasons.noStocks)
  expect(blockedBy(draft, { ...now, stocks: 0, mode: 'all' }, ko)).toBe(reasons.noUniverse)
  expect(blockedBy(draft, { ...now, strategy: undefined }, ko)).toBe(reasons.noStrategy)
  expect(blockedBy({ ...draft, parameters: { bars: '0' } }, now, ko)).toBe(reasons.parameters)
  expect(blockedBy({ ...draft, start: '2025-10-24', end: '2025-10-16' }, now, ko)).toBe(reasons.period)
  expect(blockedBy({ ...draft, start: '2025-11-01' }, now, ko)).toBe(reasons.afterData('2025-10-24'))
  expect(blockedBy({ ...draft, end: '2015-01-01' }, now, ko)).toBe(reasons.beforeData('2016-01-04'))
  expect(blockedBy({ ...draft, interval: '5m', end: '2025-10-15' }, now, ko)).toBe(reasons.beforeData('2025-10-16'))
  expect(blockedBy({ ...draft, interval: '1d', end: '2025-10-15' }, now, ko)).toBeNull()
  expect(blockedBy({ ...draft, capital: '' }, now, ko)).toBe(reasons.capital)
  expect(blockedBy({ ...draft, wait: '391' }, now, ko)).toBe(reasons.advanced)
})

test('a request carries percent as parts per million and leaves the rest to the server', () => {
  const draft = draftOf(new URLSearchParams('strategy=trailing_stop&tax=0.2&capital=1억&end=2025-10-24&slippage=1&riskfree=2.5'))
  const request = requestOf(draft, strategy, 'specific', ['005930'])
  expect(request).toMatchObject({
    strategy: 'trailing_stop',
    strategy_params: { buy_time: '15:30', bars: 20 },
    stock_mode: 'specific',
    stock_codes: ['005930'],
    end_date: '2025-10-24',
    initial_capital: 100_000_000,
    costs: { commission_ppm: 110, fixed_tax_ppm: 2000, commission_on_buy: true },
    fills: { slippage_ticks: 1, max_wait_minutes: 10, unpriced: 'refuse' },
    risk_free_rate: 0.025,
  })
  expect(request).not.toHaveProperty('start_date')
  expect(requestOf(draft, strategy, 'all', ['005930'])).not.toHaveProperty('stock_codes')
})

test('a request that was run becomes the same draft again', () => {
  const query = 'strategy=trailing_stop&tax=0.2&capital=100,000,000&start=2025-10-16&slippage=2&riskfree=2.5&account=shared&p.bars=30'
  const draft = draftOf(new URLSearchParams(query))
  const again = draftOfRequest(requestOf(draft, strategy, 'all', []))
  expect(queryOf(again, strategy)).toEqual(queryOf(draft, strategy))
  expect(fieldFault(again, 'tax', ko)).toBeNull()
})

test('codes are found in what people paste', () => {
  const pasted = "005930, '000660'\n035420.KS A005380 0126z0;00104K ００３５５０ 005930 삼성 0059 00593A"
  expect(codesIn(pasted)).toEqual({
    codes: ['005930', '000660', '035420', '005380', '0126Z0', '00104K', '003550'],
    wrong: ['삼성', '0059', '00593A'],
  })
})
