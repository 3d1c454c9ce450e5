import { describe, expect, it } from 'vitest'
import { canBeNamed, IGNORE, missingFields, toldColumns, withChoice } from '../src/screens/data/mapping'

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

  it('tells that a recognised column is not to be used, of as many as a person likes', () => {
    const chosen = withChoice(withChoice({ 값: 'close' }, '종가', IGNORE), '거래량', IGNORE)
    expect(toldColumns(chosen)).toBe('값=close,종가=ignore,거래량=ignore')
    expect(missingFields([{ title: '종가', column: IGNORE, samples: [] }])).toEqual(['date', 'close'])
    expect(withChoice(chosen, '종가', '')).toEqual({ 값: 'close', 거래량: IGNORE })
  })

  it('says which fields are still missing', () => {
    expect(missingFields(columns('open'))).toEqual(['date', 'close'])
    expect(missingFields(columns('at', 'close'))).toEqual([])
  })

  it('knows titles that an upload cannot name', () => {
    expect([canBeNamed('종가'), canBeNamed(''), canBeNamed('a,b'), canBeNamed('a=b')]).toEqual([true, false, false, false])
  })
})
