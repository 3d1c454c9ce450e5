// What is not there yet, looked for again until it is: a service that has just been started fills its store meanwhile.
const LOOK_MILLISECONDS = 2000

/** While something is missing and the page is seen, look again; called while a component is made. */
export function lookWhile(isMissing: () => boolean, look: () => void): void {
  $effect(() => {
    if (!isMissing()) return
    const timer = setInterval(() => {
      if (!document.hidden) look()
    }, LOOK_MILLISECONDS)
    return () => clearInterval(timer)
  })
}
