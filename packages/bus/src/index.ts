export type {
  Bus,
  BusOptions,
  BusStatus,
  ConsumerState,
  Consumption,
  ConsumptionOptions,
  ConsumptionStatus,
  Delivery,
  OutgoingMessage,
  PublishResult,
  StreamState,
  WindowOptions,
} from './bus.ts'
export { connectBus, inboxPrefix } from './connect.ts'
export { checkDrift, type Drift, type ProvisionReport, provision, type Topology } from './provision.ts'
export { type NatsLogin, type NatsUsersInput, natsUsers, servicePermissions } from './users.ts'
