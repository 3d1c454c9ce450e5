// Whether the server wants a token from this browser. It is asked once at the start, and again when an answer says so.
import { get, post } from '../api/client'

export const session: { isNeeded: boolean } = $state({ isNeeded: false })

export async function askSession(): Promise<void> {
  try {
    const answer = await get('/api/session')
    session.isNeeded = answer.required && !answer.open
  } catch {
    // The screens say what is wrong with the connection.
  }
}

export async function openSession(token: string): Promise<void> {
  const answer = await post('/api/session', { body: { token } })
  session.isNeeded = answer.required && !answer.open
}
