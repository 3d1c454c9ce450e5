// Lists of members by date: on which day one is looked at first.
import type { UniverseRow } from '../../api/answers'

/** Today in Korea, `2025-06-13`. */
export function todayInKorea(now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' }).format(now)
}

/** The day from which the newest list holds, or of a market the last session; today where it is not known. */
export function firstLookedAt(row: UniverseRow, now: Date): string {
  return row.last ?? todayInKorea(now)
}
