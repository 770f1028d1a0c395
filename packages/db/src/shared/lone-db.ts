import type { Db } from '../connect.ts'

/** What a unit is given that came alone: a transaction of its own, which holds nobody up once it needs one. */
export function loneDb(own: Db, release: () => void, leave: () => never): Db {
  const released = (): Db => {
    release()
    return own
  }
  const db: Db = {
    get sql() {
      return released().sql
    },
    get orm() {
      return released().orm
    },
    inTransaction: true,
    isShared: true,
    afterCommit: own.afterCommit,
    later: (statement) => released().later(statement),
    savepoint: (work) => released().savepoint(work),
    transaction: (work) => work(db),
    sharedTransaction: (work) => work(db),
    together: own.together,
    laterTogether: own.laterTogether,
    claim: own.claim,
    leave,
  }
  return db
}
