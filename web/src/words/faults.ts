// What is said when something goes wrong: every code of a fault becomes a sentence that says what to do.
import { Fault, OFFLINE } from '../api/client'
import type { Language } from '../theme/preferences.svelte'
import type { Words } from './ko'

type Sentence = keyof Words['faults']

const SENTENCES: Record<string, Sentence> = {
  [OFFLINE]: 'offline',
  answer_unreadable: 'unreadable',
  too_many_requests: 'busy',
  token_required: 'token',
  database_unavailable: 'unavailable',
  request_failed: 'server',
  status_429: 'busy',
  status_500: 'server',
  status_502: 'unavailable',
  status_503: 'unavailable',
  status_504: 'unavailable',
}

/** The sentence of a fault: ours where the code has one, else the server's own in the language of the reader. */
export function sentenceOf(problem: unknown, words: Words, language: Language): string {
  if (!(problem instanceof Fault)) return words.faults.server
  const known = SENTENCES[problem.code]
  if (known) return words.faults[known]
  return language === 'ko' ? problem.korean : problem.english
}

export function isOffline(problem: unknown): boolean {
  return problem instanceof Fault && problem.code === OFFLINE
}
