import { z } from 'zod'

/** Where the gateway takes webhooks of this provider. */
const WEBHOOK_PATH = '/webhooks/modern-treasury'

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  DATABASE_URL: z.string().min(1),
  /** Without it the sandbox runs on the machine's time. */
  CLOCK_DATABASE_URL: z.string().min(1).optional(),
  MODERN_TREASURY_ORGANIZATION_ID: z.string().min(1),
  MODERN_TREASURY_API_KEY: z.string().min(1),
  MODERN_TREASURY_WEBHOOK_KEY: z.string().min(1),
  SANDBOX_CONTROL_SECRET: z.string().optional(),
  WEBHOOK_URL: z.url().optional(),
  PUBLIC_URL: z.url().optional(),
})

export interface Config {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  readonly clockDatabaseUrl: string | undefined
  readonly organizationId: string
  readonly apiKey: string
  readonly webhookKey: string
  /** Without it nobody may use `/_sandbox`. */
  readonly controlSecret: string | undefined
  readonly webhookUrl: string | undefined
}

/** Reads the environment; throws when something required is missing. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const env = Environment.parse(environment)
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    clockDatabaseUrl: env.CLOCK_DATABASE_URL,
    organizationId: env.MODERN_TREASURY_ORGANIZATION_ID,
    apiKey: env.MODERN_TREASURY_API_KEY,
    webhookKey: env.MODERN_TREASURY_WEBHOOK_KEY,
    controlSecret: env.SANDBOX_CONTROL_SECRET,
    webhookUrl: env.WEBHOOK_URL ?? (env.PUBLIC_URL && new URL(WEBHOOK_PATH, env.PUBLIC_URL).href),
  }
}
