# The token service alone: no build tools, no development or optional dependencies, no package manager.
FROM node:24-bookworm-slim AS build
WORKDIR /app
# The lock file names every workspace, so npm wants to see each manifest.
COPY package.json package-lock.json ./
COPY packages/server/package.json packages/server/
COPY packages/emulator/package.json packages/emulator/
COPY packages/client/package.json packages/client/
COPY examples/extension/package.json examples/extension/
RUN npm ci --workspace packages/server --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# Declarations, source maps and manuals are two fifths of what npm installs, and nothing reads them here.
RUN find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) \
      ! -iname 'licen[cs]e*' -delete
COPY packages/server packages/server
# Fills the compile cache: without it a container whose root is read-only would strip the types anew at each start. Node
# keeps a cache for each user, so the user who will run the service fills it.
RUN install -d -o node -g node node_modules/.cache/parker-token-service
USER node
RUN node --max-semi-space-size=8 --heap-growing-percent=60 --no-maglev --no-allocation-site-pretenuring --input-type=module --eval "(await import('/app/packages/server/compile-cache.js')).useCompileCache()"
USER root
RUN chmod -R a+rX,go-w node_modules/.cache

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="parker-token-service" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
# Nothing is installed at run time, and what is not there needs no patches.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
# Everything belongs to root, so the service cannot change its own code even where the root is writable.
COPY --from=build --chown=root:root /app/node_modules node_modules
COPY --from=build --chown=root:root /app/packages/server packages/server
COPY LICENSE deploy/healthcheck.mjs ./
# The user node, as a number: some platforms can only tell from a number that it is not root.
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 CMD ["node", "healthcheck.mjs"]
# No script comes first: Node is process 1 and hears SIGTERM itself. The flags and the variables are those of `npm start`.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
ENTRYPOINT []
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=60", "--no-maglev", "--no-allocation-site-pretenuring", "packages/server/start.js"]
