import { mirrorRoutes } from './mirror/mirror.routes.ts'

export const routes = [...mirrorRoutes]
