/**
 * Simulated time: what happens is a task at a time, and the next one runs when all that the one before caused is over.
 * Nothing waits for real time; tasks of one time run in the order in which they were set.
 */
export class Schedule {
  /** ms, steady. */
  now = 0
  /** Tasks that have run. */
  ran = 0
  #order = 0
  /** A heap by time and order. */
  #tasks = []

  /**
   * @param {number} ms from now
   * @param {() => void} run
   * @param {object} [more] properties of the task: whose it is, what it is
   */
  after(ms, run, more = {}) {
    const task = { at: this.now + Math.max(0, ms), order: this.#order++, run, ...more }
    const tasks = this.#tasks
    let i = tasks.push(task) - 1
    for (let up = (i - 1) >> 1; i > 0 && before(tasks[i], tasks[up]); up = (i - 1) >> 1) {
      ;[tasks[i], tasks[up]] = [tasks[up], tasks[i]]
      i = up
    }
    return task
  }

  /** @param {any} task */
  cancel(task) {
    if (task) task.run = undefined
  }

  /** The tasks that are still to run, next first. */
  waiting(wanted) {
    return this.#tasks.filter((task) => task.run && wanted(task)).sort((a, b) => (before(a, b) ? -1 : 1))
  }

  /** Lets go of tasks that were cancelled before their time has come. @returns {number} tasks that are left */
  tidy() {
    this.#tasks = this.waiting(() => true)
    return this.#tasks.length
  }

  /** Runs a task out of its turn. */
  runEarly(task) {
    const { run } = task
    task.run = undefined
    run()
  }

  /**
   * Runs the next task and all that it causes.
   * @param {number} end
   * @returns {Promise<boolean>} false if there is none until then
   */
  async #step(end) {
    const task = this.#pop(end)
    if (!task) return false
    this.now = Math.max(this.now, task.at)
    this.ran++
    const { run } = task
    task.run = undefined
    run()
    // Behind all microtasks.
    await new Promise(setImmediate)
    return true
  }

  /**
   * Runs tasks until something is so.
   * @returns {Promise<boolean>} false if it was not within the time
   */
  async until(isSo, ms) {
    const end = this.now + ms
    await new Promise(setImmediate)
    while (!isSo()) {
      if (await this.#step(end)) continue
      this.now = Math.max(this.now, end)
      return false
    }
    return true
  }

  /** Lets time pass. */
  async pass(ms) {
    await this.until(() => false, ms)
  }

  /** @param {number} end */
  #pop(end) {
    const tasks = this.#tasks
    while (tasks.length > 0) {
      const top = tasks[0]
      if (top.run && top.at > end) return undefined
      const last = tasks.pop()
      if (tasks.length > 0) {
        tasks[0] = last
        sink(tasks)
      }
      if (top.run) return top
    }
    return undefined
  }
}

function before(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function sink(tasks) {
  for (let i = 0; ; ) {
    let least = i
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < tasks.length && before(tasks[child], tasks[least])) least = child
    }
    if (least === i) return
    ;[tasks[i], tasks[least]] = [tasks[least], tasks[i]]
    i = least
  }
}
