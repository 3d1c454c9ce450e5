// The figures of a result in their fixed order, each with its words. Nothing is computed here but differences and counts.
import type { Metrics, ResultBody } from '../../api/answers'
import { krw, ratio } from '../../format/brands'
import { count, direction, percent, points, signedPercent, signedWon, won, DASH } from '../../format/format'
import type { Language } from '../../theme/preferences.svelte'
import type { Words } from '../../words/ko'
import { FIRST_FIGURES, type Metric, MORE_FIGURES } from '../../words/metrics'

export interface Figure {
  readonly name: Metric
  readonly label: string
  readonly meaning: string
  readonly text: string
  readonly sign: 1 | -1 | 0
}

type Show = (metrics: Metrics, language: Language, words: Words, body: ResultBody) => { text: string; sign?: number | null }

const YEAR_DAYS = 365
const coloured = (text: string, sign: number | null | undefined) => ({ text, sign: sign ?? 0 })

const SHOWN: Record<Metric, Show> = {
  total_profit: (m, l) => coloured(signedWon(krw(m.total_profit), l), m.total_profit),
  total_return: (m) => coloured(signedPercent(ratio(m.total_return)), m.total_return),
  against_holding: (_, l, __, body) => {
    const difference = againstHolding(body)
    return coloured(points(ratio(difference), l), difference)
  },
  max_drawdown: (m) => coloured(percent(ratio(m.max_drawdown)), m.max_drawdown),
  trades: (m) => ({ text: `${count(m.total_trades)} (${count(m.winning_trades)}/${count(m.losing_trades)})` }),
  win_rate: (m) => ({ text: percent(ratio(m.win_rate), 1) }),
  payoff_ratio: (m) => ({ text: count(m.payoff_ratio, 2) }),
  gross: (m, l) => ({ text: `${won(krw(m.gross_profit), l)} / ${won(krw(m.gross_loss), l)}` }),
  total_cost: (m, l) => ({ text: won(krw(m.total_cost), l) }),
  annual_return: (m, _, words) => {
    const note = m.annual_return !== null && (m.calendar_days ?? 0) < YEAR_DAYS ? ` ${words.result.underYear}` : ''
    return coloured(signedPercent(ratio(m.annual_return)) + note, m.annual_return)
  },
  sharpe_ratio: (m) => ({ text: count(m.sharpe_ratio, 2) }),
  sortino_ratio: (m) => ({ text: count(m.sortino_ratio, 2) }),
  calmar_ratio: (m) => ({ text: count(m.calmar_ratio, 2) }),
  volatility: (m) => ({ text: percent(ratio(m.volatility)) }),
  profit_factor: (m) => ({ text: count(m.profit_factor, 2) }),
  expectancy: (m, l) => coloured(signedWon(krw(m.expectancy), l), m.expectancy),
  exposure: (m) => ({ text: percent(ratio(m.exposure), 1) }),
  median_stock_return: (m) => coloured(signedPercent(ratio(m.median_stock_return)), m.median_stock_return),
  stocks_in_profit: (m) => ({ text: percent(ratio(m.stocks_in_profit), 1) }),
  unrealised_profit: (m, l) => coloured(signedWon(krw(m.unrealised_profit), l), m.unrealised_profit),
  open_positions: (m) => ({ text: count(m.open_positions) }),
  average_holding_sessions: (m) => ({ text: count(m.average_holding_sessions, 1) }),
  longest_losing_streak: (m) => ({ text: count(m.longest_losing_streak) }),
  best_trade: (m, l) => coloured(signedWon(krw(m.best_trade), l), m.best_trade),
  worst_trade: (m, l) => coloured(signedWon(krw(m.worst_trade), l), m.worst_trade),
}

export function firstFigures(body: ResultBody, language: Language, words: Words): Figure[] {
  return FIRST_FIGURES.map((name) => figure(name, body, language, words))
}

export function moreFigures(body: ResultBody, language: Language, words: Words): Figure[] {
  return MORE_FIGURES.map((name) => figure(name, body, language, words))
}

/** Total return less that of the same stocks held with costs; null where either is undefined. */
export function againstHolding(body: ResultBody): number | null {
  const held = body.benchmarks.find((row) => row.name === 'buy_and_hold')?.metrics['total_return'] ?? null
  const own = body.metrics.total_return
  return held === null || own === null ? null : own - held
}

/** `왕복 0.222% × 60회 = 원금의 12.50%`. */
export function costSentence(metrics: Metrics, words: Words): string {
  if (metrics.round_trip_cost === null || !metrics.stocks) return words.result.noCost
  const each = (metrics.total_trades ?? 0) / metrics.stocks
  const times = count(each, Number.isInteger(each) ? 0 : 1)
  const [trip, share] = [percent(ratio(metrics.round_trip_cost), 3), percent(ratio(metrics.cost_ratio))]
  return words.result.costLine(trip, times, share, metrics.stocks > 1)
}

function figure(name: Metric, body: ResultBody, language: Language, words: Words): Figure {
  const { text, sign } = SHOWN[name](body.metrics, language, words, body)
  const [label, meaning] = words.metrics[name]
  return { name, label, meaning, text: text || DASH, sign: direction(sign) }
}
