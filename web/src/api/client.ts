// The one place that talks to the server. Every call ends in the typed answer, or throws a `Fault` that words/faults.ts can say.
import type { Method, Operation, PathOf, Place } from './paths'
import { filled } from './paths'

type RequestBody<O> = O extends { requestBody?: infer Found } ? Exclude<Found, undefined> : never
type Body<O> = [RequestBody<O>] extends [{ content: { 'application/json': infer Found } }]
  ? [RequestBody<O>] extends [never]
    ? undefined
    : Found
  : undefined
type BodyPart<O> = [Body<O>] extends [undefined] ? { body?: never } : { body: Body<O> }
type Json<R> = R extends { content: { 'application/json': infer Found } } ? Found : undefined

/** What a successful call answers. */
export type Answer<M extends Method, P> =
  Operation<M, P> extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never

export interface Options {
  signal?: AbortSignal
  /** Makes a repeated start return the first answer. */
  idempotencyKey?: string
}

export type Call<O> = Place<O> & BodyPart<O> & Options
export type CallArguments<O> = Record<never, never> extends Call<O> ? [call?: Call<O>] : [call: Call<O>]

/** What went wrong, as the server or the network said it. */
export class Fault extends Error {
  constructor(
    readonly code: string,
    readonly english: string,
    readonly korean: string,
    readonly status: number,
    readonly field: string | null = null,
    readonly body: unknown = null,
    /** When the server wants to be asked again; null where it does not say. */
    readonly retrySeconds: number | null = null,
  ) {
    super(english)
    this.name = 'Fault'
  }
}

export const OFFLINE = 'offline'
const UNREADABLE = 'answer_unreadable'

export const get = <P extends PathOf<'get'>>(path: P, ...args: CallArguments<Operation<'get', P>>) => call('get', path, args[0])
export const post = <P extends PathOf<'post'>>(path: P, ...args: CallArguments<Operation<'post', P>>) => call('post', path, args[0])
export const patch = <P extends PathOf<'patch'>>(path: P, ...args: CallArguments<Operation<'patch', P>>) => call('patch', path, args[0])
export const remove = <P extends PathOf<'delete'>>(path: P, ...args: CallArguments<Operation<'delete', P>>) => call('delete', path, args[0])

interface AnyCall extends Options {
  path?: unknown
  query?: unknown
  body?: unknown
}

async function call<M extends Method, P extends string>(method: M, path: P, given: AnyCall | undefined): Promise<Answer<M, P>> {
  const headers = new Headers({ Accept: 'application/json' })
  if (given?.body !== undefined) headers.set('Content-Type', 'application/json')
  if (given?.idempotencyKey) headers.set('Idempotency-Key', given.idempotencyKey)
  const request: RequestInit = { method: method.toUpperCase(), headers }
  if (given?.body !== undefined) request.body = JSON.stringify(given.body)
  if (given?.signal) request.signal = given.signal
  return (await answered(filled(path, given), request)) as Answer<M, P>
}

async function answered(address: string, request: RequestInit): Promise<unknown> {
  const response = await reached(address, request)
  const body = await jsonOf(response)
  if (!response.ok) throw faultOf(response.status, body, secondsOf(response.headers.get('Retry-After')))
  return body
}

async function reached(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request)
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'AbortError') throw problem
    throw new Fault(OFFLINE, 'The server cannot be reached.', '서버에 연결할 수 없습니다.', 0)
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new Fault(UNREADABLE, 'The answer of the server cannot be read.', '서버의 응답을 읽을 수 없습니다.', response.status)
  }
}

/** The fault that an error body tells; anything else becomes the fault of its status. */
export function faultOf(status: number, body: unknown, retrySeconds: number | null = null): Fault {
  const known: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (name: string, otherwise: string) => (typeof known[name] === 'string' ? known[name] : otherwise)
  const english = text('error', `The server answered ${status}.`)
  const field = typeof known['field'] === 'string' ? known['field'] : null
  return new Fault(text('code', `status_${status}`), english, text('error_ko', english), status, field, body, retrySeconds)
}

function secondsOf(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

/** Send a file with progress, which `fetch` cannot tell. */
export function upload<P extends PathOf<'post'>>(
  path: P,
  place: Place<Operation<'post', P>>,
  form: FormData,
  onPart: (sent: number, total: number) => void,
): Promise<Answer<'post', P>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', filled(path, place))
    request.responseType = 'json'
    request.upload.addEventListener('progress', (event) => onPart(event.loaded, event.total))
    request.addEventListener('error', () => reject(new Fault(OFFLINE, 'The connection broke.', '연결이 끊겼습니다.', 0)))
    request.addEventListener('load', () => {
      const body: unknown = request.response
      if (request.status >= 200 && request.status < 300) resolve(body as Answer<'post', P>)
      else reject(faultOf(request.status, body))
    })
    request.send(form)
  })
}
