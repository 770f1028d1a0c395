import { spawnSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { inFolder } from '../test/fakes.ts'
import { deployFiles, staleDeployFiles, writeDeployFiles } from './generate-deploy.ts'
import { repositoryRoot } from './paths.ts'
import { findTool } from './tools.ts'
import { PROCESSES, services } from './topology.ts'

const compose = parse(deployFiles().get('docker-compose.yml') ?? '')

describe('the files for deploying', () => {
  it('are fresh in this checkout', () => {
    expect(staleDeployFiles()).toEqual([])
  })

  it('are stale when changed by hand, missing, or left over', () =>
    inFolder(async (folder) => {
      writeDeployFiles(folder)
      expect(staleDeployFiles(folder)).toEqual([])
      appendFileSync(join(folder, 'docker-compose.yml'), '# mine\n')
      writeFileSync(join(folder, 'deploy/kubernetes/forgotten.yaml'), '')
      expect(staleDeployFiles(folder)).toEqual(['docker-compose.yml', 'deploy/kubernetes/forgotten.yaml'])
      writeDeployFiles(folder)
      expect(staleDeployFiles(folder)).toEqual([])
    }))

  it('run every process of the topology', () => {
    expect(Object.keys(compose.services)).toEqual([
      'postgres',
      'nats',
      'provision',
      ...PROCESSES.map(({ name }) => name),
    ])
    for (const { name } of services()) expect([...deployFiles().keys()]).toContain(`deploy/kubernetes/${name}.yaml`)
  })

  it('publish only the gateway, on loopback', () => {
    const published = Object.entries(compose.services).filter(([, service]) => Object.hasOwn(Object(service), 'ports'))
    expect(published).toEqual([
      ['gateway', expect.objectContaining({ ports: [expect.stringMatching(/^127\.0\.0\.1:/)] })],
    ])
  })

  it('hold no secret for Kubernetes, only the names of the keys', () => {
    for (const [path, text] of deployFiles())
      if (path.startsWith('deploy/')) expect(text).not.toMatch(/local-only|\{\{/)
  })

  it('hold a broker configuration that nats-server accepts', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'nats.conf')
      writeFileSync(file, deployFiles().get('deploy/nats/nats.conf') ?? '')
      const names = [...(deployFiles().get('deploy/nats/nats.conf') ?? '').matchAll(/password: \$(\w+)/g)].map(
        ([, n]) => n,
      )
      const env = Object.fromEntries(names.map((name) => [name, 'secret']))
      const done = spawnSync(await findTool('nats-server'), ['-t', '-c', file], { env: { ...env, SERVER_NAME: 'a' } })
      expect(done.stderr.toString()).toMatch(/configuration file .* is valid/)
    }))

  const clients = [['docker', 'compose'], ['docker-compose']]
  const client = clients.find(([program = '', ...words]) => spawnSync(program, [...words, 'version']).status === 0)
  if (client === undefined) console.log('docker-compose.yml is not shown to docker compose: no such client here')
  it.runIf(client !== undefined)('are accepted by docker compose', () => {
    const [program = '', ...words] = client ?? []
    const done = spawnSync(program, [...words, '-f', join(repositoryRoot, 'docker-compose.yml'), 'config', '-q'])
    expect(done.stderr.toString()).toBe('')
    expect(done.status).toBe(0)
  })
})
