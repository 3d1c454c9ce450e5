import { expect, test } from 'vitest'
import document from '../openapi.json'
import { ko } from '../src/words/ko'

test('every reason of sale that the service gives has its word', () => {
  const reasons = document.components.schemas.Trade.properties.reason.enum
  expect(reasons.length).toBeGreaterThan(5)
  expect(reasons.filter((reason) => !(reason in ko.reasons))).toEqual([])
})

test('every event that the service counts has its word', () => {
  const said = document.components.schemas.Events.properties.counts.description
  const events = said.match(/[a-z]+(?:_[a-z]+)+/gu) ?? []
  expect(events.length).toBeGreaterThan(5)
  expect(events.filter((event) => !(event in ko.events))).toEqual([])
})
