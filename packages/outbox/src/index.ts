export { type CrashPoint, crashPoint } from '@draupnir/db'
export type { Applier, Unit } from './consumer/apply.ts'
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer/consumer.ts'
export {
  type Busy,
  type Consumers,
  type ConsumersOptions,
  consumersBusy,
  startConsumers,
} from './consumer/consumers.ts'
export type { ParkCode } from './consumer/decode.ts'
export { indexHandlers } from './consumer/decode.ts'
export { causedBy, type Handler, handle, handleMany } from './consumer/handler.ts'
export {
  type Emission,
  emit,
  emitLater,
  emitMany,
  emitWritten,
  MAX_DATA_CHARACTERS,
  type WrittenEmission,
  writeData,
} from './emit.ts'
export { OUTBOX_MIGRATIONS } from './migrations.ts'
export type { Emitted } from './outbox.store.ts'
export type { Drained, Resolver } from './parked/drain.ts'
export { listParked, type ParkedQuery, replayParked, skipParked } from './parked/operate.ts'
export type { Parked } from './parked/parked.store.ts'
export { type Relay, type RelayOptions, startRelay } from './relay/relay.ts'
export { type ReplayRange, replayOutbox, unblockOutbox } from './replay.ts'
export { DEFAULT_RETENTION, type Retention, sweepOutbox } from './retention.ts'
export { type OutboxStatus, outboxStatus } from './status.ts'
export { type Consumed, type EventTrace, eventTrace, type Produced } from './trace.ts'
