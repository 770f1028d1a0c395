import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

test('a call during a pass gets a pass of its own, shared by all who called meanwhile', async () => {
  const begun: (() => void)[] = []
  const passes = oneAtATime(() => new Promise((resolve) => begun.push(resolve)))
  const ended: string[] = []
  const note = (name: string) => () => void ended.push(name)
  const first = passes.run().then(note('first'))
  const second = passes.run().then(note('second'))
  const third = passes.run().then(note('third'))
  expect(begun).toHaveLength(1)
  begun[0]?.()
  await first
  await Promise.resolve()
  expect([begun.length, ended]).toEqual([2, ['first']])
  begun[1]?.()
  await Promise.all([second, third, passes.idle()])
  expect(begun).toHaveLength(2)
})

test('a pass that fails does not stop the next', async () => {
  let calls = 0
  const passes = oneAtATime(async () => {
    calls += 1
    if (calls === 1) throw new Error('first')
  })
  const [first, second] = await Promise.allSettled([passes.run(), passes.run()])
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
})
