// A coverage calendar: sessions by month, each complete, partly there or missing, judged against the fullest usual session.
import type { Calendar } from '../../api/answers'

export type Fullness = 'full' | 'part' | 'none'

export interface CalendarDay {
  readonly day: string
  readonly bars: number
  readonly fullness: Fullness
}

export interface CalendarMonth {
  readonly month: string
  readonly days: readonly CalendarDay[]
}

/** A session with this share of the usual bars counts as complete: quiet stocks do not trade in every bar. */
const COMPLETE = 0.98

export function monthsOf(calendar: Calendar): CalendarMonth[] {
  const usual = usualBars(calendar.bars)
  const months = new Map<string, CalendarDay[]>()
  calendar.days.forEach((day, index) => {
    const bars = calendar.bars[index] ?? 0
    const month = day.slice(0, 7)
    const fullness: Fullness = bars === 0 ? 'none' : bars < usual * COMPLETE ? 'part' : 'full'
    months.set(month, [...(months.get(month) ?? []), { day, bars, fullness }])
  })
  return [...months].map(([month, days]) => ({ month, days }))
}

/** What most sessions with bars have; short sessions of the exchange are part of life, so the middle one decides. */
export function usualBars(bars: readonly number[]): number {
  const present = bars.filter((count) => count > 0).sort((left, right) => left - right)
  return present[Math.floor(present.length / 2)] ?? 0
}
