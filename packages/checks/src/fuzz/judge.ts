import { REFUSALS } from '@draupnir/errors'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApi, Operation } from './document.ts'
import { type Answer, type Shot, textOf } from './request.ts'
import { isRecord, type Schema } from './schema.ts'

/** Tells what is wrong with an answer, by the document alone; null when nothing is. */
export type Judge = (shot: Shot, answer: Answer) => string | null

const ID = 'api'

/** A judge for the document of the running system. */
export function judgeBy(document: OpenApi): Judge {
  const ajv = new Ajv2020({ strict: false })
  const coercing = new Ajv2020({ strict: false, coerceTypes: true })
  for (const each of [ajv, coercing]) formats.default(each)
  ajv.addSchema(document, ID)
  const compiled = new Map<string, ValidateFunction>()
  const fits = (key: string, schema: object, value: unknown, by = ajv): boolean => {
    const validate = compiled.get(key) ?? by.compile(schema)
    compiled.set(key, validate)
    return validate(value)
  }
  const asDocumented = (shot: Shot): boolean => {
    const { operation } = shot
    return (
      (!operation.needsKey || (shot.idempotencyKey ?? '') !== '') &&
      shot.raw === undefined &&
      fits(`${operation.name} params`, strict(operation, 'params'), { ...shot.params }, coercing) &&
      new Set(shot.query.map(([name]) => name)).size === shot.query.length &&
      fits(`${operation.name} query`, strict(operation, 'query'), Object.fromEntries(shot.query), coercing) &&
      (operation.body === null || fits(`${operation.name} body`, operation.body, parsed(textOf(shot.body))))
    )
  }
  return (shot, answer) => {
    const { status } = answer
    if (status >= 400) return wrongProblem(answer)
    if (!asDocumented(shot)) return `${status} for a request that does not fit the document`
    const { responses } = rawOf(document, shot.operation)
    const response = responses[status]
    if (response === undefined) return `${status} is not in the document`
    if (response.content === undefined) return answer.text === '' ? null : `${status} with a body`
    const schema = `${ID}${shot.operation.pointer}/responses/${status}/content/application~1json/schema`
    const key = `${shot.operation.name} ${status}`
    if (fits(key, { $ref: schema }, parsed(answer.text))) return null
    return `the answer does not fit the document: ${ajv.errorsText(compiled.get(key)?.errors)}`
  }
}

function wrongProblem({ status, contentType, requestId, text }: Answer): string | null {
  if (status >= 500) return `${status}`
  if (!contentType.startsWith('application/problem+json')) return `${status} as ${contentType}`
  const problem = parsed(text)
  if (!isRecord(problem)) return `${status} without a problem`
  const code = String(problem.code)
  const rule = code in REFUSALS ? REFUSALS[code as keyof typeof REFUSALS] : undefined
  if (rule === undefined) return `${status} with the code ${code}, which is in no table`
  if (rule.status !== status) return `${status} with ${code}, whose status is ${rule.status}`
  if (!/^req_/.test(String(problem.request_id))) return `${code} without a request id`
  return problem.request_id === requestId ? null : `${code} with another request id than its header`
}

function strict({ params, query }: Operation, where: 'params' | 'query'): Schema & { additionalProperties: boolean } {
  const parameters = where === 'params' ? params : query
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.flatMap(({ name, required }) => (required === true ? [name] : [])),
    additionalProperties: false,
  }
}

function rawOf(document: OpenApi, { path, method }: Operation) {
  return document.paths[path]?.[method.toLowerCase()] as unknown as {
    responses: Readonly<Record<string, { readonly content?: unknown }>>
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
