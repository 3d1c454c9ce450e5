// The stocks that were chosen, as the server keeps them: every change is stored there and comes back as it is stored. Changes are sent one
// after the other, in the order they were made: two at once could reach the server, or come back, the other way round.
import type { Stock, StockCounts, StockMode } from '../../api/answers'
import { get, post, remove } from '../../api/client'

export const MOST_STOCKS = 100

export class Selection {
  mode: StockMode = $state('all')
  stocks: Stock[] = $state.raw([])
  counts: StockCounts | null = $state.raw(null)
  problem: unknown = $state.raw(undefined)
  isLoaded = $state(false)
  isBusy = $state(false)
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  get size(): number {
    return this.mode === 'specific' ? this.stocks.length : (this.counts?.[this.mode] ?? 0)
  }

  has(code: string): boolean {
    return this.stocks.some((stock) => stock.code === code)
  }

  async load(): Promise<void> {
    await this.#change(async () => undefined)
  }

  async setMode(mode: StockMode): Promise<void> {
    await this.#change(() => post('/api/stocks/mode', { body: { mode } }))
  }

  /** Add codes; true where the server took them. */
  async add(codes: readonly string[]): Promise<boolean> {
    return this.#change(() => post('/api/stocks/specific/add', { body: { codes: [...codes] } }))
  }

  async remove(code: string): Promise<void> {
    await this.#change(() => remove('/api/stocks/specific/{code}', { path: { code } }))
  }

  async clear(): Promise<void> {
    await this.#change(() => remove('/api/stocks/specific'))
  }

  /** Choose exactly these stocks, or a whole market. */
  async replace(mode: StockMode, codes: readonly string[]): Promise<boolean> {
    return this.#change(async () => {
      if (mode === 'specific') await remove('/api/stocks/specific')
      await post('/api/stocks/mode', { body: { mode } })
      if (mode === 'specific' && codes.length > 0) await post('/api/stocks/specific/add', { body: { codes: [...codes] } })
    })
  }

  #change(change: () => Promise<unknown>): Promise<boolean> {
    this.#waiting += 1
    this.isBusy = true
    const turn = this.#last.then(() => this.#carryOut(change))
    this.#last = turn
    return turn
  }

  async #carryOut(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change()
      await this.#read()
      this.problem = undefined
      return true
    } catch (problem) {
      this.problem = problem
      return false
    } finally {
      this.#waiting -= 1
      this.isBusy = this.#waiting > 0
    }
  }

  async #read(): Promise<void> {
    const [chosen, counts] = await Promise.all([get('/api/stocks/specific'), get('/api/stocks/counts')])
    this.mode = chosen.current_mode
    this.stocks = chosen.stocks
    this.counts = counts
    this.isLoaded = true
  }
}
