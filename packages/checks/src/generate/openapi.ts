import { type DocumentInfo, openApiDocument } from '@draupnir/http'
import type { Deps, ServiceDefinition } from '@draupnir/service'
import { billing } from '../../../../services/billing/src/service.ts'
import { contract } from '../../../../services/contract/src/service.ts'
import { deviceHealth } from '../../../../services/device-health/src/service.ts'
import { mergeDocuments, type OpenApiDocument } from '../../../../services/gateway/src/openapi/document.ts'
import { gateway } from '../../../../services/gateway/src/service.ts'
import { ledger } from '../../../../services/ledger/src/service.ts'
import { meteringSync } from '../../../../services/metering-sync/src/service.ts'
import { payout } from '../../../../services/payout/src/service.ts'

const SERVICES: readonly ServiceDefinition[] = [gateway, contract, meteringSync, billing, ledger, payout, deviceHealth]

// Routes are declared from settings; these open nothing.
const SETTINGS = {
  OPENMETER_URL: 'http://openmeter.invalid',
  OPENMETER_API_KEY: 'none',
  OPENMETER_WEBHOOK_SECRET: `whsec_${'0'.repeat(32)}`,
  MODERN_TREASURY_ORGANIZATION_ID: 'none',
  MODERN_TREASURY_API_KEY: 'none',
  MODERN_TREASURY_WEBHOOK_KEY: 'none',
  PUBLIC_URL: 'http://localhost',
  SERVICE_URLS: JSON.stringify(Object.fromEntries(SERVICES.map(({ name }) => [name, 'http://service.invalid']))),
}

/** The public API as production offers it: every service's routes, without the sandbox's. */
export function publicOpenApi() {
  return mergeDocuments(SERVICES.map(documentOf), SETTINGS.PUBLIC_URL)
}

function documentOf(service: ServiceDefinition): OpenApiDocument {
  const config: unknown = service.configSchema.parse(SETTINGS)
  const deps = { config, clock: { sandbox: null }, internalAuthSecret: 'none' } as unknown as Deps<unknown>
  const info: DocumentInfo = { title: service.name, version: '1' }
  return openApiDocument(service.build(deps).routes, info) as unknown as OpenApiDocument
}
