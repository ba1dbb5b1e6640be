# The production image: Node and one file. The first stage builds the bundle (packaging/build-bundle.ts).
FROM node:24.21.0-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json ./
# No package needs its install script here; prepare would build the test runner.
RUN npm ci --ignore-scripts
COPY config ./config
COPY adapters ./adapters
COPY src ./src
COPY packaging ./packaging
RUN node packaging/build-bundle.ts

FROM node:24.21.0-slim
WORKDIR /app
COPY --from=build /build/dist/postern.cjs /build/dist/postern.cjs.licenses.txt ./
COPY LICENSE ./
# A server needs no package managers, and an attacker should find none.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && ln -s /app/postern.cjs /usr/local/bin/postern \
    && install -d -o 1000 -g 1000 -m 700 /data /app/compiled
# glibc otherwise keeps 8 MB for itself that the reading of the program and its compiled code took.
ENV NODE_ENV=production \
    MALLOC_MMAP_THRESHOLD_=131072 \
    NODE_COMPILE_CACHE=/app/compiled \
    POSTERN_MODE=production \
    POSTERN_LISTEN__HOST=0.0.0.0 \
    POSTERN_STORE__URL=sqlite:/data/postern.db
# The user `node`, by number: Kubernetes can tell only then that it is not root.
USER 1000:1000
# Node keeps compiled code in a folder named after the user, so the user of the server fills it. From then on nobody can
# write to it: a container runs with a read-only root.
RUN ["postern", "version"]
VOLUME /data
EXPOSE 3000
# In exec form, so that the server itself gets the signals and drains.
ENTRYPOINT ["postern"]
CMD ["start"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["postern", "health"]
