// What the columns of an own file are: choices of a person over what was recognised, and their way into an upload.
import type { FileColumn } from '../../api/answers'

export const FIELDS = ['code', 'name', 'date', 'time', 'at', 'open', 'high', 'low', 'close', 'volume'] as const
export type Field = (typeof FIELDS)[number]

/** Said of a column that is recognised and is not to be used; nothing chosen leaves it to what is recognised. */
export const IGNORE = 'ignore'

/** A title with a comma or a sign of equality cannot be named in an upload. */
export const canBeNamed = (title: string) => title !== '' && !/[,=]/u.test(title)

/** What a person chose, as an upload says it: `Last=close,Day=date`. */
export function toldColumns(chosen: Readonly<Record<string, string>>): string {
  return Object.entries(chosen)
    .filter(([, column]) => column !== '')
    .map(([title, column]) => `${title}=${column}`)
    .join(',')
}

/** The choices after one more; a field belongs to one column, so another that was chosen for it gives it up. */
export function withChoice(chosen: Readonly<Record<string, string>>, title: string, column: string): Record<string, string> {
  const isShared = column === '' || column === IGNORE
  const others = Object.entries(chosen).filter(([other, held]) => other !== title && (isShared || held !== column))
  return Object.fromEntries(column === '' ? others : [...others, [title, column]])
}

/** Fields without which no bars can be read, and that no column gives. */
export function missingFields(columns: readonly FileColumn[]): Field[] {
  const found = new Set(columns.map((one) => one.column))
  const missing: Field[] = found.has('date') || found.has('at') ? [] : ['date']
  return found.has('close') ? missing : [...missing, 'close']
}
