// Every number, time and amount as people read it. A dash stands for what is undefined; zero never has a sign.
import type { Language } from '../theme/preferences.svelte'
import type { Krw, Ratio } from './brands'

export const DASH = '–'
const MINUS = '-'
const MAN = 10_000
const EOK = 100_000_000
const JO = 1_000_000_000_000

const grouped = new Intl.NumberFormat('ko-KR')

/** `1,234`; with decimals `1,234.50`. */
export function count(value: number | null | undefined, decimals = 0): string {
  if (value === null || value === undefined) return DASH
  return new Intl.NumberFormat('ko-KR', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(positiveZero(value, decimals))
}

/** `1,234,567원`, `₩1,234,567`. */
export function won(value: Krw | null, language: Language): string {
  if (value === null) return DASH
  const text = grouped.format(Math.abs(Math.round(value)))
  const sign = Math.round(value) < 0 ? MINUS : ''
  return language === 'ko' ? `${sign}${text}원` : `${sign}₩${text}`
}

/** `+1,234,567원`. */
export function signedWon(value: Krw | null, language: Language): string {
  return withPlus(value, won(value, language))
}

/** `1,234만 원`, `1억 2,345만 원`, `₩12.3M`: where the exact sum would be noise. */
export function shortWon(value: Krw | null, language: Language): string {
  if (value === null) return DASH
  const sign = value < 0 ? MINUS : ''
  const amount = Math.abs(value)
  return language === 'ko' ? sign + koreanAmount(amount) : sign + westernAmount(amount)
}

/** `18.50억`, `950만`: for the axes of charts, where there is little room. */
export function axisWon(value: Krw, language: Language): string {
  const amount = Math.abs(value)
  if (language === 'en' || amount < MAN) return shortWon(value, language).replace(/ ?원$/u, '')
  const [unit, word] = amount >= JO ? [JO, '조'] : amount >= EOK ? [EOK, '억'] : [MAN, '만']
  return `${count(value / unit, unit === MAN ? 0 : 2)}${word}`
}

export function signedShortWon(value: Krw | null, language: Language): string {
  return withPlus(value, shortWon(value, language))
}

/** `45.32%` of 0.4532. */
export function percent(value: Ratio | null, decimals = 2): string {
  return value === null ? DASH : `${count(value * 100, decimals)}%`
}

/** `+45.32%`. */
export function signedPercent(value: Ratio | null, decimals = 2): string {
  return withPlus(value === null ? null : Number((value * 100).toFixed(decimals)), percent(value, decimals))
}

/** Difference of two ratios: `+3.20%p`. */
export function points(value: Ratio | null, language: Language): string {
  if (value === null) return DASH
  return signedPercent(value).replace('%', language === 'ko' ? '%p' : ' pp')
}

/** `3초`, `2분 5초`, `1시간 3분`. */
export function duration(seconds: number | null | undefined, language: Language): string {
  if (seconds === null || seconds === undefined) return DASH
  const [hour, minute, second] = language === 'ko' ? ['시간', '분', '초'] : ['h', 'min', 's']
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}${second}`
  if (whole < 3600) return `${Math.floor(whole / 60)}${minute} ${whole % 60}${second}`
  return `${Math.floor(whole / 3600)}${hour} ${Math.floor((whole % 3600) / 60)}${minute}`
}

/** Whole tenths of minutes that have passed, never rounded up: 28 minutes and 59 seconds are no 29. */
export function minutes(seconds: number): string {
  return count(Math.floor(seconds / 6) / 10, seconds % 60 ? 1 : 0)
}

const inSeoul = { timeZone: 'Asia/Seoul', hour12: false } as const
const dayParts = { ...inSeoul, year: 'numeric', month: '2-digit', day: '2-digit' } as const
const dayAndTime = new Intl.DateTimeFormat('sv-SE', { ...dayParts, hour: '2-digit', minute: '2-digit' })
const dayOnly = new Intl.DateTimeFormat('sv-SE', dayParts)

/** `2026-02-08 23:35`: an instant in exchange time. */
export function moment(instant: string | null | undefined): string {
  return instant ? dayAndTime.format(new Date(instant)) : DASH
}

/** The session day of an instant. */
export function day(instant: string | null | undefined): string {
  return instant ? dayOnly.format(new Date(instant)) : DASH
}

/** `5분봉`, `일봉`; what is unknown stays as it is. */
export function intervalName(interval: string, language: Language): string {
  const [, number = '', unit = ''] = /^(\d+)([a-z]+)$/u.exec(interval) ?? []
  const korean: Record<string, string> = { m: '분봉', h: '시간봉', d: '일봉' }
  const english: Record<string, string> = { m: '-minute bars', h: '-hour bars', d: 'Daily bars' }
  const word = (language === 'ko' ? korean : english)[unit]
  if (!word) return interval
  return unit === 'd' ? word : number + word
}

/** 1, -1 or 0, for the colour of a number. */
export function direction(value: number | null | undefined): 1 | -1 | 0 {
  if (!value) return 0
  return value > 0 ? 1 : -1
}

/** The class that gives a number its colour. */
export function tone(value: number | null | undefined): 'up' | 'down' | '' {
  const sign = direction(value)
  if (sign === 0) return ''
  return sign > 0 ? 'up' : 'down'
}

/** A number that a person typed, with commas, 만 and 억: `1억 2,000만` is 120,000,000. NaN where it is none. */
export function typedAmount(text: string): number {
  const plain = text.replaceAll(/[\s,원₩_]/gu, '')
  if (/^\d+(\.\d+)?$/u.test(plain)) return Number(plain)
  const parts = /^(?:(\d+(?:\.\d+)?)조)?(?:(\d+(?:\.\d+)?)억)?(?:(\d+(?:\.\d+)?)만)?(\d+)?$/u.exec(plain)
  if (!parts || plain === '') return Number.NaN
  const [, trillions, hundreds, tens, ones] = parts
  return Math.round(Number(trillions ?? 0) * JO + Number(hundreds ?? 0) * EOK + Number(tens ?? 0) * MAN + Number(ones ?? 0))
}

function koreanAmount(amount: number): string {
  const rounded = amount >= MAN ? Math.round(amount / MAN) * MAN : Math.round(amount)
  if (rounded < MAN) return `${grouped.format(rounded)}원`
  const trillions = Math.floor(rounded / JO)
  const hundreds = Math.floor((rounded % JO) / EOK)
  const tens = Math.floor((rounded % EOK) / MAN)
  const parts = [
    trillions ? `${grouped.format(trillions)}조` : '',
    hundreds ? `${grouped.format(hundreds)}억` : '',
    tens && !trillions ? `${grouped.format(tens)}만` : '',
  ]
  return `${parts.filter(Boolean).join(' ')} 원`
}

function westernAmount(amount: number): string {
  return `₩${new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 }).format(amount)}`
}

function withPlus(value: number | null, text: string): string {
  return value !== null && value > 0 ? `+${text}` : text
}

function positiveZero(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) === 0 ? 0 : value
}
