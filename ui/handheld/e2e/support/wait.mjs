// Waiting for a state: look, pause, look again, until a deadline. Nothing assumes how long something takes.

const PAUSE = 50

/** Who was asked is not there any more: waiting does not help. */
export class Gone extends Error {}

/** Looks until the answer is truthy, and gives it. What a look throws counts as "not yet". */
export async function until(what, look, milliseconds = 20_000) {
  const end = Date.now() + milliseconds
  let seen
  for (;;) {
    try {
      const found = await look()
      if (found) return found
      seen = found
    } catch (error) {
      if (error instanceof Gone) throw error
      seen = error
    }
    if (Date.now() > end) throw new Error(`${what} did not come; last seen: ${seen}`)
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

/** Gives what comes, or fails when nothing has come in time. */
export async function within(what, coming, milliseconds) {
  let timer
  const late = new Promise((_, reject) => {
    const tell = () => reject(new Error(`${what} did not come within ${milliseconds / 1000} s`))
    timer = setTimeout(tell, milliseconds)
  })
  try {
    return await Promise.race([coming, late])
  } finally {
    clearTimeout(timer)
  }
}
