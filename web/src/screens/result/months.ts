// Monthly returns as a table: a row a year, twelve months, and what the year came to.
import type { MonthlyReturn } from '../../api/answers'

export interface Year {
  readonly year: string
  readonly months: readonly (number | null)[]
  readonly total: number | null
}

export function yearsOf(rows: readonly MonthlyReturn[]): Year[] {
  const years = new Map<string, (number | null)[]>()
  for (const row of rows) {
    const [year = '', month = '1'] = row.month.split('-')
    const months = years.get(year) ?? Array<number | null>(12).fill(null)
    months[Number(month) - 1] = row.return
    years.set(year, months)
  }
  return [...years].map(([year, months]) => ({ year, months, total: compounded(months) }))
}

function compounded(months: readonly (number | null)[]): number | null {
  const known = months.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((product, value) => product * (1 + value), 1) - 1
}
