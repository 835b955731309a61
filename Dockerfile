# One image with the three binaries; docker-compose.yml chooses which runs.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The image's own Rust, instead of whatever is stable on the day of the build.
RUN rm rust-toolchain.toml && cargo build --release --locked -p sla-shop -p sla-exporter -p slaforge

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/sla-shop /src/target/release/sla_exporter /src/target/release/slaforge /usr/local/bin/
