import type { Log } from '@draupnir/db'
import { type DestinationStream, destination, type LevelWithSilent, pino, stdSerializers } from 'pino'

const SECRET_FIELDS = [
  'authorization',
  'account_number',
  'accountNumber',
  'routing_number',
  'api_key',
  'apiKey',
  'password',
  'secret',
  'idempotency_key',
]

export interface ServiceLog extends Log {
  readonly fatal: (fields: object, message: string) => void
  readonly flush: () => void
}

/** JSON lines on standard output; what must not be read there is replaced, two levels deep. */
export function createLog(service: string, level: LevelWithSilent, stream?: DestinationStream): ServiceLog {
  const out = stream ?? destination({ fd: 1, sync: true })
  const logger = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    out,
  )
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    fatal: (fields, message) => logger.fatal(fields, message),
    flush: () => logger.flush(),
  }
}
