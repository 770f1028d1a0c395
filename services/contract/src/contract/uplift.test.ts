import { expect, it } from 'vitest'
import { flat, hourly, once } from './book.fixture.ts'
import { uplifted } from './uplift.ts'

it('raises what recurs, every tier of it, and nothing that is charged once', () => {
  expect(uplifted(flat('50000'), '0.03')).toEqual(flat('51500'))
  expect(uplifted(hourly('100', [['10', '200']]), '0.1')).toEqual(hourly('110', [['10', '220']]))
  expect(uplifted(once('50000'), '0.03')).toEqual(once('50000'))
})

it('keeps six decimals, half away from zero: 0.333333 x 1.5 = 0.4999995 -> 0.5', () => {
  expect(uplifted(flat('0.333333'), '0.5')).toEqual(flat('0.5'))
})
