import { operationsMarkdown } from '../../../../services/contract/src/index.ts'
import { recipesMarkdown } from '../../../../services/ledger/src/index.ts'
import { asyncApiDocument } from './asyncapi.ts'
import { eventsCatalogue } from './events-catalogue.ts'
import { publicOpenApi } from './openapi.ts'
import { refusalsTable } from './refusals-table.ts'

/** Every generated document: its path from the root and its text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ['docs/generated/asyncapi.json', json(asyncApiDocument())],
    ['docs/generated/openapi.json', json(publicOpenApi())],
    ['docs/generated/events.md', eventsCatalogue()],
    ['docs/generated/operations.md', operationsMarkdown()],
    ['docs/generated/recipes.md', recipesMarkdown()],
    ['docs/generated/refusals.md', refusalsTable()],
  ])
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}
