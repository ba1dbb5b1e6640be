# Production image: no build step, no dev dependencies, nobody's shell.
FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The base image brings Node, so the pinned copies of it stay out; nothing here needs an install script.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:24.21.0-slim
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=8 \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    POSTERN_MODE=production \
    POSTERN_LISTEN__HOST=0.0.0.0 \
    POSTERN_STORE__URL=sqlite:/data/postern.db
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY config ./config
COPY adapters ./adapters
COPY src ./src
# The user `node`, by number: Kubernetes can tell only then that it is not root.
RUN install -d -o 1000 -g 1000 -m 700 /data
USER 1000:1000
VOLUME /data
EXPOSE 3000
# In exec form, so that the server itself gets the signals and drains.
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["start"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "src/cli/main.ts", "health"]
