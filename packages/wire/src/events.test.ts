import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { EVENTS, envelopeSchema, SERVICES, SUBSCRIPTIONS, subjectOf, versionOf } from './index.ts'

const source = fileURLToPath(new URL('.', import.meta.url))
const samples = fileURLToPath(new URL('../samples/', import.meta.url))
const recorded = readdirSync(samples).filter((file) => file.endsWith('.json'))
const nameOf = ({ type, version }: { type: string; version: number }) => `${type}.v${version}.json`

describe('every recorded message parses for ever', () => {
  it.each(recorded)('%s', (file) => {
    const envelope = envelopeSchema.parse(JSON.parse(readFileSync(samples + file, 'utf8')))
    const event = EVENTS.find(
      (candidate) => candidate.type === envelope.type && candidate.version === versionOf(envelope.dataschema),
    )
    expect(event, `${file} is of an event that is no longer declared`).toBeDefined()
    const data = event?.schema.parse(envelope.data)
    // Nothing that was said may be forgotten: a field dropped from a schema would vanish here. Fields added since have defaults.
    expect(data).toMatchObject(envelope.data as object)
    expect(envelope).toMatchObject({ aggregatetype: event?.aggregate, aggregateid: event?.aggregateId(data) })
    expect(envelope.subject).toBe(event && subjectOf(event, envelope.aggregateid))
  })
})

it('every event has a recorded message', () => {
  expect(recorded.sort()).toEqual(EVENTS.map(nameOf).sort())
})

it('every event file is in the list, once', () => {
  const files = SERVICES.flatMap((owner) => eventFilesOf(owner))
  expect(EVENTS.length).toBe(files.length)
  expect(new Set(EVENTS.map(nameOf)).size).toBe(EVENTS.length)
})

it('a service subscribes to declared events only, and not to its own', () => {
  for (const service of SERVICES) {
    for (const event of SUBSCRIPTIONS[service]) {
      expect(EVENTS).toContain(event)
      expect(event.service).not.toBe(service)
    }
  }
})

function eventFilesOf(owner: string): string[] {
  try {
    const files = readdirSync(`${source}${owner}`).filter((file) => file.endsWith('.ts'))
    return files.filter((file) => readFileSync(`${source}${owner}/${file}`, 'utf8').includes('defineEvent('))
  } catch {
    return []
  }
}
