// Following a run: server-sent events that reconnect by themselves, and say when the line is broken.
import type { Progress } from './answers'
import { addressOf } from './paths'

const ENDINGS = ['completed', 'failed', 'cancelled'] as const
const AGAIN_MILLISECONDS = 1500

export interface Follower {
  onprogress: (progress: Progress) => void
  onconnection: (isConnected: boolean) => void
}

/** Follow a run until it ends; the answer stops following. */
export function follow(id: string, { onprogress, onconnection }: Follower): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  function stop(): void {
    isStopped = true
    clearTimeout(timer)
    source.close()
  }

  function heard(event: MessageEvent<string>): void {
    onconnection(true)
    const progress = JSON.parse(event.data) as Progress
    if (ENDINGS.some((ending) => ending === event.type)) stop()
    onprogress(progress)
  }

  function broken(): void {
    if (isStopped) return
    onconnection(false)
    // The browser comes back by itself after a broken line; after an answer that is no stream it gives up, so we do it.
    if (source.readyState !== EventSource.CLOSED) return
    clearTimeout(timer)
    timer = setTimeout(connect, AGAIN_MILLISECONDS)
  }

  function connect(): void {
    source = new EventSource(addressOf('/api/backtest/events/{id}', { path: { id } }))
    source.addEventListener('open', () => onconnection(true))
    for (const name of ['progress', ...ENDINGS]) source.addEventListener(name, heard)
    source.addEventListener('error', broken)
  }

  connect()
  return stop
}
