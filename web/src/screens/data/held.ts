// A held answer in short words.
import type { HeldExtent } from '../../api/answers'
import { count } from '../../format/format'

const DIGITS = 6

/** `1,234 (2024-01-02 ~ 2025-01-02, 71,000)`; a dash where there is nothing. */
export function extentText(extent: HeldExtent | null): string {
  return extent === null ? '-' : `${count(extent.bars)} (${extent.first} ~ ${extent.last}, ${priceText(extent.last_close)})`
}

export function priceText(price: number): string {
  return price.toLocaleString('ko-KR', { maximumFractionDigits: 4 })
}

export function factorText(factor: number): string {
  return String(Number(factor.toPrecision(DIGITS)))
}
