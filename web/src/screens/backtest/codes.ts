// Stock codes in pasted text.

const CODE = /^\d{4}[0-9A-HJ-NP-TV-Z][0-9KLM]$/u

/** Codes and words that are none, each once, in the order of the text. */
export function codesIn(text: string): { codes: string[]; wrong: string[] } {
  const found = new Set(text.split(/[\s,;|/·、]+/u).map(cleaned).filter(Boolean))
  const words = [...found]
  return { codes: words.filter((word) => CODE.test(word)), wrong: words.filter((word) => !CODE.test(word)) }
}

/** `a005930`, `'005930'`, `005930.KS` and `５９３０`-wide letters are what people paste. */
function cleaned(word: string): string {
  const plain = word.normalize('NFKC').replaceAll(/["'()[\]]/gu, '').toUpperCase()
  return plain.replace(/\.(?:KS|KQ)$/u, '').replace(/^A(?=[0-9A-Z]{6}$)/u, '')
}
