// One run from its start to its end: started once however often the button is pressed, followed over broken lines and reloads.
import { tick } from 'svelte'
import type { Progress, StartRequest } from '../../api/answers'
import { Fault, get, OFFLINE, post } from '../../api/client'
import { follow } from '../../api/events'

export class Run {
  id: string | null = $state(null)
  progress: Progress | null = $state.raw(null)
  problem: unknown = $state.raw(undefined)
  error: { english: string; korean: string } | null = $state.raw(null)
  isConnected = $state(true)
  isStarting = $state(false)
  isCancelling = $state(false)
  #key: { request: string; key: string } | null = null
  #stop: (() => void) | null = null
  #ended: (progress: Progress) => void

  constructor(ended: (progress: Progress) => void) {
    this.#ended = ended
  }

  get isActive(): boolean {
    return this.id !== null && (this.progress === null || this.progress.status === 'queued' || this.progress.status === 'running')
  }

  /** Start a run. After a lost answer the same request goes out under the same key, so that it never runs twice. */
  async start(request: StartRequest): Promise<string | null> {
    if (this.isStarting) return null
    this.isStarting = true
    this.problem = undefined
    try {
      const started = await post('/api/backtest/start', { body: request, idempotencyKey: this.#keyOf(request) })
      this.#key = null
      this.follow(started.backtest_id)
      return started.backtest_id
    } catch (problem) {
      this.problem = problem
      if (!(problem instanceof Fault && problem.code === OFFLINE)) this.#key = null
      return null
    } finally {
      this.isStarting = false
    }
  }

  follow(id: string): void {
    this.leave()
    this.id = id
    void this.#look(id)
    this.#stop = follow(id, {
      onprogress: (progress) => this.#take(progress),
      onconnection: (isConnected) => (this.isConnected = isConnected),
    })
  }

  async cancel(): Promise<void> {
    if (!this.id) return
    this.isCancelling = true
    try {
      await post('/api/backtest/cancel/{id}', { path: { id: this.id } })
    } catch (problem) {
      this.problem = problem
      this.isCancelling = false
    }
  }

  /** Stop following; the run itself goes on. */
  leave(): void {
    this.#stop?.()
    this.#stop = null
    this.id = null
    this.progress = null
    this.error = null
    this.isConnected = true
    this.isCancelling = false
  }

  /** An id that nobody knows is told by the progress; the stream only breaks. */
  async #look(id: string): Promise<void> {
    try {
      await get('/api/backtest/progress', { query: { id } })
    } catch (problem) {
      if (!(problem instanceof Fault && problem.status === 404) || this.id !== id) return
      this.leave()
      this.problem = problem
    }
  }

  #take(progress: Progress): void {
    if (progress.backtest_id !== this.id) return
    this.progress = progress
    if (progress.status === 'failed') void this.#explain(progress.backtest_id)
    if (progress.status !== 'queued' && progress.status !== 'running') void this.#end(progress)
  }

  /** The last state is seen, 100 percent as well, before what follows takes its place. */
  async #end(progress: Progress): Promise<void> {
    await tick()
    if (progress.backtest_id === this.id) this.#ended(progress)
  }

  async #explain(id: string): Promise<void> {
    try {
      const body = await get('/api/backtest/result/{id}', { path: { id } })
      if ('error_ko' in body) this.error = { english: body.error, korean: body.error_ko }
    } catch (problem) {
      this.problem = problem
    }
  }

  #keyOf(request: StartRequest): string {
    const text = JSON.stringify(request)
    if (this.#key?.request !== text) this.#key = { request: text, key: newKey() }
    return this.#key.key
  }
}

/** Random, also where the page is not served from this machine and `randomUUID` is missing. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
}
