// From a search to the backtest of one of its trials: the same stock, period, money and rules.
import type { StartRequest } from '../../api/answers'

/** What a search has and a backtest of one trial has not; whatever else it was asked belongs to both. */
const OWN = new Set(['method', 'space', 'trials', 'honesty', 'stock_codes', 'universe'])

/** The backtest of a trial; `request` is that of the search with every default written out. */
export function requestOfTrial(request: Record<string, unknown>, code: string, params: Record<string, unknown>): StartRequest {
  const kept = Object.fromEntries(Object.entries(request).filter(([name]) => !OWN.has(name)))
  const fixed = typeof request['strategy_params'] === 'object' ? request['strategy_params'] : {}
  return {
    ...kept,
    strategy: String(request['strategy']),
    strategy_params: { ...fixed, ...params },
    stock_codes: [code],
  } as StartRequest
}
