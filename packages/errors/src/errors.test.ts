import { expect, it } from 'vitest'
import { assert, Defect, REFUSALS, Refusal, refuse, required, Transient, unreachable } from './index.ts'

it('takes title, status and outcome of a refusal from the one table', () => {
  const refusal = new Refusal('request.invalid', { path: 'body.amount' })
  expect(refusal.message).toBe(REFUSALS['request.invalid'].title)
  expect(refusal.rule).toEqual(REFUSALS['request.invalid'])
  expect(refusal.context).toEqual({ path: 'body.amount' })
  expect(() => refuse('request.invalid', {}, 'amount is negative')).toThrow('amount is negative')
})

it('names every refusal <owner>.<what>, with a title of one sentence', () => {
  for (const [code, { title }] of Object.entries(REFUSALS)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(title).toMatch(/^[A-Z`].*[^.]$/)
  }
})

it('keeps the cause and the wait of what may pass', () => {
  const cause = new Error('ECONNRESET')
  const transient = new Transient('bank.down', 'the bank is down', { cause, retryAfterMs: 1_000 })
  expect(transient).toMatchObject({ code: 'bank.down', cause, retryAfterMs: 1_000, name: 'Transient' })
  expect(new Transient('bank.down', 'x').retryAfterMs).toBeNull()
})

it('is a defect when an assumption of ours breaks', () => {
  expect(() => assert(false, 'two')).toThrow(new Defect('two'))
  expect(() => required(undefined, 'row')).toThrow(Defect)
  expect(required(0, 'zero')).toBe(0)
  expect(required('', 'empty')).toBe('')
  expect(() => unreachable('x' as never)).toThrow('unreachable: "x"')
})

it('tells the three families apart', () => {
  const families = [new Refusal('request.invalid'), new Transient('x', 'x'), new Defect('x')]
  expect(families.map((error) => error.name)).toEqual(['Refusal', 'Transient', 'Defect'])
  for (const family of [Refusal, Transient, Defect])
    expect(families.filter((error) => error instanceof family)).toHaveLength(1)
})
