import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  plugins: [vue()],
  // The same build is served from Tauri's own scheme and, in tests, from a folder.
  base: './',
  define: {
    // The fake engine is left out of a real build altogether.
    __FAKE_ENGINE__: JSON.stringify(mode === 'fake' || mode === 'test'),
  },
  build: {
    // Frozen WebViews of older PDAs, and WebKitGTK.
    target: ['chrome87', 'safari14'],
    cssTarget: ['chrome87', 'safari14'],
    outDir: mode === 'fake' ? 'dist-fake' : 'dist',
    chunkSizeWarningLimit: 600,
  },
  server: { port: 5173, strictPort: true },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test/setup.ts'],
    css: false,
  },
}))
