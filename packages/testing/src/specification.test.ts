import { refuse } from '@draupnir/errors'
import { describe, expect, it } from 'vitest'
import { expectRefusal, expectRejection, specify } from './index.ts'

type Fact = { readonly added: number }
const total = {
  initial: () => 0,
  evolve: (state: number, fact: Fact) => state + fact.added,
  decide: (state: number, add: number): Fact | null => {
    if (state + add > 10) refuse('request.conflict', { state })
    return add === 0 ? null : { added: add }
  },
}
const given = specify(total)

it('folds the past, decides, and compares what happens', () => {
  given({ added: 3 }).when(4).thenFacts({ added: 4 })
  given({ added: 3 }).when(0).thenNothing()
  given({ added: 8 }).when(4).thenRefuses('request.conflict', { state: 8 })
  given({ added: 3 })
    .when(4)
    .thenState((state) => expect(state).toBe(7))
})

describe('fails', () => {
  it.each([
    ['on other facts', () => given().when(4).thenFacts({ added: 5 })],
    ['on facts where none were expected', () => given().when(4).thenNothing()],
    ['when nothing is refused', () => given().when(4).thenRefuses('request.conflict')],
    ['on another refusal', () => given().when(11).thenRefuses('request.invalid')],
    ['on another context', () => given().when(11).thenRefuses('request.conflict', { state: 1 })],
    ['with the error itself, when it is no refusal', () => expectRefusal(() => JSON.parse('{'), 'request.invalid')],
  ])('%s', (_how, check) => {
    expect(check).toThrow()
  })

  it('when a promise is not refused', async () => {
    await expect(expectRejection(Promise.resolve(1), 'request.invalid')).rejects.toThrow('nothing was refused')
  })
})
