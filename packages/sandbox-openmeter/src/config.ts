import { z } from 'zod'

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z.url(),
  /** Without it the sandbox runs on the machine's time. */
  CLOCK_DATABASE_URL: z.url().optional(),
  OPENMETER_API_KEY: z.string().min(1).optional(),
  SANDBOX_CONTROL_SECRET: z.string().min(16).optional(),
})
export type Config = z.infer<typeof Environment>

export function readConfig(): Config {
  return Environment.parse(process.env)
}
