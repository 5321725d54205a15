/**
 * One listener for each signal, however many calls follow it: platforms warn of a leak when a signal
 * has more than a few, and a signal that all calls of a request share has hundreds.
 *
 * @module
 */

/** What waits for each signal that somebody waits for. */
const tasksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Runs `task` when `signal` aborts. The same task can be given once for each signal.
 *
 * @param signal - not aborted yet
 * @param task - must not throw
 * @returns forgets it; calling it again does nothing
 */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  const tasks = tasksOf.get(signal) ?? watch(signal);
  tasks.add(task);
  return () => {
    if (!tasks.delete(task) || tasks.size > 0) return;
    signal.removeEventListener("abort", runTasks);
    tasksOf.delete(signal);
  };
}

function watch(signal: AbortSignal): Set<() => void> {
  const tasks = new Set<() => void>();
  tasksOf.set(signal, tasks);
  signal.addEventListener("abort", runTasks, { once: true });
  return tasks;
}

function runTasks(this: AbortSignal): void {
  for (const task of tasksOf.get(this) ?? []) task();
  tasksOf.delete(this);
}
