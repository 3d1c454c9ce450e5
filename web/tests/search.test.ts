import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Search } from '../src/screens/search/search.svelte'

const RUNNING = { search_id: 'se-1', status: 'running', progress_percent: 5 }

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers })
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test.each([429, 500, 502, 503])('a search is asked for again after the answer %i', async (status) => {
  const answers = [answer(status, { error: 'busy', code: 'busy' }), answer(200, RUNNING)]
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift() ?? answer(200, RUNNING)))
  const search = new Search(() => undefined)
  search.follow('se-1')
  await vi.advanceTimersByTimeAsync(10)
  expect([search.isConnected, search.isActive, search.problem]).toEqual([false, true, undefined])
  await vi.advanceTimersByTimeAsync(2000)
  expect([search.isConnected, search.progress?.status]).toEqual([true, 'running'])
  search.leave()
})

test('the server says how long to wait', async () => {
  let asked = 0
  vi.stubGlobal('fetch', () => {
    asked += 1
    return Promise.resolve(answer(429, { error: 'busy', code: 'too_many_requests' }, { 'Retry-After': '5' }))
  })
  const search = new Search(() => undefined)
  search.follow('se-1')
  await vi.advanceTimersByTimeAsync(4900)
  expect(asked).toBe(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(asked).toBe(2)
  search.leave()
})

test('a search that nobody knows is left, so that another can be started', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(answer(404, { error: 'unknown', code: 'search_unknown' })))
  const search = new Search(() => undefined)
  search.follow('se-1')
  await vi.advanceTimersByTimeAsync(10)
  expect([search.id, search.isActive]).toEqual([null, false])
  expect(search.problem).toBeDefined()
})
