import { expect, it } from 'vitest'
import { findOperation } from './route-table.ts'

const operation = (method: string, path: string) => ({ service: 's', method, path, scope: 'x' })
const summary = operation('GET', '/v1/x/summary')
const byId = operation('GET', '/v1/x/{id}')
const lines = operation('POST', '/v1/x/{id}/lines')
const table = [byId, summary, lines]

it.each([
  ['GET', '/v1/x/1', byId],
  ['GET', '/v1/x/summary', summary],
  ['POST', '/v1/x/1/lines', lines],
  ['POST', '/v1/x/1', 'other-method'],
  ['GET', '/v1/x/1/lines', 'other-method'],
  ['GET', '/v1/x', null],
  ['GET', '/v1/x/', null],
  ['GET', '/v1/x//lines', null],
  ['GET', '/v1/x/1/', null],
  ['GET', '/v1/X/1', null],
] as const)('%s %s', (method, path, expected) => expect(findOperation(table, method, path)).toEqual(expected))
