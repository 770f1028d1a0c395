import { environment } from './config.ts'
import { passwordName } from './deploy-placeholders.ts'
import { describeFailure, StackFailure } from './failure.ts'
import { provisionDatabases, provisionStreams } from './provision.ts'
import { processNamed } from './topology.ts'

// The one-shot job of a deployment: roles, schemas, migrations, streams. Run as often as you like.
try {
  const sandboxes = (environment.SANDBOXES ?? '').split(',').filter((name) => name !== '')
  const applied = await provisionDatabases({
    adminUrl: required('ADMIN_DATABASE_URL'),
    password: (role) => required(passwordName(role)),
    sandboxes: sandboxes.map(processNamed),
    clock: environment.CLOCK === 'sandbox' ? 'sandbox' : 'system',
  })
  for (const migration of applied) console.log(`applied ${migration}`)
  const login = { user: required('NATS_USER'), password: required('NATS_PASSWORD') }
  await provisionStreams(required('NATS_URL'), login)
  console.log('databases and streams are ready')
} catch (error) {
  console.error(describeFailure(error))
  process.exitCode = 1
}

function required(name: string): string {
  const value = environment[name]
  if (value === undefined || value === '') throw new StackFailure(`${name} is missing: set it and run this again`)
  return value
}
