// Builds the pages into the Python package. One shell is written under the name of every page, so that each has an address
// that can be shared and reloaded; the script looks at the address and loads the screen that belongs to it.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { SCREENS } from './src/screens/catalog.ts'

function pagesOfOneShell(): Plugin {
  return {
    name: 'pages-of-one-shell',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const shell = bundle['index.html']
        if (shell?.type !== 'asset') throw new Error('The shell index.html was not built.')
        const html = String(shell.source)
        for (const screen of SCREENS) {
          const source = html.replace(/<title>.*<\/title>/u, `<title>${screen.korean} · Bokgi</title>`)
          this.emitFile({ type: 'asset', fileName: screen.file, source })
        }
        delete bundle['index.html']
      },
    },
  }
}

const config = defineConfig({
  base: '/pages/',
  plugins: [svelte(), pagesOfOneShell()],
  build: {
    outDir: '../src/bokgi/api/pages',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    license: { fileName: 'licences.md' },
  },
  test: { include: ['tests/**/*.test.ts'] },
})
export { config as default }
