// The screens, each with the page it is served as. The order is the order of the navigation.

export interface Screen {
  readonly name: ScreenName
  readonly file: string
  readonly korean: string
  readonly english: string
  /** For operators: not in the navigation of investors, but behind the line of status. */
  readonly isForOperators?: boolean
}

export type ScreenName = 'backtest' | 'search' | 'result' | 'history' | 'data' | 'ops'

export const SCREENS: readonly Screen[] = [
  { name: 'backtest', file: 'specific-stock-selection.html', korean: '백테스트', english: 'Backtest' },
  { name: 'search', file: 'search.html', korean: '최적 시간', english: 'Best times' },
  { name: 'result', file: 'result.html', korean: '결과', english: 'Result' },
  { name: 'history', file: 'history.html', korean: '기록', english: 'History' },
  { name: 'data', file: 'data.html', korean: '데이터', english: 'Data' },
  { name: 'ops', file: 'ops.html', korean: '운영', english: 'Operations', isForOperators: true },
]

/** The screen of an address; an unknown one is the first screen, as `/` is. */
export function screenOf(pathname: string): ScreenName {
  const file = pathname.slice(pathname.lastIndexOf('/') + 1)
  if (pathname === '/ops') return 'ops'
  return SCREENS.find((screen) => screen.file === file)?.name ?? 'backtest'
}
