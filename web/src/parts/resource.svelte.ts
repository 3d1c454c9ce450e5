// Something that is loaded from the server: its value, or why it is not there. A lost connection is tried again by itself.
import { isOffline } from '../words/faults'

const RETRY_MILLISECONDS = 3000

export class Resource<T> {
  value: T | undefined = $state.raw(undefined)
  problem: unknown = $state.raw(undefined)
  isLoading = $state(false)
  #load: (signal: AbortSignal) => Promise<T>
  #abort: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load
  }

  /** Load anew; what was there stays until the new value comes. An older request is given up. */
  async reload(): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.isLoading = true
    try {
      const value = await this.#load(abort.signal)
      if (abort.signal.aborted) return
      this.value = value
      this.problem = undefined
    } catch (problem) {
      if (abort.signal.aborted) return
      this.problem = problem
      if (isOffline(problem)) this.#timer = setTimeout(() => void this.reload(), RETRY_MILLISECONDS)
    }
    this.isLoading = false
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }
}
