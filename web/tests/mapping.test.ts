import { describe, expect, it } from 'vitest'
import { canBeNamed, missingFields, toldColumns, withChoice } from '../src/screens/data/mapping'

const columns = (...found: string[]) => found.map((column) => ({ title: column, column, samples: [] }))

describe('the columns of an own file', () => {
  it('says what a person chose as an upload takes it', () => {
    expect(toldColumns({ 체결값: 'close', 거래날: 'date' })).toBe('체결값=close,거래날=date')
    expect(toldColumns({})).toBe('')
  })

  it('gives a field to one column alone, and takes a choice back', () => {
    const first = withChoice({}, 'a', 'close')
    const second = withChoice(first, 'b', 'close')
    expect(second).toEqual({ b: 'close' })
    expect(withChoice(second, 'b', '')).toEqual({})
    expect(withChoice({ a: 'open', b: 'close' }, 'c', '')).toEqual({ a: 'open', b: 'close' })
  })

  it('says which fields are still missing', () => {
    expect(missingFields(columns('open'))).toEqual(['date', 'close'])
    expect(missingFields(columns('at', 'close'))).toEqual([])
  })

  it('knows titles that an upload cannot name', () => {
    expect([canBeNamed('종가'), canBeNamed(''), canBeNamed('a,b'), canBeNamed('a=b')]).toEqual([true, false, false, false])
  })
})
