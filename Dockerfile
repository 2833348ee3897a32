# Régie in one image: the binary, ffmpeg and bubblewrap.

FROM node:22-bookworm-slim AS browser
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=browser /src/node_modules node_modules
RUN go generate ./web/static \
 && CGO_ENABLED=0 go build -buildvcs=false -trimpath -o /regie ./cmd/regie

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg bubblewrap ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --home-dir /var/lib/regie regie \
 && install -d -o regie -g regie /var/lib/regie/public
COPY --from=build /regie /usr/local/bin/regie
USER regie
WORKDIR /var/lib/regie
ENV REGIE_DATA=/var/lib/regie REGIE_LISTEN=0.0.0.0:8080
VOLUME /var/lib/regie
EXPOSE 8080
ENTRYPOINT ["regie"]
CMD ["serve"]
