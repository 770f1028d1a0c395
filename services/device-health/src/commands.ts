/** Every verb of this service. */
export { followContract } from './assignment/follow-contract.ts'
export { markSilent } from './device/mark-silent.ts'
export { listDevices, readDevice } from './device/read-device.ts'
export { registerDevice } from './device/register-device.ts'
export { readAvailability } from './heartbeat/read-availability.ts'
export { recordHeartbeats } from './heartbeat/record-heartbeats.ts'
export { rememberSeller } from './seller/remember-seller.ts'
