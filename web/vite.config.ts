/// <reference types="vitest/config" />
/** Build: hashed assets, brotli and gzip beside each, the boot script as an external blocking file (strict CSP). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const COMPRESSIBLE = /\.(js|css|html|svg|json|txt)$/;
/** Below this a header costs more than the compression saves. */
const COMPRESS_BYTES_MIN = 512;

/** `src/boot.js` sets theme and language before the first paint; it must block and must not be inline. */
function bootScript(): Plugin {
  const source = () => readFileSync('src/boot.js', 'utf8');
  let building = false;
  return {
    name: 'omegi-boot',
    configResolved(config) {
      building = config.command === 'build';
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: bootFileName(source()), source: source() });
    },
    transformIndexHtml() {
      const src = building ? `/${bootFileName(source())}` : '/src/boot.js';
      return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
    },
  };
}

function bootFileName(source: string): string {
  return `assets/boot-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
}

/** Writes `x.br` and `x.gz` beside every text file of the bundle, so the server never compresses. */
function precompress(): Plugin {
  return {
    name: 'omegi-precompress',
    apply: 'build',
    async writeBundle(options) {
      const root = options.dir ?? 'dist';
      for (const name of await readdir(root, { recursive: true })) {
        const path = join(root, name);
        if (!COMPRESSIBLE.test(name) || (await stat(path)).size < COMPRESS_BYTES_MIN) continue;
        const bytes = await readFile(path);
        await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        await writeFile(
          `${path}.br`,
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        );
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), bootScript(), precompress()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // No data: URIs: the policy allows fonts and images of this origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': process.env.OMEGI_API ?? 'http://127.0.0.1:6634',
      '/auth': process.env.OMEGI_API ?? 'http://127.0.0.1:6634',
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
});
