import { Parser } from '@asyncapi/parser'
import { EVENTS } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { asyncApiDocument } from './asyncapi.ts'

it('is a valid AsyncAPI 3 document that names every event', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()))
  expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([])
  expect(document?.channels().length).toBe(EVENTS.length)
})
