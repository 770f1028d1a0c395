import { deviceRoutes } from './device/device.routes.ts'
import { heartbeatRoutes } from './heartbeat/heartbeat.routes.ts'

export const routes = [...deviceRoutes, ...heartbeatRoutes]
