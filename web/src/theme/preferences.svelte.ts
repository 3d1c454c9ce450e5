// What a person prefers on this device: theme and language. The only thing that is kept in the browser.

export type Theme = 'system' | 'light' | 'dark'
export type Language = 'ko' | 'en'

interface Preferences {
  theme: Theme
  language: Language
}

const PRINT_MILLISECONDS = 300
const KEY = 'bokgi.preferences'

export const preferences: Preferences = $state(read())

export function setTheme(theme: Theme): void {
  preferences.theme = theme
  apply()
}

export function setLanguage(language: Language): void {
  preferences.language = language
  apply()
}

/** Whether the page is dark now, by choice or by system. */
export function isDark(): boolean {
  if (preferences.theme !== 'system') return preferences.theme === 'dark'
  return matchMedia('(prefers-color-scheme: dark)').matches
}

/** Print on white: charts are drawn anew in light colours first, and as they were afterwards. */
export async function printLight(): Promise<void> {
  const before = preferences.theme
  setTheme('light')
  await new Promise((resolve) => setTimeout(resolve, PRINT_MILLISECONDS))
  print()
  setTheme(before)
}

export function apply(): void {
  const root = document.documentElement
  root.lang = preferences.language
  if (preferences.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = preferences.theme
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences))
  } catch {
    // Without storage the choice holds until the page is left.
  }
}

function read(): Preferences {
  const kept = stored()
  const theme = kept['theme'] === 'light' || kept['theme'] === 'dark' ? kept['theme'] : 'system'
  return { theme, language: kept['language'] === 'en' ? 'en' : 'ko' }
}

function stored(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
