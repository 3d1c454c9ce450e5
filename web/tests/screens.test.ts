import { expect, test } from 'vitest'
import { SCREENS, screenOf } from '../src/screens/catalog'

test('every page has its own address', () => {
  expect(new Set(SCREENS.map((screen) => screen.file)).size).toBe(SCREENS.length)
})

test('the address says which screen is shown', () => {
  expect(screenOf('/')).toBe('backtest')
  expect(screenOf('/pages/specific-stock-selection.html')).toBe('backtest')
  expect(screenOf('/pages/result.html')).toBe('result')
  expect(screenOf('/pages/unknown.html')).toBe('backtest')
})
