// The stocks that were chosen, as the server keeps them: every change is stored there and comes back as it is stored.
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

  async #change(change: () => Promise<unknown>): Promise<boolean> {
    this.isBusy = true
    try {
      await change()
      await this.#read()
      this.problem = undefined
      return true
    } catch (problem) {
      this.problem = problem
      return false
    } finally {
      this.isBusy = false
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
