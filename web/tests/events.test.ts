import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Progress } from '../src/api/answers'
import { follow } from '../src/api/events'

type Listener = (event: { type: string; data: string }) => void

/** The browser's stream of events, in the hands of the test. */
class Stream {
  static readonly CLOSED = 2
  static opened: Stream[] = []
  readyState = 1
  isClosed = false
  #listeners = new Map<string, Listener>()

  constructor(readonly address: string) {
    Stream.opened.push(this)
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener)
  }

  close(): void {
    this.isClosed = true
  }

  say(type: string, percent = 0): void {
    this.#listeners.get(type)?.({ type, data: JSON.stringify({ progress_percent: percent }) })
  }
}

beforeEach(() => {
  Stream.opened = []
  vi.stubGlobal('EventSource', Stream)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function followed(): { percents: number[]; lines: boolean[]; stop: () => void } {
  const [percents, lines]: [number[], boolean[]] = [[], []]
  const stop = follow('bt-2026-02-08-547', {
    onprogress: (progress: Progress) => percents.push(progress.progress_percent),
    onconnection: (isConnected) => lines.push(isConnected),
  })
  return { percents, lines, stop }
}

test('a run is followed until it ends, and then no longer', () => {
  const { percents } = followed()
  const [stream] = Stream.opened
  expect(stream?.address).toBe('/api/backtest/events/bt-2026-02-08-547')
  stream?.say('progress', 40)
  stream?.say('completed', 100)
  expect(percents).toEqual([40, 100])
  expect(stream?.isClosed).toBe(true)
})

test('a broken line is said, and left to the browser, which comes back by itself', () => {
  const { lines } = followed()
  const [stream] = Stream.opened
  stream?.say('error')
  vi.advanceTimersByTime(10_000)
  stream?.say('progress', 50)
  expect(lines).toEqual([false, true])
  expect(Stream.opened).toHaveLength(1)
})

test('where the browser gives up, the line is opened anew', () => {
  followed()
  const [stream] = Stream.opened
  if (stream) stream.readyState = Stream.CLOSED
  stream?.say('error')
  vi.advanceTimersByTime(10_000)
  expect(Stream.opened).toHaveLength(2)
})

test('who stops following hears nothing and opens nothing', () => {
  const { lines, stop } = followed()
  stop()
  Stream.opened[0]?.say('error')
  vi.advanceTimersByTime(10_000)
  expect([lines, Stream.opened.length]).toEqual([[], 1])
})
