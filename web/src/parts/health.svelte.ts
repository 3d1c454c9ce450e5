// How the service is, asked for every few seconds while the page is seen.
import { type Answer, Fault, get } from '../api/client'

export type HealthAnswer = Answer<'get', '/api/health'>

const POLL_MILLISECONDS = 5000

export const health: { now: HealthAnswer | null } = $state({ now: null })

/** Ask again and again; the answer stops it. */
export function watchHealth(): () => void {
  void ask()
  const timer = setInterval(() => void ask(), POLL_MILLISECONDS)
  return () => clearInterval(timer)
}

async function ask(): Promise<void> {
  if (document.hidden) return
  try {
    health.now = await get('/api/health')
  } catch (problem) {
    health.now = problem instanceof Fault && isHealth(problem.body) ? problem.body : null
  }
}

/** A service that is not healthy says so with status 503 and the same body. */
function isHealth(body: unknown): body is HealthAnswer {
  return typeof body === 'object' && body !== null && 'services' in body && 'status' in body
}
