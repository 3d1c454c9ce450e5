// The words of the language that was chosen. `words()` is read in templates, so that a change of language shows at once.
import { preferences } from '../theme/preferences.svelte'
import { en } from './en'
import { ko, type Words } from './ko'

const catalogs: Record<'ko' | 'en', Words> = { ko, en }

export function words(): Words {
  return catalogs[preferences.language]
}

/** A text that the server gives in both languages. */
export function said(texts: { ko?: string | undefined; en?: string | undefined } | null | undefined): string {
  return texts?.[preferences.language] ?? texts?.ko ?? texts?.en ?? ''
}

/** The name of a stock as the reader knows it. */
export function stockName(stock: { name: string; name_en?: string | null | undefined; code: string }): string {
  const name = preferences.language === 'en' ? stock.name_en || stock.name : stock.name
  return name || stock.code
}
