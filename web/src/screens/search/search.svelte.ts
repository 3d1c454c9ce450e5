// One search from its start to its end, followed by asking: parts come in steps of a second or so, and a broken line is told.
import type { SearchProgress, StartSearchRequest } from '../../api/answers'
import { Fault, get, OFFLINE, post } from '../../api/client'

const POLL_MILLISECONDS = 300
const AGAIN_MILLISECONDS = 1500
const LONGEST_MILLISECONDS = 60_000

export class Search {
  id: string | null = $state(null)
  progress: SearchProgress | null = $state.raw(null)
  problem: unknown = $state.raw(undefined)
  isConnected = $state(true)
  isStarting = $state(false)
  isCancelling = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended: (id: string) => void

  constructor(ended: (id: string) => void) {
    this.#ended = ended
  }

  get isActive(): boolean {
    return this.id !== null && (this.progress === null || this.progress.status === 'queued' || this.progress.status === 'running')
  }

  async start(body: StartSearchRequest): Promise<string | null> {
    this.isStarting = true
    this.problem = undefined
    try {
      const { search_id } = await post('/api/search/start', { body })
      this.follow(search_id)
      return search_id
    } catch (problem) {
      this.problem = problem
      return null
    } finally {
      this.isStarting = false
    }
  }

  follow(id: string): void {
    this.leave()
    this.id = id
    void this.#ask(id)
  }

  async cancel(): Promise<void> {
    if (!this.id) return
    this.isCancelling = true
    try {
      await post('/api/search/cancel/{id}', { path: { id: this.id } })
    } catch (problem) {
      this.problem = problem
      this.isCancelling = false
    }
  }

  /** Stop following; the search itself goes on. */
  leave(): void {
    clearTimeout(this.#timer)
    this.id = null
    this.progress = null
    this.isConnected = true
    this.isCancelling = false
  }

  async #ask(id: string): Promise<void> {
    try {
      const progress = await get('/api/search/progress/{id}', { path: { id } })
      if (this.id !== id) return
      this.progress = progress
      this.isConnected = true
      if (this.isActive) this.#timer = setTimeout(() => void this.#ask(id), POLL_MILLISECONDS)
      else this.#ended(id)
    } catch (problem) {
      if (this.id !== id) return
      if (!passes(problem)) {
        this.leave()
        this.problem = problem
        return
      }
      this.isConnected = false
      this.#timer = setTimeout(() => void this.#ask(id), pauseOf(problem))
    }
  }
}

/** Whether asking again may help: the line is broken, too many ask at once, or the service is being restarted. */
function passes(problem: unknown): boolean {
  return problem instanceof Fault && (problem.code === OFFLINE || problem.status === 429 || problem.status >= 500)
}

function pauseOf(problem: unknown): number {
  const seconds = problem instanceof Fault ? (problem.retrySeconds ?? 0) : 0
  return Math.max(AGAIN_MILLISECONDS, Math.min(seconds * 1000, LONGEST_MILLISECONDS))
}
