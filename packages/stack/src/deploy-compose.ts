import { stringify } from 'yaml'
import { NATS_LOGINS } from './deploy-nats.ts'
import {
  CONTAINER_PORT,
  deployedFacts,
  fillIn,
  natsPasswordName,
  placeholder,
  provisionEnvironment,
} from './deploy-placeholders.ts'
import { environmentOf } from './environment.ts'
import { POSTGRES_SIZES } from './postgres.ts'
import { HEALTH_PATH, type ProcessDeclaration } from './topology.ts'

const IMAGE = 'draupnir:local'
const HEADER = `# Generated from packages/stack/src/topology.ts: change it there and run \`npm run generate\`.
# The system of \`npm start\` in containers, for one machine: only the gateway is published, on loopback. The values
# after \`:-\` keep it running without ceremony; set your own in the environment or in \`.env\`.
`

/** The text of docker-compose.yml. */
export function composeFile(): string {
  const publicUrl = 'http://gateway:8080'
  const facts = deployedFacts('sandbox', 'postgres:5432', publicUrl)
  const adminUrl = `postgres://postgres:${placeholder('POSTGRES_PASSWORD')}@postgres:5432/postgres`
  const processes = facts.started.map((declaration) => [
    declaration.name,
    processService(declaration, local(environmentOf(declaration, facts))),
  ])
  const services = {
    postgres: postgresService(),
    nats: natsService(),
    provision: {
      image: IMAGE,
      build: { context: '.', dockerfile: 'deploy/Dockerfile' },
      command: ['node', 'packages/stack/src/provision-main.ts'],
      environment: local(provisionEnvironment(facts, adminUrl)),
      depends_on: { postgres: { condition: 'service_healthy' }, nats: { condition: 'service_healthy' } },
      restart: 'on-failure',
    },
    ...Object.fromEntries(processes),
  }
  return HEADER + stringify({ name: 'draupnir', services, volumes: { postgres: {}, nats: {} } }, { lineWidth: 0 })
}

function processService(declaration: ProcessDeclaration, environment: Record<string, string>): object {
  const probe = `fetch('http://127.0.0.1:${CONTAINER_PORT}${HEALTH_PATH}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`
  return {
    image: IMAGE,
    build: { context: '.', dockerfile: 'deploy/Dockerfile' },
    command: ['node', `${declaration.folder}/src/main.ts`],
    environment,
    depends_on: {
      provision: { condition: 'service_completed_successfully' },
      ...Object.fromEntries(declaration.dependsOn.map((name) => [name, { condition: 'service_started' }])),
    },
    healthcheck: { test: ['CMD', 'node', '-e', probe], interval: '5s', timeout: '3s', retries: 12 },
    restart: 'unless-stopped',
    ...(declaration.name === 'gateway' ? { ports: [`127.0.0.1:\${PORT:-8080}:${CONTAINER_PORT}`] } : {}),
  }
}

function postgresService(): object {
  // The same as of `npm start`; why, says deploy/README.md.
  const settings = { max_connections: '300', timezone: 'UTC', ...POSTGRES_SIZES }
  return {
    image: 'postgres:18',
    command: ['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    environment: local({ POSTGRES_PASSWORD: placeholder('POSTGRES_PASSWORD') }),
    volumes: ['postgres:/var/lib/postgresql'],
    healthcheck: { test: ['CMD', 'pg_isready', '-U', 'postgres', '-h', '127.0.0.1'], interval: '2s', retries: 30 },
    restart: 'unless-stopped',
  }
}

function natsService(): object {
  const passwords = NATS_LOGINS.map((user) => [natsPasswordName(user), placeholder(natsPasswordName(user))])
  return {
    image: 'nats:2.14-alpine',
    command: ['nats-server', '-c', '/etc/nats/draupnir.conf'],
    environment: local({ SERVER_NAME: 'nats-0', ...Object.fromEntries(passwords) }),
    volumes: ['./deploy/nats/nats.conf:/etc/nats/draupnir.conf:ro', 'nats:/data'],
    healthcheck: {
      test: ['CMD', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8222/healthz'],
      interval: '2s',
      retries: 30,
    },
    restart: 'unless-stopped',
  }
}

function local(environment: Record<string, string>): Record<string, string> {
  const render = (name: string) => `\${${name}:-${localDefault(name)}}`
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fillIn(value, render)]))
}

function localDefault(name: string): string {
  // The OpenMeter sandbox takes Svix secrets: a prefix and base64.
  if (name === 'OPENMETER_WEBHOOK_SECRET') return `whsec_${Buffer.from('local-only-openmeter-hook').toString('base64')}`
  return `local-only-${name.toLowerCase().replaceAll('_', '-')}`
}
