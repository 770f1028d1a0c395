import { stringify } from 'yaml'
import { NATS_LOGINS, natsConfiguration } from './deploy-nats.ts'
import {
  CONTAINER_PORT,
  deployedFacts,
  fillIn,
  natsPasswordName,
  placeholder,
  placeholdersIn,
  provisionEnvironment,
} from './deploy-placeholders.ts'
import { environmentOf } from './environment.ts'
import { HEALTH_PATH, type ProcessDeclaration } from './topology.ts'

const IMAGE = 'draupnir'
const SECRET = 'draupnir'
const HEADER = '# Generated from packages/stack/src/topology.ts: change it there and run `npm run generate`.\n'
const facts = deployedFacts('system', placeholder('DATABASE_HOST'), placeholder('PUBLIC_URL'))

/** The manifests of `deploy/kubernetes`, text by file name. */
export function kubernetesFiles(): Map<string, string> {
  const files = new Map<string, object[]>([
    ['namespace.yaml', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'draupnir' } }]],
    ['nats.yaml', nats()],
    ['provision.yaml', [provisionJob()]],
    ...facts.started.map((declaration): [string, object[]] => [`${declaration.name}.yaml`, deployment(declaration)]),
  ])
  files.set('kustomization.yaml', [
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'draupnir',
      resources: [...files.keys()],
      images: [{ name: IMAGE, newTag: 'latest' }],
    },
  ])
  return new Map([...files].map(([name, objects]) => [name, HEADER + objects.map(yaml).join('---\n')]))
}

/** The keys that the Secret `draupnir` must hold. */
export function requiredSecrets(): string[] {
  const everything = facts.started.map((declaration) => environmentOf(declaration, facts))
  const all = [...everything, provisionEnvironment(facts, placeholder('ADMIN_DATABASE_URL')), natsEnvironment()]
  return placeholdersIn(all.flatMap((environment) => Object.values(environment))).sort()
}

function deployment(declaration: ProcessDeclaration): object[] {
  const { name, folder } = declaration
  const labels = { app: name }
  const probe = (path: string) => ({ httpGet: { path, port: CONTAINER_PORT }, periodSeconds: 5 })
  const container = {
    name,
    image: IMAGE,
    command: ['node', `${folder}/src/main.ts`],
    env: environment(environmentOf(declaration, facts)),
    ports: [{ containerPort: CONTAINER_PORT }],
    readinessProbe: probe(HEALTH_PATH),
    livenessProbe: { ...probe('/healthz'), failureThreshold: 6 },
    resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      runAsUser: 1000,
      capabilities: { drop: ['ALL'] },
    },
  }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 30, containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { selector: labels, ports: [{ port: CONTAINER_PORT, targetPort: CONTAINER_PORT }] },
    },
  ]
}

function provisionJob(): object {
  const container = {
    name: 'provision',
    image: IMAGE,
    command: ['node', 'packages/stack/src/provision-main.ts'],
    env: environment(provisionEnvironment(facts, placeholder('ADMIN_DATABASE_URL'))),
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'provision' },
    spec: {
      backoffLimit: 10,
      ttlSecondsAfterFinished: 600,
      template: { spec: { restartPolicy: 'OnFailure', containers: [container] } },
    },
  }
}

function nats(): object[] {
  const labels = { app: 'nats' }
  const container = {
    name: 'nats',
    image: 'nats:2.14-alpine',
    command: ['nats-server', '-c', '/etc/nats/draupnir.conf'],
    env: [
      { name: 'SERVER_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ...environment(natsEnvironment()),
    ],
    ports: [{ containerPort: 4222 }, { containerPort: 8222 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8222 }, periodSeconds: 5 },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/nats' },
      { name: 'data', mountPath: '/data' },
    ],
  }
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } } },
  }
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'nats', labels },
      data: { 'draupnir.conf': natsConfiguration() },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'nats', labels },
      spec: {
        serviceName: 'nats',
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [container], volumes: [{ name: 'config', configMap: { name: 'nats' } }] },
        },
        volumeClaimTemplates: [claim],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'nats', labels },
      spec: { clusterIP: 'None', selector: labels, ports: [{ name: 'client', port: 4222 }] },
    },
  ]
}

function natsEnvironment(): Record<string, string> {
  return Object.fromEntries(NATS_LOGINS.map((user) => [natsPasswordName(user), placeholder(natsPasswordName(user))]))
}

/** Secrets first: a value may only refer to variables defined before it. */
function environment(values: Record<string, string>): object[] {
  const secrets = placeholdersIn(Object.values(values))
  const whole = (value: string) => /^\{\{\w+\}\}$/.test(value)
  const fromSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: SECRET, key } } })
  const plain = Object.entries(values).filter(([key]) => !secrets.includes(key))
  return [
    ...secrets
      .filter((name) => name in values || plain.some(([, value]) => !whole(value) && value.includes(placeholder(name))))
      .map((name) => fromSecret(name, name)),
    ...plain.map(([name, value]) =>
      whole(value) ? fromSecret(name, value.slice(2, -2)) : { name, value: fillIn(value, (secret) => `$(${secret})`) },
    ),
  ]
}

function yaml(object: object): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })
}
