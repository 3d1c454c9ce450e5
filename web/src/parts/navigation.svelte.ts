// Where we are. Links between pages are followed without a reload; every state worth sharing is in the address.
import { screenOf, type ScreenName } from '../screens/catalog'

interface Here {
  screen: ScreenName
  query: URLSearchParams
}

const state: { now: Here } = $state({ now: at(location) })

export function screen(): ScreenName {
  return state.now.screen
}

export function query(): URLSearchParams {
  return state.now.query
}

/** Go to another page of the application. */
export function go(address: string): void {
  history.pushState(null, '', address)
  state.now = at(location)
  scrollTo(0, 0)
  // Readers of the screen hear the new page, and the keyboard goes on from its top.
  document.getElementById('content')?.focus({ preventScroll: true })
}

/** Write the state of this screen into its address, without a new entry in the history. */
export function keep(changes: Record<string, string | null>): void {
  const next = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name)
    else next.set(name, value)
  }
  const text = next.size ? `?${next.toString()}` : ''
  if (text === location.search) return
  history.replaceState(history.state, '', location.pathname + text)
  state.now = at(location)
}

/** Follow links to our own pages here; all others go their way. */
export function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const address = new URL(link.href, location.href)
  if (link.target || link.hasAttribute('download') || address.origin !== location.origin) return
  if (!address.pathname.startsWith('/pages/') || !address.pathname.endsWith('.html') || address.hash) return
  event.preventDefault()
  go(address.pathname + address.search)
}

addEventListener('popstate', () => {
  state.now = at(location)
})

function at(place: Location): Here {
  return { screen: screenOf(place.pathname), query: new URLSearchParams(place.search) }
}
