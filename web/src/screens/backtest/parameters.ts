// Parameters of strategies as forms: read from the JSON schemas of `GET /api/strategies`, checked as the server checks them.
import type { Strategy } from '../../api/answers'
import type { Words } from '../../words/ko'
import { said } from '../../words/words'

export type ParameterKind = 'int' | 'float' | 'time' | 'bool' | 'choice'

export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
  readonly start: string
  readonly low: string | null
  readonly high: string | null
  readonly step: number | null
  readonly choices: readonly string[]
  readonly allowsClose: boolean
  readonly unit: string
  readonly label: { ko?: string; en?: string }
}

export const CLOSE = 'close'
const KINDS: readonly ParameterKind[] = ['int', 'float', 'time', 'bool', 'choice']
type Plain = Record<string, unknown>

/** The parameters of a strategy, in the order of their declaration. */
export function parametersOf(strategy: Strategy): Parameter[] {
  return Object.entries(plain(strategy.parameters['properties'])).map(([name, schema]) => parameterOf(name, plain(schema)))
}

function parameterOf(name: string, schema: Plain): Parameter {
  const kind = KINDS.find((known) => known === schema['x-kind']) ?? 'choice'
  const isTime = kind === 'time'
  return {
    name,
    kind,
    start: text(schema['default']),
    low: textOrNull(schema[isTime ? 'x-low' : 'minimum']),
    high: textOrNull(schema[isTime ? 'x-high' : 'maximum']),
    step: typeof schema['x-step'] === 'number' ? schema['x-step'] : null,
    choices: Array.isArray(schema['enum']) ? schema['enum'].map(text) : [],
    allowsClose: schema['x-allow-close'] === true,
    unit: text(schema['x-unit'] ?? ''),
    label: plain(schema['x-help']),
  }
}

/** What is wrong with the values of a strategy's form, by parameter: each by itself, and those that must be above another. */
export function faultsOf(strategy: Strategy, typed: Readonly<Record<string, string>>, words: Words): Record<string, string> {
  const parameters = parametersOf(strategy)
  const faults: Record<string, string> = {}
  for (const one of parameters) {
    const fault = faultOf(one, typed[one.name] ?? one.start, words)
    if (fault) faults[one.name] = fault
  }
  for (const [low, high] of ordered(strategy, parameters)) {
    if (low.name in faults || high.name in faults) continue
    if (placeOf(low, typed[low.name] ?? low.start) < placeOf(high, typed[high.name] ?? high.start)) continue
    const { later, above } = words.backtest.invalid
    faults[high.name] = (high.kind === 'time' ? later : above)(said(low.label) || low.name)
  }
  return faults
}

/** Pairs of which the first must lie below the second, as the server says. */
function ordered(strategy: Strategy, parameters: readonly Parameter[]): [Parameter, Parameter][] {
  const pairs: unknown = strategy.parameters['x-order']
  const named = (name: unknown) => parameters.find((one) => one.name === name)
  return (Array.isArray(pairs) ? pairs : []).flatMap((pair: unknown) => {
    const [low, high] = Array.isArray(pair) ? [named(pair[0]), named(pair[1])] : []
    return low && high ? [[low, high] as [Parameter, Parameter]] : []
  })
}

/** Where a value stands among others; the close is as late as the latest time. */
function placeOf(parameter: Parameter, typed: string): number {
  if (parameter.kind !== 'time') return Number(typed)
  return minuteOf(typed === CLOSE ? (parameter.high ?? '24:00') : typed)
}

/** What is wrong with a typed value; null where nothing is. */
export function faultOf(parameter: Parameter, typed: string, words: Words): string | null {
  const invalid = words.backtest.invalid
  if (parameter.kind === 'bool') return null
  if (parameter.kind === 'choice') return parameter.choices.includes(typed) ? null : invalid.choice
  if (parameter.kind === 'time') return timeFault(parameter, typed, words)
  const number = Number(typed)
  if (typed.trim() === '' || !Number.isFinite(number)) return invalid.number
  if (parameter.kind === 'int' && !Number.isInteger(number)) return invalid.whole
  return outside(number, parameter, Number, words)
}

/** The value as the server takes it. */
export function valueOf(parameter: Parameter, typed: string): string | number | boolean {
  if (parameter.kind === 'bool') return typed === 'true'
  return parameter.kind === 'int' || parameter.kind === 'float' ? Number(typed) : typed
}

/** `930` and `9:30` are what people type for `09:30`. */
export function tidyTime(typed: string): string {
  const found = /^(\d{1,2}):?(\d{2})$/u.exec(typed.trim())
  return found ? `${(found[1] ?? '').padStart(2, '0')}:${found[2] ?? ''}` : typed
}

function timeFault(parameter: Parameter, typed: string, words: Words): string | null {
  if (typed === CLOSE) return parameter.allowsClose ? null : words.backtest.invalid.time
  if (!/^([01]\d|2[0-3]):[0-5]\d$/u.test(typed)) return words.backtest.invalid.time
  return outside(minuteOf(typed), parameter, minuteOf, words)
}

function outside(value: number, parameter: Parameter, read: (text: string) => number, words: Words): string | null {
  if (parameter.low !== null && value < read(parameter.low)) return words.backtest.invalid.low(parameter.low)
  if (parameter.high !== null && value > read(parameter.high)) return words.backtest.invalid.high(parameter.high)
  return null
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

function plain(value: unknown): Plain {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : text(value)
}
