import { render } from 'svelte/server'
import { expect, test } from 'vitest'
import type { SearchResult } from '../src/api/answers'
import RankingPanel from '../src/screens/search/RankingPanel.svelte'

const FAULT = {
  kind: 'repaired_block',
  code: '005930',
  count: 5,
  first: '2026-01-05',
  last: '2026-01-09',
  example: '',
  severity: 'warning' as const,
  korean: '005930: 값을 고쳐 읽었습니다.',
  english: '005930: read repaired.',
}

function shown(faults: (typeof FAULT)[]): string {
  const data = { interval: '1d', start_date: null, end_date: null, synthetic: false, daily_version: 1, faults, adjustments: [] }
  const result = { search_id: 'se-2026-02-08-001', status: 'completed', stocks: [], data } as unknown as SearchResult
  return render(RankingPanel, { props: { result, code: null, onchoose: () => undefined } }).body
}

test('what is wrong with the data stands above the ranking', () => {
  const page = shown([FAULT])
  expect(page.indexOf(FAULT.korean)).toBeGreaterThan(0)
  expect(page.indexOf(FAULT.korean)).toBeLessThan(page.indexOf('<table'))
})

test('a ranking of data without faults says so', () => {
  expect(shown([])).toContain('알려진 문제가 없습니다.')
})
