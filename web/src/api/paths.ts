// Every address of the API that a page may use: the paths of the OpenAPI document and no others. A path that the server does not have, a
// missing id, or a query that nobody reads does not compile; downloads and event streams go through here, too.
import type { paths } from './schema'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The operation behind a method and a path; never where there is none. */
export type Operation<M extends Method, P> = P extends keyof paths
  ? paths[P] extends Record<M, infer Found>
    ? Exclude<Found, undefined>
    : never
  : never

/** All paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: [Operation<M, P>] extends [never] ? never : P
}[keyof paths]

type Parameters<O> = O extends { parameters: infer Found } ? Found : never
export type InPath<O> = Parameters<O> extends { path: infer Found } ? Found : undefined
export type InQuery<O> = Parameters<O> extends { query?: infer Found } ? Exclude<Found, undefined> : undefined

type PathPart<O> = [InPath<O>] extends [undefined] ? { path?: never } : { path: InPath<O> }
type QueryPart<O> = [InQuery<O>] extends [undefined] ? { query?: never } : { query?: InQuery<O> }
export type Place<O> = PathPart<O> & QueryPart<O>

/** A place is optional where nothing in it is needed. */
export type PlaceArguments<O> = Record<never, never> extends Place<O> ? [place?: Place<O>] : [place: Place<O>]

interface AnyPlace {
  path?: unknown
  query?: unknown
}

/** The address of something to read: for links, downloads and event streams. */
export function addressOf<P extends PathOf<'get'>>(path: P, ...[place]: PlaceArguments<Operation<'get', P>>): string {
  return filled(path, place)
}

/** A path with its ids and its query; what is undefined or empty is left out of the query. */
export function filled(path: string, place: AnyPlace | undefined): string {
  const ids = entries(place?.path)
  const address = path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(String(ids.get(name))))
  const query = new URLSearchParams()
  for (const [name, value] of entries(place?.query)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  return query.size ? `${address}?${query.toString()}` : address
}

function entries(values: unknown): Map<string, unknown> {
  return new Map(typeof values === 'object' && values !== null ? Object.entries(values) : [])
}

/** The pages, each with the query that its screen reads. */
export const pages = {
  backtest: (query: Record<string, string> = {}) => filled('/pages/specific-stock-selection.html', { query }),
  result: (id?: string) => filled('/pages/result.html', { query: { id } }),
  search: (query: Record<string, string> = {}) => filled('/pages/search.html', { query }),
  history: (query: Record<string, string> = {}) => filled('/pages/history.html', { query }),
  data: (query: Record<string, string> = {}) => filled('/pages/data.html', { query }),
  ops: (query: Record<string, string> = {}) => filled('/pages/ops.html', { query }),
}
