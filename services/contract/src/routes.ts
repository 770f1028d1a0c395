import { contractRoutes } from './contract/contract.routes.ts'
import { operationRoutes } from './contract/operations.ts'

export const routes = [...Object.values(operationRoutes), ...contractRoutes]
