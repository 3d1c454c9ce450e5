// The table of stocks: sorted by any column, only winners, or only losers. What is undefined comes last in either order.
import type { SessionMoves, StockResult } from '../../api/answers'

export type StockRow = StockResult & Pick<SessionMoves, 'overnight_return' | 'intraday_return'>
export type StockColumn =
  | 'overnight_return'
  | 'intraday_return'
  | 'code'
  | 'total_profit'
  | 'return_rate'
  | 'total_trades'
  | 'win_rate'
  | 'max_drawdown'
  | 'total_cost'
export type StockFilter = 'all' | 'winners' | 'losers'

/** Stocks with what they did overnight and within sessions; results from before that was counted have no such moves. */
export function withMoves(stocks: readonly StockResult[], moves: readonly SessionMoves[] | undefined): StockRow[] {
  const byCode = new Map((moves ?? []).map((move) => [move.code, move]))
  return stocks.map((stock) => {
    const move = byCode.get(stock.code)
    return { ...stock, overnight_return: move?.overnight_return ?? null, intraday_return: move?.intraday_return ?? null }
  })
}

export function stockRows(stocks: readonly StockRow[], filter: StockFilter, column: StockColumn, isDescending: boolean): StockRow[] {
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
