const listeners = new Set<() => void>()

/** Calls every relay of this process after a commit; a wake too many costs one query. */
export function wakeRelays(): void {
  for (const listener of listeners) listener()
}

export function onWake(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
