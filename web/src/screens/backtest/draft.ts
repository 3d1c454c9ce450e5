// What a person is about to run, as typed, and its way into the address and into a request. Only what differs from the defaults is kept.
import type { IntervalRow, StartRequest, StockMode, Strategy } from '../../api/answers'
import { typedAmount } from '../../format/format'
import type { Words } from '../../words/ko'
import { faultsOf, parametersOf, valueOf } from './parameters'

export const DEFAULTS = {
  strategy: '',
  start: '',
  end: '',
  interval: '',
  capital: '10,000,000',
  commission: '0.011',
  buyfee: 'true',
  tax: '',
  slippage: '0',
  wait: '10',
  unpriced: 'refuse',
  account: 'per_stock',
  reinvest: 'compound',
  riskfree: '0',
  adjust: 'stored',
}

export type DraftField = keyof typeof DEFAULTS
export type Draft = Record<DraftField, string> & { parameters: Record<string, string> }

const FIELDS = Object.keys(DEFAULTS) as DraftField[]
const PREFIX = 'p.'
const PPM_OF_PERCENT = 10_000
const MOST_CAPITAL = 1_000_000_000_000

/** Limits of what may be typed under Advanced, as the server has them. */
const LIMITS: Partial<Record<DraftField, readonly [low: number, high: number, isWhole: boolean]>> = {
  commission: [0, 5, false],
  tax: [0, 5, false],
  slippage: [0, 100, true],
  wait: [0, 390, true],
  riskfree: [-50, 100, false],
}

export function draftOf(query: URLSearchParams): Draft {
  const draft: Draft = { ...DEFAULTS, parameters: {} }
  for (const field of FIELDS) draft[field] = query.get(field) ?? DEFAULTS[field]
  for (const [name, value] of query) if (name.startsWith(PREFIX)) draft.parameters[name.slice(PREFIX.length)] = value
  return draft
}

/** The draft as a query; fields at their default are null: not in the address. */
export function queryOf(draft: Draft, strategy: Strategy | undefined): Record<string, string | null> {
  const query: Record<string, string | null> = {}
  for (const field of FIELDS) query[field] = draft[field] === DEFAULTS[field] ? null : draft[field]
  for (const parameter of strategy ? parametersOf(strategy) : []) {
    const typed = draft.parameters[parameter.name]
    query[PREFIX + parameter.name] = typed === undefined || typed === parameter.start ? null : typed
  }
  return query
}

/** What is wrong with a field of the form; null where nothing is. */
export function fieldFault(draft: Draft, field: DraftField, words: Words): string | null {
  const typed = draft[field].trim()
  if (field === 'capital') return isCapital(typed) ? null : words.backtest.blocked.capital
  if (field === 'start' || field === 'end') return null // by periodFault, which knows what data there are
  const limits = LIMITS[field]
  if (!limits || (field === 'tax' && typed === '')) return null
  const [low, high, isWhole] = limits
  const number = Number(typed)
  if (typed === '' || !Number.isFinite(number)) return words.backtest.invalid.number
  if (isWhole && !Number.isInteger(number)) return words.backtest.invalid.whole
  if (number < low) return words.backtest.invalid.low(String(low))
  return number > high ? words.backtest.invalid.high(String(high)) : null
}

type Period = Pick<Draft, 'start' | 'end' | 'interval'>

/** What is wrong with a day of the period: it lies outside of the data, or the days are the wrong way round. */
export function periodFault(draft: Period, field: 'start' | 'end', intervals: readonly IntervalRow[], words: Words): string | null {
  const reasons = words.backtest.blocked
  const rows = draft.interval === '' ? intervals : intervals.filter((row) => row.interval === draft.interval)
  const first = rows.map((row) => row.first).sort()[0]
  const last = rows.map((row) => row.last).sort().at(-1)
  if (field === 'start') return draft.start && last && draft.start > last ? reasons.afterData(last) : null
  if (draft.end && first && draft.end < first) return reasons.beforeData(first)
  return draft.start && draft.end && draft.start > draft.end ? reasons.period : null
}

export interface Situation {
  mode: StockMode
  stocks: number
  intervals: readonly IntervalRow[] | undefined
  strategy: Strategy | undefined
  /** Whether the service is still on its way: what is missing may come. */
  isPreparing?: boolean
}

/** Why a run cannot start now; null where it can. */
export function blockedBy(draft: Draft, now: Situation, words: Words): string | null {
  const reasons = words.backtest.blocked
  if (now.intervals?.length === 0) return now.isPreparing ? reasons.preparing : reasons.noData
  if (now.stocks === 0) return now.mode === 'specific' ? reasons.noStocks : reasons.noUniverse
  if (!now.strategy) return reasons.noStrategy
  if (Object.keys(faultsOf(now.strategy, draft.parameters, words)).length > 0) return reasons.parameters
  const intervals = now.intervals ?? []
  const fault =
    periodFault(draft, 'start', intervals, words) ?? periodFault(draft, 'end', intervals, words) ?? fieldFault(draft, 'capital', words)
  if (fault) return fault
  return FIELDS.some((field) => fieldFault(draft, field, words)) ? reasons.advanced : null
}

/** The request of a draft that nothing blocks. What is at its default is left to the server. */
export function requestOf(draft: Draft, strategy: Strategy, mode: StockMode, codes: readonly string[]): StartRequest {
  const request: StartRequest = {
    ...settingsOf(draft, strategy),
    stock_mode: mode,
    ...(mode === 'specific' ? { stock_codes: [...codes] } : {}),
    ...(draft.start ? { start_date: draft.start } : {}),
    ...(draft.end ? { end_date: draft.end } : {}),
  }
  return request
}

/** The part of a request that can be saved under a name. */
export function settingsOf(draft: Draft, strategy: Strategy) {
  const parameters = parametersOf(strategy).map((one) => [one.name, valueOf(one, draft.parameters[one.name] ?? one.start)] as const)
  return {
    strategy: strategy.name,
    strategy_params: Object.fromEntries(parameters),
    initial_capital: typedAmount(draft.capital),
    ...(draft.interval ? { interval: draft.interval } : {}),
    ...(draft.adjust === 'splits' ? { adjust: 'splits' as const } : {}),
    ...(draft.adjust === 'dividends' ? { adjust: 'dividends' as const } : {}),
    costs: {
      commission_ppm: Math.round(Number(draft.commission) * PPM_OF_PERCENT),
      commission_on_buy: draft.buyfee === 'true',
      fixed_tax_ppm: draft.tax.trim() === '' ? null : Math.round(Number(draft.tax) * PPM_OF_PERCENT),
    },
    fills: {
      max_wait_minutes: Number(draft.wait),
      slippage_ticks: Number(draft.slippage),
      unpriced: draft.unpriced === 'last_bar' ? ('last_bar' as const) : ('refuse' as const),
    },
    account: {
      mode: draft.account === 'shared' ? ('shared' as const) : ('per_stock' as const),
      reinvest: draft.reinvest === 'seed_capped' ? ('seed_capped' as const) : ('compound' as const),
    },
    risk_free_rate: Number(draft.riskfree) / 100,
  }
}

interface KeptRequest {
  strategy?: unknown
  strategy_params?: unknown
  start_date?: unknown
  end_date?: unknown
  interval?: unknown
  initial_capital?: unknown
  costs?: unknown
  fills?: unknown
  account?: unknown
  risk_free_rate?: unknown
  adjust?: unknown
}

/** A draft from what was run or saved before. */
export function draftOfRequest(kept: KeptRequest): Draft {
  const [costs, fills, account] = [record(kept.costs), record(kept.fills), record(kept.account)]
  const percent = (ppm: unknown, otherwise: string) => (typeof ppm === 'number' ? String(ppm / PPM_OF_PERCENT) : otherwise)
  const parameters = Object.entries(record(kept.strategy_params)).map(([name, value]) => [name, typed(value)] as const)
  return {
    strategy: typed(kept.strategy),
    start: typed(kept.start_date),
    end: typed(kept.end_date),
    interval: typed(kept.interval),
    capital: typeof kept.initial_capital === 'number' ? kept.initial_capital.toLocaleString('ko-KR') : DEFAULTS.capital,
    commission: percent(costs['commission_ppm'], DEFAULTS.commission),
    buyfee: costs['commission_on_buy'] === false ? 'false' : 'true',
    tax: percent(costs['fixed_tax_ppm'], ''),
    slippage: typed(fills['slippage_ticks']) || DEFAULTS.slippage,
    wait: typed(fills['max_wait_minutes']) || DEFAULTS.wait,
    unpriced: typed(fills['unpriced']) || DEFAULTS.unpriced,
    account: typed(account['mode']) || DEFAULTS.account,
    reinvest: typed(account['reinvest']) || DEFAULTS.reinvest,
    riskfree: typeof kept.risk_free_rate === 'number' ? String(Number((kept.risk_free_rate * 100).toFixed(6))) : DEFAULTS.riskfree,
    adjust: typed(kept.adjust) || DEFAULTS.adjust,
    parameters: Object.fromEntries(parameters),
  }
}

function isCapital(typedText: string): boolean {
  const amount = typedAmount(typedText)
  return amount >= 1 && amount <= MOST_CAPITAL
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function typed(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
