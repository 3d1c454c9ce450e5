// A call to a path that the server does not have must not compile. The types are checked by svelte-check in every build: a line marked
// `@ts-expect-error` that does compile is an error there.
import { expect, test } from 'vitest'
import { get, post, remove } from '../src/api/client'
import { addressOf, filled } from '../src/api/paths'

/** Never called: it only has to compile, and to fail to compile, in the marked places. */
export function calls(): void {
  void get('/api/strategies')
  void get('/api/backtest/result/{id}', { path: { id: 'bt-2026-02-08-547' } })
  addressOf('/api/results/{id}.csv', { path: { id: 'bt-2026-02-08-547' } })

  // @ts-expect-error a download button once called an address that did not exist
  addressOf('/api/backtest/download/{id}', { path: { id: 'bt-2026-02-08-547' } })
  // @ts-expect-error there is no such path
  void get('/api/strategie')
  // @ts-expect-error the path is there, but not for this method
  void remove('/api/strategies')
  // @ts-expect-error the id is missing
  void get('/api/backtest/result/{id}')
  // @ts-expect-error the id has another name
  void get('/api/backtest/result/{id}', { path: { backtest_id: 'bt-2026-02-08-547' } })
  // @ts-expect-error nobody reads this query
  void get('/api/stocks/search', { query: { text: '삼성' } })
  // @ts-expect-error the body is missing
  void post('/api/stocks/mode')
  // @ts-expect-error the body has another form
  void post('/api/stocks/mode', { body: { mode: 'some' } })
  // @ts-expect-error an answer has no such field
  void get('/api/stocks/counts').then((counts) => counts.most)
}

test('ids and queries are written into the path, safely', () => {
  expect(filled('/api/results/{id}.csv', { path: { id: '../x y' } })).toBe('/api/results/..%2Fx%20y.csv')
  expect(filled('/api/stocks/search', { query: { q: '삼성 &', limit: 20, none: undefined, empty: '' } })).toBe(
    '/api/stocks/search?q=%EC%82%BC%EC%84%B1+%26&limit=20',
  )
  expect(addressOf('/api/strategies')).toBe('/api/strategies')
})
