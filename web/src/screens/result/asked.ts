// What a result was asked for: the request as the manifest keeps it, with every default resolved.
import type { ResultBody, StockMode, Strategy } from '../../api/answers'

export interface AskedRequest {
  readonly strategy: string
  readonly stock_codes: readonly string[]
  readonly [field: string]: unknown
}

export interface Asked {
  readonly request: AskedRequest
  readonly strategy: Strategy | undefined
  readonly stockMode: StockMode | null
  readonly capital: number | null
  readonly isShared: boolean
}

export function askedOf(body: ResultBody, strategies: readonly Strategy[], stockMode: StockMode | null): Asked {
  const kept = body.manifest.parameters
  const strategy = typeof kept['strategy'] === 'string' ? kept['strategy'] : ''
  const codes = Array.isArray(kept['stock_codes']) ? kept['stock_codes'].filter((code) => typeof code === 'string') : []
  const account: unknown = kept['account']
  return {
    request: { ...kept, strategy, stock_codes: codes },
    strategy: strategies.find((one) => one.name === strategy),
    stockMode,
    capital: typeof kept['initial_capital'] === 'number' ? kept['initial_capital'] : null,
    isShared: typeof account === 'object' && account !== null && 'mode' in account && account.mode === 'shared',
  }
}

export function periodOf(asked: Asked): string {
  const [start, end] = [asked.request['start_date'], asked.request['end_date']]
  return `${typeof start === 'string' ? start : '…'} ~ ${typeof end === 'string' ? end : '…'}`
}
