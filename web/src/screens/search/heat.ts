// Calculation of the heat map: where a cell lies, what it holds, and how strong its colour is.
import type { Trials } from '../../api/answers'

export interface Cell {
  readonly trial: number
  readonly buy: number
  readonly sell: number
  readonly total: number
  readonly trades: number
  readonly wins: number
  readonly drawdown: number | null
}

export interface HeatMap {
  /** Minutes of the day, rising; `CLOSE` last. */
  readonly buys: readonly number[]
  readonly sells: readonly number[]
  /** Cells by `place`; a place without a trial is undefined. */
  readonly cells: readonly (Cell | undefined)[]
  readonly best: Cell | undefined
  /** The total at which a colour is full. */
  readonly full: number
}

const FULL_QUANTILE = 0.98
const LEAST_FULL = 0.001

/** How a column holds the word `close`: it comes after every time. */
export const CLOSE = -1

/** `09:05` of a minute of the day, as a request takes it. */
export function clock(minute: number): string {
  if (minute === CLOSE) return 'close'
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** The map of all trials of a stock; null where its parameters are no pair of times. */
export function heatMapOf(trials: Trials): HeatMap | null {
  const bought = numbers(trials.columns['buy_time'])
  const sold = numbers(trials.columns['sell_time'])
  if (bought.length === 0 || sold.length !== bought.length) return null
  const [balance, trades, wins, fall] = ['balance', 'trades', 'wins', 'drawdown'].map((name) => numbers(trials.columns[name]))
  const buys = rising(bought)
  const sells = rising(sold)
  const [columnOf, rowOf] = [placesOf(buys), placesOf(sells)]
  const cells: (Cell | undefined)[] = Array.from({ length: buys.length * sells.length })
  let best: Cell | undefined
  bought.forEach((buy, trial) => {
    const sell = sold[trial] ?? 0
    const total = (balance?.[trial] ?? 0) / trials.initial_capital - 1
    const cell: Cell = { trial, buy, sell, total, trades: trades?.[trial] ?? 0, wins: wins?.[trial] ?? 0, drawdown: fall?.[trial] ?? null }
    cells[(rowOf.get(sell) ?? 0) * buys.length + (columnOf.get(buy) ?? 0)] = cell
    if (best === undefined || total > best.total) best = cell
  })
  return { buys, sells, cells, best, full: fullOf(cells) }
}

/** The cell at a column (bought) and a row (sold). */
export function cellAt(map: HeatMap, column: number, row: number): Cell | undefined {
  if (column < 0 || row < 0 || column >= map.buys.length || row >= map.sells.length) return undefined
  return map.cells[row * map.buys.length + column]
}

/** The next place that has a trial, going by these steps; the place itself where there is none. */
export function moved(map: HeatMap, place: readonly [number, number], step: readonly [number, number]): [number, number] {
  let [column, row] = [place[0] + step[0], place[1] + step[1]]
  while (column >= 0 && row >= 0 && column < map.buys.length && row < map.sells.length) {
    if (cellAt(map, column, row)) return [column, row]
    column += step[0]
    row += step[1]
  }
  return [place[0], place[1]]
}

/** From -1 (a full loss) to 1 (a full gain). */
export function strength(total: number, full: number): number {
  return Math.max(-1, Math.min(1, total / full))
}

function fullOf(cells: readonly (Cell | undefined)[]): number {
  const sizes = cells.flatMap((cell) => (cell ? [Math.abs(cell.total)] : [])).sort((one, other) => one - other)
  return Math.max(sizes[Math.floor((sizes.length - 1) * FULL_QUANTILE)] ?? 0, LEAST_FULL)
}

function numbers(column: readonly unknown[] | undefined): number[] {
  return (column ?? []).map(Number)
}

function rising(values: readonly number[]): number[] {
  return [...new Set(values)].sort((one, other) => order(one) - order(other))
}

function order(minute: number): number {
  return minute === CLOSE ? Number.MAX_SAFE_INTEGER : minute
}

function placesOf(values: readonly number[]): Map<number, number> {
  return new Map(values.map((value, place) => [value, place]))
}
