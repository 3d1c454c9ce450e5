// Runes everywhere: a component that uses the old reactivity does not compile.
const config = { compilerOptions: { runes: true } }
export { config as default }
