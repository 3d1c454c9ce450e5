import { expect, test } from 'vitest'
import { krw, ratio } from '../src/format/brands'
import * as format from '../src/format/format'

test('won are whole and grouped, with the sign in front', () => {
  expect(format.won(krw(1234567), 'ko')).toBe('1,234,567원')
  expect(format.won(krw(-1234567.4), 'ko')).toBe('-1,234,567원')
  expect(format.won(krw(1234567), 'en')).toBe('₩1,234,567')
  expect(format.signedWon(krw(5000), 'ko')).toBe('+5,000원')
  expect(format.signedWon(krw(0), 'ko')).toBe('0원')
  expect(format.won(krw(-0.4), 'ko')).toBe('0원')
})

test('large sums are said in 만, 억 and 조', () => {
  expect(format.shortWon(krw(9_999), 'ko')).toBe('9,999원')
  expect(format.shortWon(krw(10_000_000), 'ko')).toBe('1,000만 원')
  expect(format.shortWon(krw(100_000_000), 'ko')).toBe('1억 원')
  expect(format.shortWon(krw(123_456_789), 'ko')).toBe('1억 2,346만 원')
  expect(format.shortWon(krw(99_999_999), 'ko')).toBe('1억 원')
  expect(format.shortWon(krw(-2_000_000_000), 'ko')).toBe('-20억 원')
  expect(format.shortWon(krw(1_234_500_000_000), 'ko')).toBe('1조 2,345억 원')
  expect(format.shortWon(krw(12_340_000), 'en')).toBe('₩12.34M')
})

test('ratios are shown as percent with a fixed number of decimals', () => {
  expect(format.percent(ratio(0.4532))).toBe('45.32%')
  expect(format.signedPercent(ratio(0.4532))).toBe('+45.32%')
  expect(format.signedPercent(ratio(-0.125))).toBe('-12.50%')
  expect(format.signedPercent(ratio(-0.000001))).toBe('0.00%')
  expect(format.signedPercent(ratio(0.000001))).toBe('0.00%')
  expect(format.percent(ratio(12.5), 1)).toBe('1,250.0%')
  expect(format.points(ratio(0.032), 'ko')).toBe('+3.20%p')
  expect(format.points(ratio(-0.032), 'en')).toBe('-3.20 pp')
})

test('what is undefined is a dash, never a zero', () => {
  expect(format.percent(null)).toBe(format.DASH)
  expect(format.won(null, 'ko')).toBe(format.DASH)
  expect(format.count(undefined)).toBe(format.DASH)
  expect(format.duration(null, 'ko')).toBe(format.DASH)
})

test('times are those of the exchange, wherever the reader is', () => {
  expect(format.moment('2026-02-08T14:35:22.453Z')).toBe('2026-02-08 23:35')
  expect(format.day('2026-02-08T15:00:00.000Z')).toBe('2026-02-09')
})

test('durations use the largest two units', () => {
  expect(format.duration(3.4, 'ko')).toBe('3초')
  expect(format.duration(125, 'ko')).toBe('2분 5초')
  expect(format.duration(3780, 'ko')).toBe('1시간 3분')
})

test('amounts may be typed as people write them', () => {
  expect(format.typedAmount('10,000,000')).toBe(10_000_000)
  expect(format.typedAmount('1,000만')).toBe(10_000_000)
  expect(format.typedAmount('1억 2,000만 원')).toBe(120_000_000)
  expect(format.typedAmount('1.5억')).toBe(150_000_000)
  expect(format.typedAmount('')).toBeNaN()
  expect(format.typedAmount('천만')).toBeNaN()
  expect(format.typedAmount('-5')).toBeNaN()
})

test('the colour of a number follows its sign', () => {
  expect([format.tone(3), format.tone(-3), format.tone(0), format.tone(null)]).toEqual(['up', 'down', '', ''])
})

test('intervals have names', () => {
  expect(format.intervalName('5m', 'ko')).toBe('5분봉')
  expect(format.intervalName('1d', 'ko')).toBe('일봉')
  expect(format.intervalName('2m', 'en')).toBe('2-minute bars')
  expect(format.intervalName('tick', 'ko')).toBe('tick')
})

test('axes of charts use one short unit', () => {
  expect(format.axisWon(krw(1_850_460_000), 'ko')).toBe('18.50억')
  expect(format.axisWon(krw(9_500_000), 'ko')).toBe('950만')
  expect(format.axisWon(krw(1_850_460_000), 'en')).toBe('₩1.85B')
  expect(format.axisWon(krw(0), 'ko')).toBe('0')
})
