// From a search to the backtest of one of its trials: the same stock, period, money and rules.
import type { StartRequest } from '../../api/answers'

const KEPT = ['start_date', 'end_date', 'interval', 'initial_capital', 'costs', 'fills', 'account'] as const

/** The backtest of a trial; `request` is that of the search with every default written out. */
export function requestOfTrial(request: Record<string, unknown>, code: string, params: Record<string, unknown>): StartRequest {
  const kept = Object.fromEntries(KEPT.map((name) => [name, request[name]]))
  const fixed = typeof request['strategy_params'] === 'object' ? request['strategy_params'] : {}
  return {
    ...kept,
    strategy: String(request['strategy']),
    strategy_params: { ...fixed, ...params },
    stock_codes: [code],
  } as StartRequest
}
