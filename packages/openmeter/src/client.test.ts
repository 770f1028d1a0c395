import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Defect, Transient } from '@draupnir/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenMeter, openMeter, orMissing, reached, reasonOf, sent } from './client.ts'

let om: OpenMeter
let calls = 0
let answer = { status: 200, hangs: false }
const server = createServer((_request, response) => {
  calls += 1
  if (answer.hangs) return
  const type = answer.status < 300 ? 'application/json' : 'application/problem+json'
  response.writeHead(answer.status, { 'content-type': type })
  response.end(
    JSON.stringify({ type: 'about:blank', title: 'No', status: answer.status, detail: 'because', slug: 'x' }),
  )
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  om = openMeter({ url: `http://127.0.0.1:${port}`, apiKey: 'key', timeoutMs: 100 })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const get = () => reached('meters.get', () => om.meters.get('gpu_hours'))
const failing = (status: number, hangs = false) => {
  answer = { status, hangs }
  calls = 0
}

describe('reached', () => {
  it('gives the answer', async () => {
    failing(200)
    expect(await get()).toMatchObject({ detail: 'because' })
  })

  it.each([408, 429, 500, 503])('calls %i passing, and leaves trying again to others', async (status) => {
    failing(status)
    const error = await get().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Transient)
    expect(reasonOf(error)).toBe(`OpenMeter answered meters.get with ${status}`)
    expect(calls).toBe(1)
  })

  it('calls silence passing, after the time limit', async () => {
    failing(200, true)
    const error = await get().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Transient)
    expect(reasonOf(error)).toMatch(/did not answer meters.get/)
  })

  it.each([400, 403, 409])("passes %i on in OpenMeter's words", async (status) => {
    failing(status)
    await expect(get()).rejects.toMatchObject({
      name: 'HTTPError',
      status,
      message: expect.stringContaining('because'),
    })
  })

  it('takes nothing for a defect where something is owed, and not where it is not', async () => {
    await expect(reached('x', async () => undefined)).rejects.toThrow(Defect)
    expect(await sent('x', async () => undefined)).toBeUndefined()
  })
})

describe('orMissing', () => {
  const look = () => orMissing('meters.get', () => om.meters.get('gpu_hours'))
  it('is null for what is not there', async () => {
    failing(404)
    expect(await look()).toBeNull()
  })
  it('does not take a failure for an absence', async () => {
    failing(500)
    await expect(look()).rejects.toThrow(Transient)
    failing(409)
    await expect(look()).rejects.toMatchObject({ status: 409 })
  })
})
