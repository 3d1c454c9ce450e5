import { afterEach, expect, test, vi } from 'vitest'
import { Fault, get, OFFLINE, post } from '../src/api/client'
import { en } from '../src/words/en'
import { isOffline, sentenceOf } from '../src/words/faults'
import { ko } from '../src/words/ko'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Answers every request in the same way, and keeps what was sent. */
function server(status: number, body: string): { sent: [string, RequestInit][] } {
  const sent: [string, RequestInit][] = []
  vi.stubGlobal('fetch', (address: string, request: RequestInit) => {
    sent.push([address, request])
    return Promise.resolve(new Response(body, { status }))
  })
  return { sent }
}

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call
  } catch (problem) {
    if (problem instanceof Fault) return problem
    throw problem
  }
  throw new Error('The call did not fail.')
}

test('a call goes out as JSON, with the key that keeps it from running twice', async () => {
  const { sent } = server(200, '{"success":true}')
  await post('/api/backtest/start', { body: { strategy: 'daily_trading' }, idempotencyKey: 'k-1' })
  const [address, request] = sent[0] ?? ['', {}]
  expect([address, request.method, request.body]).toEqual(['/api/backtest/start', 'POST', '{"strategy":"daily_trading"}'])
  expect(new Headers(request.headers).get('Idempotency-Key')).toBe('k-1')
  expect(new Headers(request.headers).get('Content-Type')).toBe('application/json')
})

test('an error of the server is told in its own words, in the language of the reader', async () => {
  server(400, '{"success":false,"error":"Maximum 100 stocks allowed","error_ko":"최대 100종목","code":"too_many_stocks","field":"codes"}')
  const fault = await faultOf(post('/api/stocks/specific/add', { body: { codes: ['005930'] } }))
  expect([fault.status, fault.code, fault.field]).toEqual([400, 'too_many_stocks', 'codes'])
  expect(sentenceOf(fault, ko, 'ko')).toBe('최대 100종목')
  expect(sentenceOf(fault, en, 'en')).toBe('Maximum 100 stocks allowed')
})

test('a server that cannot be reached is called the network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  const fault = await faultOf(get('/api/strategies'))
  expect(fault.code).toBe(OFFLINE)
  expect(isOffline(fault)).toBe(true)
  expect(sentenceOf(fault, ko, 'ko')).toContain('네트워크 연결을 확인해주세요')
})

test('an answer that is no JSON never reaches a screen as data', async () => {
  server(200, '<html>')
  expect((await faultOf(get('/api/strategies'))).code).toBe('answer_unreadable')
  server(502, '<html>Bad gateway</html>')
  expect(sentenceOf(await faultOf(get('/api/strategies')), ko, 'ko')).toBe(ko.faults.unreadable)
})

test('what nobody foresaw gets a sentence with what to do', () => {
  expect(sentenceOf(new RangeError('x'), ko, 'ko')).toBe(ko.faults.server)
  expect(sentenceOf(new Fault('status_429', '', '', 429), en, 'en')).toBe(en.faults.busy)
})

test('a call that was given up is no fault of the network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('given up', 'AbortError')))
  await expect(get('/api/strategies')).rejects.toThrow('given up')
})
