// Numbers that cannot be mixed up: won, and fractions that screens show as percent.

declare const unit: unique symbol

export type Krw = number & { readonly [unit]: 'krw' }
export type Ratio = number & { readonly [unit]: 'ratio' }

export function krw(amount: number): Krw
export function krw(amount: number | null | undefined): Krw | null
export function krw(amount: number | null | undefined): Krw | null {
  return (amount ?? null) as Krw | null
}

export function ratio(fraction: number): Ratio
export function ratio(fraction: number | null | undefined): Ratio | null
export function ratio(fraction: number | null | undefined): Ratio | null {
  return (fraction ?? null) as Ratio | null
}
