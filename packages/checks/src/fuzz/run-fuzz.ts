import { randomInt } from 'node:crypto'
import type { RunningSystem } from '@draupnir/stack/system'
import fc from 'fast-check'
import { platformOf } from '../journeys/api.ts'
import type { Print, Tally } from '../journeys/run-files.ts'
import { valid } from './arbitrary.ts'
import { badInput, type Case } from './bad-input.ts'
import { fetchDocument, type Operation, operationsOf } from './document.ts'
import { type Judge, judgeBy } from './judge.ts'
import { type Answer, type Shot, send, shot, textOf } from './request.ts'
import { isRecord, type Schema } from './schema.ts'
import { strayRequests } from './stray.ts'
import { createWorld, type World } from './world.ts'

const RANDOM_PER_OPERATION = 5
const AT_ONCE = 8
// No time at all, or one to which no clock can be moved while somebody waits.
const FAR = /0001-01-01|1969-12-31|9999-12-31/
// What would move the shared clock or break the sandboxes for everybody is not drawn at random.
const DISRUPTIVE = /^POST \/sandbox\//

/** Bad and random requests to every operation of the document, by a printed seed; one check an operation. */
export async function runFuzz(system: RunningSystem, print: Print, seed = randomInt(2 ** 31)): Promise<Tally> {
  const began = performance.now()
  const world = await createWorld(system)
  const document = await fetchDocument(world.base)
  const judge = judgeBy(document)
  let [passed, failed, requests] = [0, 0, 0]
  for (const operation of operationsOf(document)) {
    const cases = [...table(operation, world, seed), ...random(operation, world, seed)]
    const wrong = await fire(world, cases, judge)
    requests += cases.length
    if (wrong.length === 0) passed += 1
    else failed += 1
    for (const line of wrong) print(line)
  }
  await platformOf(system).removeFaults()
  const stray = await strayRequests(world)
  for (const line of stray) print(line)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const total = failed + (stray.length === 0 ? 0 : 1)
  print(`${total === 0 ? 'ok    ' : 'FAILED'} fuzz: ${requests} requests, seed ${seed} (${seconds} s)`)
  return { passed: passed + (stray.length === 0 ? 1 : 0), failed: total }
}

function table(operation: Operation, world: World, seed: number): Case[] {
  return badInput(operation, world, operation.body === null ? undefined : sample(operation.body, world, seed))
}

/** One body that fits, with all that is optional, so that every field is there to be spoiled. */
function sample(schema: Schema, world: World, seed: number): unknown {
  const drawn = fc.sample(valid(schema, world), { seed, numRuns: 60 })
  const near = drawn.filter((body) => !FAR.test(textOf(body)))
  return near.sort((a, b) => sizeOf(b) - sizeOf(a))[0]
}

function sizeOf(value: unknown): number {
  return isRecord(value) ? Object.keys(value).length : 0
}

function random(operation: Operation, world: World, seed: number): Case[] {
  if (DISRUPTIVE.test(operation.name)) return []
  const drawn = fc.record({
    params: fc.record(Object.fromEntries(operation.params.map(({ name, schema }) => [name, valid(schema, world)]))),
    query: fc.record(Object.fromEntries(operation.query.map(({ name, schema }) => [name, valid(schema, world)])), {
      requiredKeys: operation.query.flatMap(({ name, required }) => (required === true ? [name] : [])),
    }),
    body: operation.body === null ? fc.constant(undefined) : valid(operation.body, world),
  })
  return fc.sample(drawn, { seed, numRuns: RANDOM_PER_OPERATION }).map(({ params, query, body }) => ({
    ...shot(operation, world, 'at random', body),
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
    query: Object.entries(query).map(([name, value]) => [name, String(value)] as const),
    expected: null,
  }))
}

/** What is wrong with the answers; several requests are under way at once. */
async function fire(world: World, cases: readonly Case[], judge: Judge): Promise<string[]> {
  const waiting = [...cases]
  const wrong: string[] = []
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const answer = await send(world.base, next)
      const reason = answer.status === 0 ? 'no answer' : (unexpected(next, answer) ?? judge(next, answer))
      if (reason !== null) wrong.push(describe(next, answer, reason))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return wrong
}

function unexpected({ expected }: Case, { status, text }: Answer): string | null {
  if (expected === null) return null
  const code: unknown = status >= 400 && status < 500 ? JSON.parse(text).code : status
  return expected.some((each) => each === code) ? null : `${code} instead of ${expected.join(' or ')}`
}

function describe({ operation, title, params, query, body, raw }: Shot, answer: Answer, reason: string): string {
  const sent = raw === undefined ? textOf(body) : String(raw)
  return [
    `FAILED ${operation.name}, ${title}: ${reason}`,
    `       ${textOf(params)} ${textOf(query)} ${sent?.slice(0, 300) ?? ''}`,
    `       ${answer.status} ${answer.requestId} ${answer.text.slice(0, 300)}`,
  ].join('\n')
}
