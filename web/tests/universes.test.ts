import { describe, expect, it } from 'vitest'
import { firstLookedAt, todayInKorea } from '../src/screens/data/universes'

const row = (last: string | null) =>
  ({ name: 'MINE', kind: 'list', versions: 1, members: 1, first: null, last, source: null }) as const

describe('the day on which a universe is looked at first', () => {
  it('is that of its newest list', () => {
    expect(firstLookedAt(row('2025-06-13'), new Date('2026-01-01T00:00:00Z'))).toBe('2025-06-13')
  })

  it('is today in Korea where no list says from when it holds', () => {
    expect(firstLookedAt(row(null), new Date('2026-03-05T15:30:00Z'))).toBe('2026-03-06')
    expect(todayInKorea(new Date('2026-03-05T14:59:00Z'))).toBe('2026-03-05')
  })
})
