# birler's image: the pinned Node, its shared libraries, and the bundle. No shell, no package manager.
#
#   docker build --tag birler .
#   docker buildx build --platform linux/amd64,linux/arm64 --tag registry.example/birler:0.1.0 --push .
#
# For another platform the same steps run under that platform's BUILD_IMAGE (emulated, or on a builder of its own): the bundle
# is plain JavaScript and comes out the same, Node and its libraries are that platform's. docs/install.md has more.
#
# Both base images are arguments, because registries differ from place to place and some places have none:
#
#   BUILD_IMAGE    any Linux with Node 20 or newer, npm, sh and glibc. Only the build runs in it. If it already has
#                  /build/node_modules, npm is not run and the build needs no network; that is how
#                  test/integration/image.test.ts builds this file for real on a machine without a registry. Name it
#                  by its digest (node@sha256:…) where builds must be repeatable: Node's libraries come from it.
#   RUNTIME_IMAGE  what the files are laid over. `scratch` is enough: Node is statically complete but for the few
#                  libraries that are copied beside it from BUILD_IMAGE, and it brings its own certificates and
#                  time zones. Where a policy asks for a certain base, name one without a libc of its own.
#
# The Node in the image is the one of package-lock.json (npm package `node`), not that of BUILD_IMAGE: what the tests
# ran with is what runs. No instruction needs BuildKit; the classic builder of Docker 20.10 builds it too.
ARG BUILD_IMAGE=node:26.10.0-bookworm-slim
ARG RUNTIME_IMAGE=scratch

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# Packages first: they change more rarely than the sources, and the layer is kept.
COPY package.json package-lock.json .npmrc ./
RUN if [ -x node_modules/node/bin/node ]; then echo 'packages come with the build image'; else npm ci; fi
COPY . .
# Without a shell, so that the same works over a base that has none but brings its packages.
RUN ["node_modules/node/bin/node", "scripts/assemble-image.ts", "/image"]

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="birler" \
      org.opencontainers.image.description="A Kubernetes node log agent that stays on every container's log while it rotates" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/ /
# User 0, and on purpose: CRI-O and Docker write logs as root with mode 0600 or 0640, and an owner may read his own
# files without a single capability. The manifest drops all of them, and what is left of root is a uid that owns
# the logs. Nothing is written outside /var/lib/birler (state), so the root file system can be read-only. Any other user
# works as well, and reads what that user may read: docs/install.md, "Without root".
USER 0:0
WORKDIR /
# The kubelet's probes ask /livez and /readyz; a check that starts a second Node each time would cost more than birler does.
HEALTHCHECK NONE
# Node is the entry point itself and gets the signals; a second SIGTERM still ends it at once.
# The flags are those of bin/birler.
ENTRYPOINT ["/usr/local/bin/node", "--min-semi-space-size=2", "--max-semi-space-size=2", "--no-concurrent-recompilation", "--no-memory-reducer", "/app/birler.mjs"]
CMD ["run"]
