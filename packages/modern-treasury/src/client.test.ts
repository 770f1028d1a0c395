import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transient } from '@draupnir/errors'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answered, asked, type ModernTreasury, modernTreasury } from './client.ts'
import { everyPage } from './pages.ts'

let mt: ModernTreasury
let paths: string[] = []
let costs: string[] = []
let answer = { status: 200, hangs: false, body: '{}', headers: {} as Record<string, string> }
const server = createServer((request, response) => {
  paths.push(`${request.method} ${request.url}`)
  if (answer.hangs) return
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
  response.end(answer.body)
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const pace = async (cost: string) => void costs.push(cost)
  mt = modernTreasury({
    baseUrl: `http://127.0.0.1:${port}`,
    organizationId: 'org',
    apiKey: 'key',
    timeoutMs: 200,
    pace,
  })
})
beforeEach(() => {
  paths = []
  costs = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const answering = (status: number, body: object | object[] = {}, headers = {}) => {
  answer = { status, hangs: false, body: JSON.stringify(body), headers }
}
const get = () => asked('ledgers.retrieve', () => mt.ledgers.retrieve('x'))
const failure = () => get().catch((error: unknown) => error)

describe('asked', () => {
  it('gives the answer', async () => {
    answering(200, { id: 'x' })
    expect(await get()).toMatchObject({ ok: true, value: { id: 'x' } })
  })

  it.each([401, 403, 408, 409, 429, 500, 503])(
    'calls %i passing, and leaves trying again to others',
    async (status) => {
      answering(status)
      expect(await failure()).toMatchObject({ code: 'modern-treasury.unavailable', retryAfterMs: null })
      expect(paths).toHaveLength(1)
    },
  )

  it('passes on how long to wait', async () => {
    answering(429, {}, { 'retry-after': '7' })
    expect(await failure()).toMatchObject({ retryAfterMs: 7_000 })
  })

  it('calls silence passing, after the time limit', async () => {
    answer = { ...answer, hangs: true }
    expect(await failure()).toBeInstanceOf(Transient)
  })

  it('answers a refusal in words, with the parameter it blames', async () => {
    answering(422, { errors: { code: 'parameter_invalid', message: 'taken', parameter: 'external_id' } })
    expect(await get()).toMatchObject({ ok: false, parameter: 'external_id', reason: expect.stringContaining('taken') })
    await expect(answered('x', () => mt.ledgers.retrieve('x'))).rejects.toThrow('taken')
    answering(404, {})
    expect(await get()).toMatchObject({ ok: false, parameter: null })
  })
})

it('asks for the pace of what is called', async () => {
  answering(200, [])
  await asked('list', () => mt.ledgerTransactions.list({ external_id: 'x' }))
  await asked('get', () => mt.ledgerTransactions.retrieve('x'))
  await asked('create', () => mt.ledgers.create({ name: 'x' }))
  await asked('bulk', () =>
    mt.bulkRequests.create({ action_type: 'create', resource_type: 'ledger_transaction', resources: [] }),
  )
  expect(costs).toEqual(['list', 'call', 'call', 'bulk'])
})

it('reads a list to its end, over a page that is empty', async () => {
  const pages = [
    { items: [1], hasNextPage: () => true },
    { items: [], hasNextPage: () => true },
    { items: [2], hasNextPage: () => false },
  ]
  const at = (index: number): { items: number[]; hasNextPage: () => boolean; getNextPage: () => Promise<never> } =>
    ({ ...pages[index], getNextPage: async () => at(index + 1) }) as never
  const seen: (readonly number[])[] = []
  for await (const items of everyPage('x', async () => at(0))) seen.push(items)
  expect(seen).toEqual([[1], [], [2]])
})
