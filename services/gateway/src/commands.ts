/** Every verb of the gateway. */

export { createApiKey } from './api-key/create-api-key.ts'
export { listApiKeys } from './api-key/list-api-keys.ts'
export { revokeApiKey } from './api-key/revoke-api-key.ts'
export { createTenant } from './tenant/create-tenant.ts'
