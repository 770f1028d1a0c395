/** Every service that owns events, and the name of its stream. */
export const SERVICES = [
  'gateway',
  'contract',
  'metering-sync',
  'billing',
  'ledger',
  'payout',
  'device-health',
] as const

export type ServiceName = (typeof SERVICES)[number]

/** `EVT_METERING_SYNC` for `metering-sync`. */
export function streamName(service: ServiceName): string {
  return `EVT_${service.replaceAll('-', '_').toUpperCase()}`
}

/** `billing--EVT_LEDGER`: the durable by which billing reads ledger's events. */
export function durableName(consumer: ServiceName, producer: ServiceName): string {
  return `${consumer}--${streamName(producer)}`
}
