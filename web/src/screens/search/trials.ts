// All trials of a stock, put together from the pages in which the server gives them.
import type { Trials } from '../../api/answers'
import { get } from '../../api/client'

const PAGE_SIZE = 20_000

/** The first page with the columns of all pages. */
export async function everyTrial(id: string, code: string, signal: AbortSignal): Promise<Trials> {
  const page = (number: number) =>
    get('/api/search/result/{id}/stocks/{code}/trials', { path: { id, code }, query: { page: number, page_size: PAGE_SIZE }, signal })
  const first = await page(1)
  const parts = [first]
  while (parts.length * PAGE_SIZE < first.total) parts.push(await page(parts.length + 1))
  return joined(parts)
}

/** Columns one after the other; the rest is that of the first page. */
export function joined(parts: readonly [Trials, ...Trials[]] | readonly Trials[]): Trials {
  const first = parts[0]
  if (first === undefined) throw new Error('there is no page')
  const names = Object.keys(first.columns)
  const columns = Object.fromEntries(names.map((name) => [name, parts.flatMap((part) => part.columns[name] ?? [])]))
  return { ...first, columns }
}
