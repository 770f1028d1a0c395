import { contractRoutes } from './contract/contract.routes.ts'

export const routes = [...contractRoutes]
