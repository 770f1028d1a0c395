import { expect, it } from 'vitest'
import { BUYER } from '../recipe/golden.ts'
import { account, parseAccount } from './account.ts'

it('writes and reads a ref', () => {
  expect(account.available(BUYER, 'USD').ref).toBe(`${BUYER}:available:USD`)
  expect(parseAccount(`${BUYER}:available:USD`)).toEqual(account.available(BUYER, 'USD'))
  expect(parseAccount('platform:cash.ach:EUR')).toEqual(account.cash('ach', 'EUR'))
})

it.each([
  'platform:available:USD',
  `${BUYER}:cash.ach:USD`,
  `${BUYER}:savings:USD`,
  `${BUYER}:available:DEM`,
  'pty_x:available:USD',
  'platform:cash.ach:USD:more',
  'platform:constructor:USD',
  '',
])('does not read %s', (text) => {
  expect(parseAccount(text)).toBeNull()
})
