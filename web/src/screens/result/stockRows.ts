// The table of stocks: sorted by any column, only winners, or only losers. What is undefined comes last in either order.
import type { StockResult } from '../../api/answers'

export type StockColumn = 'code' | 'total_profit' | 'return_rate' | 'total_trades' | 'win_rate' | 'max_drawdown' | 'total_cost'
export type StockFilter = 'all' | 'winners' | 'losers'

export function stockRows(stocks: readonly StockResult[], filter: StockFilter, column: StockColumn, isDescending: boolean): StockResult[] {
  const sign = isDescending ? -1 : 1
  return stocks
    .filter((stock) => isShown(stock, filter))
    .sort((left, right) => compared(left[column], right[column], sign) || left.code.localeCompare(right.code))
}

function isShown(stock: StockResult, filter: StockFilter): boolean {
  const change = stock.total_profit + stock.unrealised_profit
  if (filter === 'winners') return change > 0
  return filter === 'losers' ? change < 0 : true
}

function compared(left: string | number | null, right: string | number | null, sign: number): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  if (left === right) return 0
  return (left < right ? -1 : 1) * sign
}
