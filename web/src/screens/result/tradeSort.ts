// The orders of trades that the server knows; anything else in the address is the order of the trades themselves.
import type { InQuery, Operation } from '../../api/paths'

export type TradeSort = NonNullable<InQuery<Operation<'get', '/api/backtest/result/{id}/trades'>>['sort']>

const FIELDS = ['number', 'code', 'bought_at', 'sold_at', 'shares', 'commission', 'profit', 'return', 'reason'] as const

export function tradeSort(given: string | null): TradeSort {
  const field = FIELDS.find((known) => known === given?.replace(/^-/u, ''))
  if (!field) return 'number'
  return given?.startsWith('-') ? `-${field}` : field
}
