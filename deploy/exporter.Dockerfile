# The exporter alone, for clusters. From the root of the checkout: docker build -f deploy/exporter.Dockerfile .
# Mount the specification at /etc/slaforge; a ConfigMap that changes is taken by itself.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The image's own Rust, instead of whatever is stable on the day of the build.
RUN rm rust-toolchain.toml && cargo build --release --locked -p sla-exporter

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/sla_exporter /usr/local/bin/sla_exporter
# Nobody's number, because a kubelet that asks for runAsNonRoot cannot read names.
USER 65534:65534
EXPOSE 9717
ENTRYPOINT ["sla_exporter", "--config.file", "/etc/slaforge", "--web.listen-address", ":9717"]
