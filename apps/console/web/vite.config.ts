import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Nothing inline (no data: URIs, no inline script): the content security policy allows this origin's files only.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ECharts is one chunk, loaded by the forecast page only.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8081' } },
});
